/**
 * Cuts an input address into the index fields of its tables, as the context descriptor or the stream
 * table entry that the walk itself read has them: granule, size of the input, first level (IHI 0070,
 * 3.4 and 5.2; DDI 0487, D8). Takes words, not state, so that it holds for walks of the past.
 */
import type { U64 } from '../../emulator/bits/u64.ts';
import { CD } from '../../emulator/fields/cd.ts';
import { numbers } from '../../emulator/fields/layout.ts';
import { STE } from '../../emulator/fields/ste.ts';
import { levelShift, type PageBits, stage2StartLevel, startLevel, strideOf, TG0_PAGE, TG1_PAGE } from '../../emulator/walk/geometry.ts';
import type { Split } from './page.ts';

/** How the tables of one stage cut addresses. */
export interface Geometry {
  readonly page: PageBits;
  readonly ia: number;
  readonly start: number;
}

/** The geometry of stage 1 for an input address; undefined where the CD makes no sense. */
export function stage1Geometry(words: ArrayLike<number>, input: U64): Geometry | undefined {
  const cd = numbers(CD, words);
  const isUpper = input.hi < 0 || input.hi >= 0x8000_0000;
  const page = (isUpper ? TG1_PAGE[cd.TG1] : TG0_PAGE[cd.TG0]) ?? 0;
  const ia = 64 - (isUpper ? cd.T1SZ : cd.T0SZ);
  return page === 0 || ia <= page ? undefined : { page, ia, start: startLevel(page, ia) };
}

/** The geometry of stage 2. */
export function stage2Geometry(words: ArrayLike<number>): Geometry | undefined {
  const ste = numbers(STE, words);
  const page = TG0_PAGE[ste.S2TG] ?? 0;
  const start = page === 0 ? undefined : stage2StartLevel(page, ste.S2SL0, true);
  return page === 0 || start === undefined ? undefined : { page, ia: 64 - ste.S2T0SZ, start };
}

/** The address in pieces, down to the level where the walk ended. */
export function splitAddress(input: U64, { page, ia, start }: Geometry, leaf: number): Split {
  const whole = (BigInt(input.hi >>> 0) << 32n) | BigInt(input.lo >>> 0);
  const piece = (msb: number, lsb: number): string => `0x${((whole >> BigInt(lsb)) & ((1n << BigInt(msb - lsb + 1)) - 1n)).toString(16)}`;
  const fields: Split['fields'][number][] = ia >= 64 ? [] : [{ name: 'above', bits: `63:${ia}`, value: piece(63, ia), level: null }];
  let low = ia;
  for (let level = start; level <= leaf; level++) {
    const lsb = levelShift(page, level);
    const msb = level === start ? ia - 1 : lsb + strideOf(page) - 1;
    fields.push({ name: `level ${level}`, bits: `${msb}:${lsb}`, value: piece(msb, lsb), level });
    low = lsb;
  }
  fields.push({ name: 'offset', bits: `${low - 1}:0`, value: piece(low - 1, 0), level: null });
  return { input: `0x${whole.toString(16)}`, fields };
}
