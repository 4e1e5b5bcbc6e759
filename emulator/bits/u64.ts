/**
 * 64-bit values as two unsigned 32-bit halves: the one representation of wide values across the
 * emulator's interfaces. The translation procedure itself passes the halves as separate signed
 * numbers, which the engine keeps unboxed; nothing here is meant for that path, and nothing here
 * does arithmetic beyond what addresses need.
 */

/** A 64-bit value; both halves are integers in 0..2^32-1. */
export interface U64 {
  readonly hi: number;
  readonly lo: number;
}

/** The value zero. */
export const ZERO: U64 = { hi: 0, lo: 0 };

/** Makes a value of two halves, each taken modulo 2^32. */
export function u64(hi: number, lo: number): U64 {
  return { hi: hi >>> 0, lo: lo >>> 0 };
}

/** Makes a value of a non-negative integer below 2^53. */
export function fromNumber(value: number): U64 {
  return { hi: Math.floor(value / 0x1_0000_0000) >>> 0, lo: value >>> 0 };
}

/** The value as a plain number: exact below 2^53, which covers every physical address. */
export function toNumber(value: U64): number {
  return value.hi * 0x1_0000_0000 + value.lo;
}

/** Reads `0x...` or decimal text of at most 64 bits; undefined where it is not a number or too wide. */
export function parseU64(text: string): U64 | undefined {
  const hex = /^0x([0-9a-f_]+)$/i.exec(text)?.[1]?.replaceAll('_', '').replace(/^0+(?=.)/, '');
  if (hex !== undefined) {
    if (hex.length > 16 || hex.length === 0) return undefined;
    return { hi: Number.parseInt(hex.slice(0, -8) || '0', 16), lo: Number.parseInt(hex.slice(-8), 16) };
  }
  return /^\d+$/.test(text) ? parseDecimal(text) : undefined;
}

function parseDecimal(text: string): U64 | undefined {
  let hi = 0;
  let lo = 0;
  for (const digit of text) {
    lo = lo * 10 + Number(digit);
    hi = hi * 10 + Math.floor(lo / 0x1_0000_0000);
    lo %= 0x1_0000_0000;
    if (hi > 0xffff_ffff) return undefined;
  }
  return { hi, lo };
}

/** `0x` and lower-case digits without leading zeros; `digits` pads to a fixed width. */
export function hex(value: U64, digits = 1): string {
  const text = value.hi === 0 ? value.lo.toString(16) : value.hi.toString(16) + value.lo.toString(16).padStart(8, '0');
  return `0x${text.padStart(digits, '0')}`;
}

/** Whether two values are the same. */
export function equal(a: U64, b: U64): boolean {
  return a.hi === b.hi && a.lo === b.lo;
}

/** a + b modulo 2^64. */
export function add(a: U64, b: U64): U64 {
  const lo = a.lo + b.lo;
  return { hi: (a.hi + b.hi + (lo > 0xffff_ffff ? 1 : 0)) >>> 0, lo: lo >>> 0 };
}

/** Negative, zero or positive as a is below, equal to or above b (unsigned). */
export function compare(a: U64, b: U64): number {
  return a.hi - b.hi || a.lo - b.lo;
}

/** Bits `msb` down to `lsb` of a value, shifted down to bit 0. */
export function extract(value: U64, msb: number, lsb: number): U64 {
  const width = msb - lsb + 1;
  const down = shiftRight(value, lsb);
  if (width >= 64) return down;
  if (width > 32) return { hi: (down.hi & (2 ** (width - 32) - 1)) >>> 0, lo: down.lo };
  return { hi: 0, lo: width === 32 ? down.lo : (down.lo & (2 ** width - 1)) >>> 0 };
}

/** The value shifted down by 0..63 bits. */
export function shiftRight(value: U64, by: number): U64 {
  if (by === 0) return value;
  if (by >= 32) return { hi: 0, lo: value.hi >>> (by - 32) };
  return { hi: value.hi >>> by, lo: ((value.lo >>> by) | (value.hi << (32 - by))) >>> 0 };
}

/** The value shifted up by 0..63 bits, modulo 2^64. */
export function shiftLeft(value: U64, by: number): U64 {
  if (by === 0) return value;
  if (by >= 32) return { hi: (value.lo << (by - 32)) >>> 0, lo: 0 };
  return { hi: ((value.hi << by) | (value.lo >>> (32 - by))) >>> 0, lo: (value.lo << by) >>> 0 };
}
