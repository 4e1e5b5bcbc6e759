/**
 * One translation table base with everything that a walk from it needs, precomputed from an STE or a
 * CD half. Addresses are signed 32-bit halves. Attributes of the table accesses themselves
 * (cacheability of walks) have no effect in a coherent machine and are left out.
 */
import { isBlockLevel, levelShift, strideOf, type PageBits } from './geometry.ts';

/** What a regime is made from. */
export interface RegimeInput {
  readonly stage: 1 | 2;
  readonly page: PageBits;
  /** Input address bits. */
  readonly ia: number;
  readonly start: number;
  /** Table base before alignment, below 2^52. */
  readonly table: number;
  /** Output size in bits, already capped to OAS. */
  readonly out: number;
  /** Outputs of 52 bits are possible (64K and OAS of 52). */
  readonly is52: boolean;
  readonly isBigEndian: boolean;
  readonly ha: boolean;
  readonly hd: boolean;
  readonly affd: boolean;
  /** Hierarchical attributes are off. */
  readonly had: boolean;
}

/** A table base, ready to be walked. */
export class Regime {
  readonly stage: 1 | 2;
  readonly page: number;
  readonly stride: number;
  readonly ia: number;
  readonly start: number;
  readonly tableHi: number;
  readonly tableLo: number;
  readonly out: number;
  readonly is52: boolean;
  readonly isBigEndian: boolean;
  readonly ha: boolean;
  readonly hd: boolean;
  readonly affd: boolean;
  readonly had: boolean;
  /** Index bits of the first level, concatenation included. */
  readonly startMask: number;
  /** Index bits of the other levels. */
  readonly mask: number;
  /** Granule as TLB invalidations code it: 1 4K, 2 16K, 3 64K. */
  readonly tg: number;
  /** Levels at which blocks are allowed, as bits. */
  readonly blocks: number;

  constructor(input: RegimeInput) {
    const { page, ia, start } = input;
    this.stage = input.stage;
    this.page = page;
    this.stride = strideOf(page);
    this.ia = ia;
    this.start = start;
    this.out = input.out;
    this.is52 = input.is52;
    this.isBigEndian = input.isBigEndian;
    this.ha = input.ha;
    this.hd = input.hd && input.ha;
    this.affd = input.affd && !input.ha;
    this.had = input.had;
    const startBits = ia - levelShift(page, start);
    this.startMask = 2 ** startBits - 1;
    this.mask = 2 ** this.stride - 1;
    this.tg = page === 12 ? 1 : page === 14 ? 2 : 3;
    this.blocks = [1, 2].reduce((bits, level) => bits | (isBlockLevel(page, level, input.is52) ? 1 << level : 0), 0);
    // The table is aligned to its size; 52-bit outputs ask for 64 bytes at least.
    const align = 2 ** Math.max(startBits + 3, input.out > 48 ? 6 : 4);
    const table = input.table - (input.table % align);
    this.tableHi = Math.floor(table / 2 ** 32);
    this.tableLo = table | 0;
  }
}
