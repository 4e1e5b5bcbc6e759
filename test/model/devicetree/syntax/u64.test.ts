import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Token } from '../../../../model/devicetree/syntax/token.ts';
import { BINARY, fromBig, truncate, UNARY } from '../../../../model/devicetree/syntax/u64.ts';

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const bool = (value: boolean): bigint => (value ? 1n : 0n);

/** The operators as dtc computes them, in plain 64-bit arithmetic. */
const REFERENCE: readonly (readonly [Token, (a: bigint, b: bigint) => bigint])[] = [
  [Token.OrOr, (a, b) => bool(a !== 0n || b !== 0n)], [Token.AndAnd, (a, b) => bool(a !== 0n && b !== 0n)],
  [Token.Or, (a, b) => a | b], [Token.Xor, (a, b) => a ^ b], [Token.And, (a, b) => a & b],
  [Token.EqualEqual, (a, b) => bool(a === b)], [Token.NotEqual, (a, b) => bool(a !== b)],
  [Token.Less, (a, b) => bool(a < b)], [Token.Greater, (a, b) => bool(a > b)],
  [Token.LessEqual, (a, b) => bool(a <= b)], [Token.GreaterEqual, (a, b) => bool(a >= b)],
  [Token.ShiftLeft, (a, b) => (b >= 64n ? 0n : wrap(a << b))], [Token.ShiftRight, (a, b) => (b >= 64n ? 0n : a >> b)],
  [Token.Plus, (a, b) => wrap(a + b)], [Token.Minus, (a, b) => wrap(a - b)], [Token.Star, (a, b) => wrap(a * b)],
  [Token.Slash, (a, b) => (b === 0n ? 0n : a / b)], [Token.Percent, (a, b) => (b === 0n ? 0n : a % b)],
];

const EDGES = [0n, 1n, 2n, 31n, 32n, 63n, 64n, 65n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n, 0x1fffffffffffffn, 0x20000000000000n, 0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffffffffffffn];
const value = fc.oneof(fc.constantFrom(...EDGES), fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), fc.bigInt({ min: 0n, max: 0xffff_ffffn }));

describe('64-bit arithmetic', () => {
  it('covers every binary operator', () => {
    expect(REFERENCE.map(([token]) => token).sort()).toEqual([...BINARY.keys()].sort());
  });

  it.each(REFERENCE)('computes operator %i as C does', (token, reference) => {
    fc.assert(fc.property(value, value, (a, b) => {
      const result = BINARY.get(token)?.apply(fromBig(a), fromBig(b));
      expect(BigInt(result ?? -1)).toBe(reference(a, b));
      expect(typeof result).toBe(reference(a, b) <= BigInt(Number.MAX_SAFE_INTEGER) ? 'number' : 'bigint');
    }), { numRuns: 400 });
  });

  it.each([[Token.Minus, (a: bigint) => wrap(-a)], [Token.Tilde, (a: bigint) => wrap(~a)], [Token.Not, (a: bigint) => bool(a === 0n)]] as const)('computes prefix operator %i as C does', (token, reference) => {
    fc.assert(fc.property(value, (a) => {
      expect(BigInt(UNARY.get(token)?.(fromBig(a)) ?? -1)).toBe(reference(a));
    }));
  });

  it.each([8, 16, 32])('cuts off at %i bits, silently only what is sign extension', (bits) => {
    fc.assert(fc.property(value, (a) => {
      const mask = (1n << BigInt(bits)) - 1n;
      const result = truncate(fromBig(a), bits);
      expect(BigInt(result.value)).toBe(a & mask);
      expect(result.lossy).toBe(a > mask && (a | mask) !== 0xffff_ffff_ffff_ffffn);
    }));
  });
});
