/** What is under the cursor inside an expression of a scenario. */
import type { Expression } from '../../../debugger/expression/ast.ts';
import type { BoundLine } from '../../../debugger/scenario/bind/line.ts';
import { expressionsOf, partsOf } from '../../../debugger/scenario/check/expressions.ts';

/** A part of an expression that means something by itself, and the stretch that the cursor is in. */
export interface ExpressionPart {
  readonly part: Expression;
  readonly start: number;
  readonly end: number;
}

/** The innermost name, number, field or function at an offset of a bound line. */
export function expressionAt({ values }: BoundLine, offset: number): ExpressionPart | undefined {
  let found: ExpressionPart | undefined;
  for (const value of values.values()) {
    for (const top of expressionsOf(value)) {
      if (offset < top.start || offset > top.end) continue;
      for (const part of partsOf(top)) found = touched(part, offset) ?? found;
    }
  }
  return found;
}

function touched(part: Expression, offset: number): ExpressionPart | undefined {
  const span = part.kind === 'member' || part.kind === 'call' ? part.at : part;
  const isLeaf = part.kind === 'member' || part.kind === 'call' || part.kind === 'name' || part.kind === 'number';
  return isLeaf && span.start <= offset && offset <= span.end ? { part, start: span.start, end: span.end } : undefined;
}

/** The value of a number. */
export function valueOf({ hi, lo }: { readonly hi: number; readonly lo: number }): bigint {
  return BigInt(hi >>> 0) * (1n << 32n) + BigInt(lo >>> 0);
}
