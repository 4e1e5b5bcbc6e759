/**
 * The register file as software sees it: offsets of page 0 and page 1, access sizes, read-only and
 * absent registers, the Update protocols of CR0, IRQ_CTRL and GBPA. What a change sets off is told to
 * the SMMU through `effect`. Accesses that the architecture leaves unpredictable read as zero and are
 * ignored.
 */
import { u64, type U64 } from '../bits/u64.ts';
import type { Features, IdRegisters } from '../idr/features.ts';
import type { Probe } from '../steps/probe.ts';
import { REGISTERS } from '../fields/registers.ts';
import { REG, type RegisterStore } from './store.ts';
import { writeRules, type WriteRule } from './rules.ts';

const UPDATE = 0x8000_0000;
const PAGE_1 = 0x10000;
const PAGE_1_ONLY = new Set<number>([REG.EVENTQ_PROD, REG.EVENTQ_CONS, REG.PRIQ_PROD, REG.PRIQ_CONS]);
const WIDE = new Set(REGISTERS.filter((r) => r.width === 64).map((r) => r.offset));
// Component identification of an Arm-like part, at 0xfd0 and up.
const PERIPHERAL_IDS: readonly number[] = [0x04, 0, 0, 0, 0x83, 0xb4, 0x3b, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

/** What the register file tells the SMMU. */
export interface RegisterFileParts {
  readonly store: RegisterStore;
  readonly ids: IdRegisters;
  readonly features: Features;
  readonly probe: Probe;
  /** Software changed the register half at an offset, from an old value. */
  readonly effect: (offset: number, old: number) => void;
  /** CR0 and IRQ_CTRL take effect only when `settle` is called, as on hardware that takes its time. */
  readonly isSlow: boolean;
}

/** The registers of one SMMU. */
export class RegisterFile {
  readonly #parts: RegisterFileParts;
  readonly #rules: ReadonlyMap<number, WriteRule>;
  readonly #ids: readonly number[];

  constructor(parts: RegisterFileParts) {
    this.#parts = parts;
    this.#rules = writeRules(parts.features);
    const { ids } = parts;
    this.#ids = [ids.IDR0, ids.IDR1, ids.IDR2 ?? 0, ids.IDR3, ids.IDR4 ?? 0, ids.IDR5, ids.IIDR ?? 0, ids.AIDR];
    parts.store.set(REG.GBPA, (ids.gbpaReset ?? 0) & ~UPDATE);
  }

  /** Reads 4 or 8 bytes at an offset from the SMMU's base. */
  read(offset: number, size: 4 | 8): U64 {
    if (!this.#isAccessible(offset, size)) return u64(0, 0);
    return u64(size === 8 ? this.#read32(offset + 4) : 0, this.#read32(offset));
  }

  /** Writes 4 or 8 bytes at an offset from the SMMU's base. */
  write(offset: number, size: 4 | 8, value: U64): void {
    const isTaken = this.#isAccessible(offset, size) && this.#write(offset, size, value);
    const { probe } = this.#parts;
    if (probe.isOn) probe.step({ kind: 'register', offset, size, value, isTaken });
  }

  #isAccessible(offset: number, size: 4 | 8): boolean {
    return offset >= 0 && offset % size === 0 && (size === 4 || WIDE.has(offset));
  }

  /** The page-0 offset of a stored register half, or -1 for a place without one. */
  #place(offset: number): number {
    const low = offset & 0xffff;
    const isPage1 = PAGE_1_ONLY.has(low);
    if (offset >= PAGE_1 ? offset >= 2 * PAGE_1 || !isPage1 : isPage1 && !this.#parts.features.pageOneAlias) return -1;
    return low < 0x400 ? low : -1;
  }

  #read32(offset: number): number {
    if (offset >= 0 && offset < 0x20) return this.#ids[offset >>> 2] ?? 0;
    if (offset >= 0xfd0 && offset < 0x1000) return PERIPHERAL_IDS[(offset - 0xfd0) >>> 2] ?? 0;
    const place = this.#place(offset);
    return place < 0 ? 0 : this.#parts.store.get(place);
  }

  #write(offset: number, size: 4 | 8, value: U64): boolean {
    const place = this.#place(offset);
    if (place < 0) return false;
    const isLowTaken = this.#write32(place, value.lo);
    return size === 4 ? isLowTaken : this.#write32(place + 4, value.hi) || isLowTaken;
  }

  #write32(offset: number, value: number): boolean {
    const rule = this.#rules.get(offset);
    const { store } = this.#parts;
    if (rule === undefined || (rule.guard !== undefined && !rule.guard(store))) return false;
    const old = store.get(offset);
    if (offset === REG.GBPA) return this.#writeGbpa(value & rule.mask);
    if (offset === REG.CR1) return this.#writeCr1(value & rule.mask, old);
    store.set(offset, value & rule.mask);
    if (offset === REG.CR0 || offset === REG.IRQ_CTRL) {
      if (!this.#parts.isSlow) this.settle();
    } else this.#parts.effect(offset, old);
    return true;
  }

  /** GBPA takes a value only together with Update, which reads as 0 once it is done. */
  #writeGbpa(value: number): boolean {
    if ((value & UPDATE) === 0) return false;
    this.#parts.store.set(REG.GBPA, value & ~UPDATE);
    return true;
  }

  /** The table half of CR1 is guarded by SMMUEN, the queue half by all queue enables. */
  #writeCr1(value: number, old: number): boolean {
    const { store } = this.#parts;
    const tables = store.isOff(1) ? 0xfc0 : 0;
    const queues = store.isOff(2) && store.isOff(4) && store.isOff(8) ? 0x3f : 0;
    store.set(REG.CR1, (old & ~(tables | queues)) | (value & (tables | queues)));
    return (tables | queues) !== 0;
  }

  /** Lets CR0 and IRQ_CTRL take effect: their ACK registers follow. */
  settle(): void {
    const { store, effect } = this.#parts;
    for (const [ask, ack] of [[REG.CR0, REG.CR0ACK], [REG.IRQ_CTRL, REG.IRQ_CTRLACK]] as const) {
      const old = store.get(ack);
      if (old === store.get(ask)) continue;
      store.set(ack, store.get(ask));
      effect(ack, old);
    }
  }
}
