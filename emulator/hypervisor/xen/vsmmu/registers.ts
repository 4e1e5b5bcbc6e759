/**
 * The register map of the emulated SMMU as data: what each offset stores, and what guards a write.
 * What is not in the map is unknown to the emulation (fact sheet 1.3). The behaviour of accesses is in
 * access.ts.
 */
import type { StateName } from './state.ts';

/** One register. */
export interface VirtualRegister {
  readonly name: string;
  readonly offset: number;
  readonly width: 32 | 64;
  /** Where its halves are stored; `id` registers are constants and have none. */
  readonly lo?: StateName;
  readonly hi?: StateName;
  readonly isReadOnly?: boolean;
  /** The function that must be off for a write to be taken, where the profile guards. */
  readonly guard?: 'SMMUEN' | 'CMDQEN' | 'EVTQEN';
  /** An architectural register that the posted code does not know: only an ideal vSMMU has it. */
  readonly isIdealOnly?: boolean;
}

const IDS = ['IDR0', 'IDR1', 'IDR2', 'IDR3', 'IDR4', 'IDR5', 'IIDR'];

/** All registers of the emulation. */
export const VIRTUAL_REGISTERS: readonly VirtualRegister[] = [
  ...IDS.map((name, i): VirtualRegister => ({ name, offset: i * 4, width: 32, isReadOnly: true })),
  { name: 'CR0', offset: 0x20, width: 32, lo: 'cr0' },
  { name: 'CR0ACK', offset: 0x24, width: 32, isReadOnly: true },
  { name: 'CR1', offset: 0x28, width: 32, lo: 'cr1' },
  { name: 'CR2', offset: 0x2c, width: 32, lo: 'cr2', guard: 'SMMUEN' },
  { name: 'GBPA', offset: 0x44, width: 32, lo: 'gbpa', isIdealOnly: true },
  { name: 'IRQ_CTRL', offset: 0x50, width: 32, lo: 'irqCtrl' },
  { name: 'IRQ_CTRLACK', offset: 0x54, width: 32, lo: 'irqCtrl', isReadOnly: true },
  { name: 'GERROR', offset: 0x60, width: 32, lo: 'gerror', isReadOnly: true },
  { name: 'GERRORN', offset: 0x64, width: 32, lo: 'gerrorn' },
  { name: 'GERROR_IRQ_CFG0', offset: 0x68, width: 64, lo: 'gerrorIrqLo', hi: 'gerrorIrqHi' },
  { name: 'STRTAB_BASE', offset: 0x80, width: 64, lo: 'strtabLo', hi: 'strtabHi', guard: 'SMMUEN' },
  { name: 'STRTAB_BASE_CFG', offset: 0x88, width: 32, lo: 'strtabCfg', guard: 'SMMUEN' },
  { name: 'CMDQ_BASE', offset: 0x90, width: 64, lo: 'cmdqLo', hi: 'cmdqHi', guard: 'CMDQEN' },
  { name: 'CMDQ_PROD', offset: 0x98, width: 32, lo: 'cmdqProd' },
  { name: 'CMDQ_CONS', offset: 0x9c, width: 32, lo: 'cmdqCons', guard: 'CMDQEN' },
  { name: 'EVTQ_BASE', offset: 0xa0, width: 64, lo: 'evtqLo', hi: 'evtqHi', guard: 'EVTQEN' },
  { name: 'EVTQ_PROD', offset: 0xa8, width: 32, lo: 'evtqProd' },
  { name: 'EVTQ_CONS', offset: 0xac, width: 32, lo: 'evtqCons' },
  { name: 'EVTQ_IRQ_CFG0', offset: 0xb0, width: 64, lo: 'evtqIrqLo', hi: 'evtqIrqHi' },
];

/** Registers of page 1. */
export const PAGE_1_NAMES: ReadonlySet<string> = new Set(['EVTQ_PROD', 'EVTQ_CONS']);

const BY_OFFSET: ReadonlyMap<number, VirtualRegister> = new Map(
  VIRTUAL_REGISTERS.flatMap((r) => (r.width === 64 ? [[r.offset, r], [r.offset + 4, r]] : [[r.offset, r]]) as [number, VirtualRegister][]),
);

/** The register that holds the aligned word at an offset of page 0. */
export function virtualRegisterAt(offset: number): VirtualRegister | undefined {
  return BY_OFFSET.get(offset);
}
