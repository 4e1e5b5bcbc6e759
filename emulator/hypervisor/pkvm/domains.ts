/**
 * The domains of the paravirtual interface and the streams that they are attached to, as data, with
 * the words of the entries that the hypervisor writes for them (v2 of the pKVM SMMUv3 series).
 */
import { encode } from '../../fields/layout.ts';
import { CD } from '../../fields/cd.ts';
import { STE } from '../../fields/ste.ts';
import type { Features } from '../../idr/features.ts';

/** Domain types as the call takes them. */
export const DOMAIN_TYPES = { stage1: 0, stage2: 1 } as const;

/** A domain. Its id is used as ASID or VMID. */
export interface Domain {
  readonly id: number;
  readonly type: number;
  /** The SMMU that it was first attached to; -1 for none yet. */
  readonly smmu: number;
  /** Its translation tables; 0 for none yet. */
  readonly root: number;
}

/** A domain on a stream. */
export interface Attachment {
  readonly domain: number;
  readonly smmu: number;
  readonly sid: number;
  readonly pasid: number;
}

/** A stream with a live entry. */
export interface Stream {
  readonly smmu: number;
  readonly sid: number;
  readonly type: number;
  /** Context descriptors, a linear table; 0 for stage 2. */
  readonly cdTable: number;
  readonly pasidBits: number;
}

/** Bytes of a context descriptor. */
export const CD_SIZE = 64;

/** A CD table larger than this is refused. */
export const MOST_CD_PAGES = 16;

const OAS_CODES: readonly number[] = [32, 36, 40, 42, 44, 48];

function oasCode(f: Features): number {
  return Math.max(0, OAS_CODES.indexOf(Math.min(48, f.oas)));
}

/** The entry of a stream whose only translation is a domain's stage 2. */
export function stage2Entry(domain: Domain, f: Features): Uint32Array {
  return encode(STE, {
    V: 1, Config: 6, SHCFG: 1, S2VMID: domain.id, S2T0SZ: 64 - Math.min(48, f.oas), S2SL0: 2, S2IR0: 1, S2OR0: 1, S2SH0: 3,
    S2PS: oasCode(f), S2AA64: 1, S2R: 1, S2TTB: domain.root,
  });
}

/** The entry of a stream with context descriptors. */
export function stage1Entry({ cdTable, pasidBits }: Pick<Stream, 'cdTable' | 'pasidBits'>): Uint32Array {
  return encode(STE, { V: 1, Config: 5, S1Fmt: 0, S1CDMax: pasidBits, S1ContextPtr: cdTable, S1DSS: 2, S1CIR: 1, S1COR: 1, S1CSH: 3 });
}

/** The context descriptor of a domain. */
export function contextDescriptor(domain: Domain, f: Features): Uint32Array {
  return encode(CD, {
    T0SZ: 16, IR0: 1, OR0: 1, SH0: 3, EPD1: 1, V: 1, IPS: oasCode(f), AA64: 1, R: 1, A: 1, ASET: 1, ASID: domain.id,
    TTB0: domain.root, MAIR0: 0x0044_00ff,
  });
}
