/**
 * The physical STE of a device: what the host driver writes from stage-1 settings (the guest's), stage
 * 2 settings (Xen's) and the abort flag, and in which steps. Fact sheet 1.7. Stage 2 here starts at
 * level 0 with a 4K granule, so hardware with 44 or 48 address bits; smaller sizes are not modelled.
 */
import { encode, numbers, type FieldInput } from '../../fields/layout.ts';
import { STE } from '../../fields/ste.ts';
import type { Features } from '../../idr/features.ts';

/** What a guest says about stage 1. */
export interface Stage1Settings {
  readonly contextPtr: number;
  readonly format: number;
  readonly cdMax: number;
  /** Word 1 of the guest STE, low half: kept by an ideal vSMMU only. */
  readonly attributes: number;
}

/** What is to be merged. */
export interface Merge {
  readonly abort: boolean;
  readonly stage1: Stage1Settings | undefined;
  readonly stage2: { readonly vmid: number; readonly root: number } | undefined;
  readonly keepsAttributes: boolean;
}

const OAS_CODES: readonly number[] = [32, 36, 40, 42, 44, 48];
// S1DSS, S1CIR, S1COR and S1CSH: what an ideal vSMMU takes over from the guest.
const KEPT = 0xff;

/** The words of the physical STE. With neither stage and no abort it lets everything pass. */
export function mergeSte(merge: Merge, f: Features): Uint32Array {
  const { abort, stage1, stage2 } = merge;
  if (abort || (stage1 === undefined && stage2 === undefined)) return encode(STE, { V: 1, Config: abort ? 0 : 4, SHCFG: 1 });
  const s1: FieldInput = stage1 === undefined ? {} : {
    S1ContextPtr: stage1.contextPtr, S1Fmt: stage1.format, S1CDMax: stage1.cdMax, S1DSS: 2, S1CIR: 1, S1COR: 1, S1CSH: 3,
    S1STALLD: f.stallModel === 0 ? 1 : 0,
  };
  const s2: FieldInput = stage2 === undefined ? {} : {
    S2VMID: stage2.vmid, S2T0SZ: 64 - Math.min(48, f.oas), S2SL0: 2, S2IR0: 1, S2OR0: 1, S2SH0: 3, S2PS: Math.max(0, OAS_CODES.indexOf(Math.min(48, f.oas))),
    S2PTW: 1, S2AA64: 1, S2R: 1, S2TTB: stage2.root,
  };
  const words = encode(STE, { V: 1, Config: 4 + (stage1 === undefined ? 0 : 1) + (stage2 === undefined ? 0 : 2), ...s1, ...s2 });
  if (merge.keepsAttributes && stage1 !== undefined) words[2] = ((words[2] ?? 0) & ~KEPT) | (stage1.attributes & KEPT);
  return words;
}

/** Which stages an STE has live. */
export function liveStages(words: ArrayLike<number>): { readonly s1: boolean; readonly s2: boolean; readonly root: number } {
  const { V, Config, S2TTB } = numbers(STE, words);
  const live = V === 1 ? Config : 0;
  return { s1: (live & 5) === 5, s2: (live & 6) === 6, root: S2TTB };
}
