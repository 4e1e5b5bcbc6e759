/**
 * Hardware update of translation tables (HTTU): setting the access flag, and clearing what marks a
 * page clean. An update is one write of the descriptor's word; nothing else changes.
 */
import { u64 } from '../bits/u64.ts';
import type { Memory } from '../memory/memory.ts';
import type { Probe } from '../steps/probe.ts';
import type { Regime } from './regime.ts';
import type { Leaf } from './walk.ts';

/** Access flag of a leaf of either stage. */
export const AF = 0x400;
/** Dirty bit modifier: bit 51, so bit 19 of the high half. */
export const DBM = 1 << 19;
const AP2 = 0x80;

/** The low half of a leaf after the update that an access asks for. */
export function updatedLow(leaf: Leaf, stage: 1 | 2, makeDirty: boolean): number {
  const withAccess = leaf.lo | AF;
  if (!makeDirty) return withAccess;
  return stage === 1 ? withAccess & ~AP2 : withAccess | AP2;
}

/** Writes the new low half of a descriptor back; false is an external abort. */
export function writeBack(regime: Regime, leaf: Leaf, low: number, to: { memory: Memory; probe: Probe }): boolean {
  const before = u64(leaf.hi, leaf.lo);
  // The changed bits lie in the low half, which a big-endian table keeps at the higher address.
  const at = regime.isBigEndian ? leaf.physicalLo + 4 : leaf.physicalLo;
  const value = regime.isBigEndian ? swap(low) : low;
  if (!to.memory.store32(leaf.physicalHi, at, value)) return false;
  leaf.lo = low;
  if (to.probe.isOn) {
    to.probe.step({ kind: 'update', stage: regime.stage, address: u64(leaf.physicalHi, leaf.physicalLo), before, after: u64(leaf.hi, low) });
  }
  return true;
}

function swap(x: number): number {
  return ((x & 0xff) << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}
