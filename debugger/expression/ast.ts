/** The syntax tree of expressions. Offsets are into the text of the file or field that holds it. */

/** A half-open range of offsets. */
export interface ExpressionSpan {
  readonly start: number;
  readonly end: number;
}

/** An expression. Numbers are 64 bits wide and unsigned. */
export type Expression = ExpressionSpan & (
  | { readonly kind: 'number'; readonly hi: number; readonly lo: number }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string; readonly at: ExpressionSpan }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly at: ExpressionSpan }
  | { readonly kind: 'unary'; readonly operator: '-' | '~' | '!'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  /** `tlb where vmid == 2`: the rows of a list for which the condition holds. */
  | { readonly kind: 'where'; readonly list: Expression; readonly condition: Expression }
);

/** The expressions that one consists of. */
export function childrenOf(one: Expression): readonly Expression[] {
  switch (one.kind) {
    case 'member': return [one.of];
    case 'index': return [one.of, one.index];
    case 'call': return one.args;
    case 'unary': return [one.operand];
    case 'binary': return [one.left, one.right];
    case 'where': return [one.list, one.condition];
    default: return [];
  }
}
