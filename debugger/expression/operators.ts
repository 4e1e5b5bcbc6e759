/** The arithmetic of expressions: unsigned, 64 bits wide, wrapping. One line for each operator. */
import { u64, type U64 } from '../../emulator/bits/u64.ts';
import { booleanValue, numberValue, type ExpressionValue } from './value.ts';

const MASK = (1n << 64n) - 1n;

/** A 64-bit value as a BigInt. */
export function toBig(value: U64): bigint {
  return (BigInt(value.hi) << 32n) | BigInt(value.lo);
}

/** A BigInt modulo 2^64. */
export function fromBig(value: bigint): U64 {
  return u64(Number((value >> 32n) & 0xffff_ffffn), Number(value & 0xffff_ffffn));
}

type Apply = (a: bigint, b: bigint) => bigint | boolean | undefined;

/** Undefined: the operation has no result (division by zero). */
const OPERATORS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => (b === 0n ? undefined : a / b)],
  ['%', (a, b) => (b === 0n ? undefined : a % b)],
  ['&', (a, b) => a & b],
  ['|', (a, b) => a | b],
  ['^', (a, b) => a ^ b],
  ['<<', (a, b) => (b > 63n ? 0n : a << b)],
  ['>>', (a, b) => (b > 63n ? 0n : a >> b)],
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
  ['>', (a, b) => a > b],
  ['>=', (a, b) => a >= b],
]);

/** Applies an operator to two numbers; undefined for a division by zero. `&&`, `||`, `==` and `!=` are not among them. */
export function applyOperator(operator: string, left: U64, right: U64): ExpressionValue | undefined {
  const result = OPERATORS.get(operator)?.(toBig(left), toBig(right));
  if (result === undefined) return undefined;
  return typeof result === 'boolean' ? booleanValue(result) : numberValue(fromBig(result & MASK));
}

/** Applies `-` or `~`. */
export function applySign(operator: '-' | '~', operand: U64): ExpressionValue {
  const value = toBig(operand);
  return numberValue(fromBig((operator === '-' ? -value : ~value) & MASK));
}
