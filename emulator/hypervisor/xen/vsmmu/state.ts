/** The state of one emulated SMMUv3, under the undo log (fact sheet 1.2). 64-bit registers are two halves. */
import type { History } from '../../../history/history.ts';
import { Fields } from '../../state.ts';

/** Names of the stored values. */
export const STATE_NAMES = [
  'cr0', 'cr1', 'cr2', 'gbpa', 'gerror', 'gerrorn', 'irqCtrl', 'strtabLo', 'strtabHi', 'strtabCfg', 'split', 'isTwoLevel',
  'gerrorIrqLo', 'gerrorIrqHi', 'evtqIrqLo', 'evtqIrqHi', 'cmdqLo', 'cmdqHi', 'cmdqShift', 'cmdqProd', 'cmdqCons',
  'evtqLo', 'evtqHi', 'evtqShift', 'evtqProd', 'evtqCons', 'line', 'isDeferred', 'forwarded',
] as const;

/** The name of a stored value. */
export type StateName = (typeof STATE_NAMES)[number];

/** The stored values. */
export type VsmmuState = Fields<StateName>;

/** Makes the state of a vSMMU, all zero. */
export function createState(history: History, name: string): VsmmuState {
  return new Fields(history, `${name}.vsmmu`, STATE_NAMES);
}

/** Largest queue: log2 of entries. */
export const MAX_SHIFT = 19;

/** Bits of CR0. */
export const CR0 = { SMMUEN: 1, EVTQEN: 4, CMDQEN: 8 } as const;

/** Bits of GERROR that the emulation sets. */
export const GERROR = { CMDQ: 1, EVTQ_ABT: 4 } as const;

/** A 52-bit address of a base register, bits 51:low. */
export function baseAddress(state: VsmmuState, lo: StateName, hi: StateName): number {
  return (state.get(hi) & 0xf_ffff) * 2 ** 32 + state.get(lo);
}
