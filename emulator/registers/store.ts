/**
 * The register values of one SMMU as undoable cells, and the state that several parts read from them.
 * Page-1 registers lie at their page-0 offsets, which no other register uses. No guards here.
 */
import { Cells, type History } from '../history/history.ts';
import { seedOf } from '../history/hash.ts';

/** Offsets of registers that the machine itself reads or changes. */
export const REG = {
  CR0: 0x20, CR0ACK: 0x24, CR1: 0x28, CR2: 0x2c, GBPA: 0x44, IRQ_CTRL: 0x50, IRQ_CTRLACK: 0x54, GERROR: 0x60, GERRORN: 0x64,
  GERROR_IRQ_CFG0: 0x68, STRTAB_BASE: 0x80, STRTAB_BASE_CFG: 0x88, CMDQ_BASE: 0x90, CMDQ_PROD: 0x98, CMDQ_CONS: 0x9c,
  EVENTQ_BASE: 0xa0, EVENTQ_PROD: 0xa8, EVENTQ_CONS: 0xac, EVENTQ_IRQ_CFG0: 0xb0, PRIQ_BASE: 0xc0, PRIQ_PROD: 0xc8, PRIQ_CONS: 0xcc, PRIQ_IRQ_CFG0: 0xd0,
} as const;

/** Bits of CR0. */
export const CR0 = { SMMUEN: 1, PRIQEN: 2, EVENTQEN: 4, CMDQEN: 8, ATSCHK: 16 } as const;

const WORDS = 0x100;

/** The register values. */
export class RegisterStore {
  readonly cells: Cells;

  constructor(history: History, name: string) {
    this.cells = new Cells(history, WORDS, seedOf(`${name}.registers`), { kind: 'registers', name });
  }

  /** The 32 bits at an offset (page 0, or a page-1 register without its 0x10000), signed. */
  get(offset: number): number {
    return this.cells.data[(offset & 0x3ff) >>> 2] ?? 0;
  }

  /** Stores 32 bits. */
  set(offset: number, value: number): void {
    this.cells.set((offset & 0x3ff) >>> 2, value);
  }

  /** Whether a function of CR0 is in effect. */
  isOn(bit: number): boolean {
    return (this.get(REG.CR0ACK) & bit) !== 0;
  }

  /** Whether a function is off for good: neither asked for nor in effect. */
  isOff(bit: number): boolean {
    return ((this.get(REG.CR0) | this.get(REG.CR0ACK)) & bit) === 0;
  }

  /** Global errors that software has not acknowledged. */
  get activeErrors(): number {
    return this.get(REG.GERROR) ^ this.get(REG.GERRORN);
  }
}
