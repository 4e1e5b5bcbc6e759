/**
 * Expressions that can be computed and are hardly what was meant. Operators bind as in C, so that
 * `mem64(x) & 0x80 == 0` compares first, as compilers of C warn. Knows nothing of where expressions stand.
 */
import { childrenOf, type Expression } from './ast.ts';

const BITWISE: ReadonlySet<string> = new Set(['&', '|', '^']);
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** A comparison that is an operand of a bit operation, without parentheses that would say that this is meant. */
export interface PrecedenceSlip {
  /** The bit operation as it was read. */
  readonly whole: Expression & { readonly kind: 'binary' };
  /** The comparison that was computed before it. */
  readonly comparison: Expression & { readonly kind: 'binary' };
  /** What was meant to be computed first, by its offsets. */
  readonly meant: { readonly start: number; readonly end: number };
}

type Binary = Expression & { readonly kind: 'binary' };

/** A node in parentheses begins before its first operand. */
function bareComparison(one: Expression): Binary | undefined {
  return one.kind === 'binary' && COMPARISONS.has(one.operator) && one.start === one.left.start ? one : undefined;
}

/** Whether an expression gives true or false, so that a bit operation on it is one of logic. */
function isTruth(one: Expression): boolean {
  if (one.kind === 'binary') return COMPARISONS.has(one.operator) || one.operator === '&&' || one.operator === '||' || (BITWISE.has(one.operator) && isTruth(one.left) && isTruth(one.right));
  return (one.kind === 'unary' && one.operator === '!') || (one.kind === 'name' && (one.name === 'true' || one.name === 'false'));
}

/** The slip of one node; undefined where there is none. Two comparisons side by side are taken as they are. */
function slipOf(whole: Expression): PrecedenceSlip | undefined {
  if (whole.kind !== 'binary' || !BITWISE.has(whole.operator)) return undefined;
  const { left, right } = whole;
  const [before, behind] = [bareComparison(left), bareComparison(right)];
  if (behind !== undefined && !isTruth(left)) return { whole, comparison: behind, meant: { start: left.start, end: behind.left.end } };
  if (before !== undefined && !isTruth(right)) return { whole, comparison: before, meant: { start: before.right.start, end: right.end } };
  return undefined;
}

/** All slips in an expression, outermost first. Its depth is capped by the parser. */
export function* precedenceSlips(expression: Expression): Generator<PrecedenceSlip> {
  const own = slipOf(expression);
  if (own !== undefined) yield own;
  for (const child of childrenOf(expression)) yield* precedenceSlips(child);
}

/** What is wrong, in one sentence. */
export function slipText({ whole, comparison }: PrecedenceSlip): string {
  return `\`${comparison.operator}\` binds stronger than \`${whole.operator}\`, as in C: the comparison is computed first.`;
}
