/**
 * Unsigned 64-bit arithmetic with dtc's semantics: everything wraps, shifts by 64 or more give 0.
 * A value is a JavaScript number while it is exact as one, which nearly all are, else a bigint.
 */
import { Token } from './token.ts';

/** An unsigned 64-bit value: a number up to `Number.MAX_SAFE_INTEGER`, a bigint above. */
export type U64 = number | bigint;

/** Wraps to 64 bits. */
export function fromBig(value: bigint): U64 {
  const wrapped = BigInt.asUintN(64, value);
  return wrapped <= 0x1f_ffff_ffff_ffffn ? Number(wrapped) : wrapped;
}

const WORD = 0x1_0000_0000;

function small(a: U64, b: U64): boolean {
  return a < WORD && b < WORD && typeof a === 'number' && typeof b === 'number';
}

function bool(value: boolean): U64 {
  return value ? 1 : 0;
}

/** Keeps a result that is exact, else computes it anew with bigints. */
function exact(result: number, a: U64, b: U64, wide: (a: bigint, b: bigint) => bigint): U64 {
  if (result >= 0 && result <= Number.MAX_SAFE_INTEGER && typeof a === 'number' && typeof b === 'number') return result;
  return fromBig(wide(BigInt(a), BigInt(b)));
}

type Operation = (a: U64, b: U64) => U64;

function shiftLeft(a: U64, b: U64): U64 {
  if (b >= 64) return 0;
  const n = Number(b);
  return exact(Number(a) * 2 ** n, a, n, (x, y) => x << y);
}

function shiftRight(a: U64, b: U64): U64 {
  if (b >= 64) return 0;
  const n = Number(b);
  return typeof a === 'number' ? Math.floor(a / 2 ** n) : fromBig(a >> BigInt(n));
}

/** Binary operators but division: precedence (higher binds tighter) and meaning. */
export const BINARY: ReadonlyMap<Token, { readonly precedence: number; readonly apply: Operation }> = new Map<Token, { precedence: number; apply: Operation }>([
  [Token.OrOr, { precedence: 1, apply: (a, b) => bool(Boolean(a) || Boolean(b)) }],
  [Token.AndAnd, { precedence: 2, apply: (a, b) => bool(Boolean(a) && Boolean(b)) }],
  [Token.Or, { precedence: 3, apply: (a, b) => (small(a, b) ? (Number(a) | Number(b)) >>> 0 : fromBig(BigInt(a) | BigInt(b))) }],
  [Token.Xor, { precedence: 4, apply: (a, b) => (small(a, b) ? (Number(a) ^ Number(b)) >>> 0 : fromBig(BigInt(a) ^ BigInt(b))) }],
  [Token.And, { precedence: 5, apply: (a, b) => (small(a, b) ? (Number(a) & Number(b)) >>> 0 : fromBig(BigInt(a) & BigInt(b))) }],
  [Token.EqualEqual, { precedence: 6, apply: (a, b) => bool(a === b) }],
  [Token.NotEqual, { precedence: 6, apply: (a, b) => bool(a !== b) }],
  [Token.Less, { precedence: 7, apply: (a, b) => bool(a < b) }],
  [Token.Greater, { precedence: 7, apply: (a, b) => bool(a > b) }],
  [Token.LessEqual, { precedence: 7, apply: (a, b) => bool(a <= b) }],
  [Token.GreaterEqual, { precedence: 7, apply: (a, b) => bool(a >= b) }],
  [Token.ShiftLeft, { precedence: 8, apply: shiftLeft }],
  [Token.ShiftRight, { precedence: 8, apply: shiftRight }],
  [Token.Plus, { precedence: 9, apply: (a, b) => exact(Number(a) + Number(b), a, b, (x, y) => x + y) }],
  [Token.Minus, { precedence: 9, apply: (a, b) => exact(Number(a) - Number(b), a, b, (x, y) => x - y) }],
  [Token.Star, { precedence: 10, apply: (a, b) => exact(Number(a) * Number(b), a, b, (x, y) => x * y) }],
  [Token.Slash, { precedence: 10, apply: (a, b) => divide(a, b) }],
  [Token.Percent, { precedence: 10, apply: (a, b) => remainder(a, b) }],
]);

/** Quotient; 0 for a divisor of 0, which the parser reports. */
function divide(a: U64, b: U64): U64 {
  if (b === 0) return 0;
  return fromBig(BigInt(a) / BigInt(b));
}

function remainder(a: U64, b: U64): U64 {
  if (b === 0) return 0;
  return typeof a === 'number' && typeof b === 'number' ? a % b : fromBig(BigInt(a) % BigInt(b));
}

/** Prefix operators. */
export const UNARY: ReadonlyMap<Token, (a: U64) => U64> = new Map<Token, (a: U64) => U64>([
  [Token.Minus, (a) => fromBig(-BigInt(a))],
  [Token.Tilde, (a) => fromBig(~BigInt(a))],
  [Token.Not, (a) => bool(!a)],
]);

/** The low `bits` (8, 16 or 32) of a value, and whether dtc warns of what is cut off. */
export function truncate(value: U64, bits: number): { readonly value: number; readonly lossy: boolean } {
  const size = 2 ** bits;
  if (typeof value === 'number') return { value: value % size, lossy: value >= size };
  const low = BigInt.asUintN(bits, value);
  return { value: Number(low), lossy: (value | (BigInt(size) - 1n)) !== 0xffff_ffff_ffff_ffffn };
}
