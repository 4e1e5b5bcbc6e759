/** Tables for the emulator bench: one stream, 4K pages, four levels of stage 1, four of stage 2. */
import { encode, fromNumber, CD, STE, u64, type Machine } from '../emulator/index.ts';

const STRTAB = 0x4100_0000;
const CDT = 0x4200_0000;
const S1 = 0x5000_0000;
const S2 = 0x5800_0000;
const DATA = 0x10_0000_0000;

class Builder {
  #next: number;
  readonly #machine: Machine;
  readonly root: number;

  constructor(machine: Machine, base: number) {
    this.#machine = machine;
    this.root = base;
    this.#next = base + 0x1000;
  }

  map(address: number, output: number, attributes: number): void {
    let table = this.root;
    for (let level = 0; level < 3; level++) {
      const at = table + (Math.floor(address / 2 ** (39 - 9 * level)) % 512) * 8;
      const { memory } = this.#machine;
      memory.load(Math.floor(at / 2 ** 32), at | 0);
      if ((memory.lo & 1) === 0) {
        memory.store(fromNumber(at), fromNumber(this.#next + 3));
        table = this.#next;
        this.#next += 0x1000;
      } else table = (memory.hi & 0xffff) * 2 ** 32 + ((memory.lo & -4096) >>> 0);
    }
    const at = table + (Math.floor(address / 4096) % 512) * 8;
    this.#machine.memory.store(fromNumber(at), fromNumber(output + attributes));
  }

  get used(): number {
    return this.#next;
  }
}

/** Maps `pages` pages from 0x1200000000 on for StreamID 5, and turns the SMMU on. */
export function buildTables(machine: Machine, kind: 'stage 1' | 'nested', pages: number): void {
  const { memory } = machine;
  const isNested = kind === 'nested';
  const put = (at: number, words: Uint32Array): void => {
    for (let i = 0; i < words.length; i += 2) memory.store(fromNumber(at + i * 4), u64(words[i + 1] ?? 0, words[i] ?? 0));
  };
  put(STRTAB + 5 * 64, encode(STE, {
    V: 1, Config: isNested ? 7 : 5, S1ContextPtr: CDT, S2VMID: 7, S2T0SZ: 16, S2SL0: 2, S2PS: 5, S2AA64: 1, S2R: 1, S2TTB: S2,
  }));
  put(CDT, encode(CD, { T0SZ: 16, EPD1: 1, V: 1, IPS: 5, AA64: 1, R: 1, A: 1, ASID: 3, TTB0: S1, MAIR0: 0xff }));
  const stage1 = new Builder(machine, S1);
  for (let i = 0; i < pages; i++) stage1.map(0x12_0000_0000 + i * 4096, DATA + i * 4096, 0xf43);
  if (isNested) {
    const stage2 = new Builder(machine, S2);
    stage2.map(CDT, CDT, 0x7ff);
    for (let at = S1; at < stage1.used; at += 4096) stage2.map(at, at, 0x7ff);
    for (let i = 0; i < pages; i++) stage2.map(DATA + i * 4096, DATA + i * 4096, 0x7ff);
  }
  const smmu = machine.smmus[0]!;
  smmu.writeRegister(0x80, 8, fromNumber(STRTAB));
  smmu.writeRegister(0x88, 4, u64(0, 4));
  smmu.writeRegister(0x20, 4, u64(0, 1));
}
