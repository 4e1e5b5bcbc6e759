/**
 * Where an SMMUv3 finds the stream table entry of a StreamID: a plain index in a linear table,
 * two indices in a 2-level one. Pure arithmetic on the StreamID; the table's base and its size are
 * the driver's business and not known to a device tree.
 */
import type { StreamId } from './units.ts';

/** Bytes of one stream table entry (STE). */
export const STE_BYTES = 64;
/** Bytes of one level-1 descriptor. */
export const L1_DESCRIPTOR_BYTES = 8;
/** STRTAB_BASE_CFG.SPLIT as Linux and Xen program it. */
export const DEFAULT_SPLIT: Split = 8;

/** STRTAB_BASE_CFG.SPLIT: StreamID bits that index the level-2 table. No other values exist. */
export type Split = 6 | 8 | 10;

/** The place of one STE in both table formats; offsets are in bytes from the start of their table. */
export interface StePosition {
  readonly linearIndex: number;
  readonly linearOffset: number;
  readonly split: Split;
  readonly l1Index: number;
  readonly l1Offset: number;
  readonly l2Index: number;
  readonly l2Offset: number;
}

/** The place of a StreamID's STE; exact for all 32-bit StreamIDs. Arm IHI 0070, 3.3.1. */
export function stePosition(sid: StreamId, split: Split = DEFAULT_SPLIT): StePosition {
  const span = 2 ** split;
  const l1Index = Math.floor(sid / span);
  const l2Index = sid % span;
  return {
    linearIndex: sid,
    linearOffset: sid * STE_BYTES,
    split,
    l1Index,
    l1Offset: l1Index * L1_DESCRIPTOR_BYTES,
    l2Index,
    l2Offset: l2Index * STE_BYTES,
  };
}
