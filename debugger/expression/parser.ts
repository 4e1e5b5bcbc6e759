/**
 * The parser of expressions. It never throws: what is wrong is a problem with a place, and a tree comes
 * back all the same, in which a missing operand is a name without letters. Depth, length and the number
 * of nodes are capped, so whoever walks a tree may recurse. Operators bind as in C; `where` binds least.
 */
import type { Expression, ExpressionSpan } from './ast.ts';
import { nextToken, type ExpressionToken } from './lexer.ts';

/** Caps on hostile input. */
export const EXPRESSION_LIMITS = { length: 4096, depth: 64, nodes: 1000 } as const;

/** What is wrong with an expression. Offsets are those of the expression's file. */
export interface ExpressionProblem extends ExpressionSpan {
  readonly id: 'expression-syntax' | 'expression-limit';
  /** One sentence, for people. */
  readonly message: string;
}

/** What the parser made of a text. */
export interface ParsedExpression {
  readonly expression: Expression;
  /** Empty where the text is an expression. */
  readonly problems: readonly ExpressionProblem[];
}

/** Binary operators, and how strongly each binds. */
const BINARY: ReadonlyMap<string, number> = new Map([
  ['||', 1], ['&&', 2], ['|', 3], ['^', 4], ['&', 5], ['==', 6], ['!=', 6],
  ['<', 7], ['<=', 7], ['>', 7], ['>=', 7], ['<<', 8], ['>>', 8], ['+', 9], ['-', 9], ['*', 10], ['/', 10], ['%', 10],
]);
const UNARY: ReadonlySet<string> = new Set(['-', '~', '!']);
const TOO_DEEP = `the expression is nested more than ${EXPRESSION_LIMITS.depth} deep; the rest is not read`;
/** How many problems are told; the rest follows from them. */
const MOST_PROBLEMS = 5;

/** Reads a text as one expression. `offset` is where the text begins in its file. */
export function parseExpression(text: string, offset = 0): ParsedExpression {
  if (text.length > EXPRESSION_LIMITS.length) {
    const span = { start: offset, end: offset + text.length };
    const message = `the expression is longer than ${EXPRESSION_LIMITS.length} characters and is not read`;
    return { expression: { kind: 'name', name: '', ...span }, problems: [{ id: 'expression-limit', message, ...span }] };
  }
  const parser = new Parser(text, offset);
  return { expression: parser.whole(), problems: parser.problems };
}

class Parser {
  readonly problems: ExpressionProblem[] = [];
  readonly #text: string;
  readonly #offset: number;
  #token: ExpressionToken;
  #end: number;
  #nodes = 0;
  #isOver = false;

  constructor(text: string, offset: number) {
    this.#text = text;
    this.#offset = offset;
    this.#end = offset;
    this.#token = this.#read(0);
  }

  whole(): Expression {
    const expression = this.#where(0);
    if (this.#token.kind !== 'end') this.#problem(`the expression ends before ${this.#shown()}`, this.#token);
    return expression;
  }

  #read(at: number): ExpressionToken {
    const token = nextToken(this.#text, at);
    const placed = { ...token, start: token.start + this.#offset, end: token.end + this.#offset };
    if (token.message !== undefined) this.#problem(token.message, placed);
    return placed;
  }

  #advance(): ExpressionToken {
    const token = this.#token;
    this.#end = token.end;
    if (token.kind !== 'end') this.#token = this.#read(token.end - this.#offset);
    return token;
  }

  /** Stops reading: all that is left counts as not there. */
  #stop(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.problems.push({ id: 'expression-limit', message, start: this.#token.start, end: this.#token.end });
    this.#token = { kind: 'end', start: this.#token.start, end: this.#token.start };
  }

  #problem(message: string, at: ExpressionSpan): void {
    if (this.#isOver || this.problems.length >= MOST_PROBLEMS) return;
    this.problems.push({ id: 'expression-syntax', message, start: at.start, end: at.end });
  }

  /** The token as messages name it. */
  #shown(): string {
    const token = this.#token;
    return token.kind === 'end' ? 'the end' : `\`${this.#text.slice(token.start - this.#offset, token.end - this.#offset)}\``;
  }

  #isOperator(text: string): boolean {
    return this.#token.kind === 'operator' && this.#token.text === text;
  }

  #close(sign: ')' | ']', open: ExpressionSpan): void {
    if (this.#isOperator(sign)) this.#advance();
    else this.#problem(`\`${sign}\` is missing before ${this.#shown()}`, this.#token.kind === 'end' ? open : this.#token);
  }

  #node(node: Expression): Expression {
    this.#nodes++;
    if (this.#nodes === EXPRESSION_LIMITS.nodes) this.#stop(`the expression has more than ${EXPRESSION_LIMITS.nodes} parts; the rest is not read`);
    return node;
  }

  #where(depth: number): Expression {
    let list = this.#binary(depth, 1);
    while (this.#token.kind === 'name' && this.#token.text === 'where') {
      this.#advance();
      const condition = this.#binary(depth, 1);
      list = this.#node({ kind: 'where', list, condition, start: list.start, end: this.#end });
    }
    return list;
  }

  #binary(depth: number, least: number): Expression {
    let left = this.#unary(depth);
    while (this.#token.kind === 'operator') {
      const operator = this.#token.text;
      const strength = BINARY.get(operator);
      if (strength === undefined || strength < least) break;
      this.#advance();
      // At most ten levels deeper: one for each strength.
      const right = this.#binary(depth, strength + 1);
      left = this.#node({ kind: 'binary', operator, left, right, start: left.start, end: this.#end });
    }
    return left;
  }

  #unary(depth: number): Expression {
    const signs: { readonly operator: '-' | '~' | '!'; readonly start: number }[] = [];
    while (this.#token.kind === 'operator' && UNARY.has(this.#token.text)) {
      signs.push({ operator: this.#token.text as '-' | '~' | '!', start: this.#token.start });
      this.#advance();
      if (signs.length > EXPRESSION_LIMITS.depth) this.#stop(TOO_DEEP);
    }
    let operand = this.#postfix(depth);
    for (const { operator, start } of signs.reverse()) operand = this.#node({ kind: 'unary', operator, operand, start, end: this.#end });
    return operand;
  }

  #postfix(depth: number): Expression {
    let of = this.#primary(depth);
    for (;;) {
      if (this.#isOperator('.')) of = this.#member(of);
      else if (this.#isOperator('[')) {
        const open = this.#advance();
        const index = this.#nested(depth);
        this.#close(']', open);
        of = this.#node({ kind: 'index', of, index, start: of.start, end: this.#end });
      } else return of;
    }
  }

  #member(of: Expression): Expression {
    this.#advance();
    const token = this.#token;
    if (token.kind === 'name') this.#advance();
    else this.#problem(`the name of a field is missing before ${this.#shown()}`, token);
    const name = token.kind === 'name' ? token.text : '';
    return this.#node({ kind: 'member', of, name, at: { start: token.start, end: token.kind === 'name' ? token.end : token.start }, start: of.start, end: this.#end });
  }

  /** An expression inside brackets. */
  #nested(depth: number): Expression {
    if (depth + 1 > EXPRESSION_LIMITS.depth) this.#stop(TOO_DEEP);
    return this.#where(depth + 1);
  }

  #primary(depth: number): Expression {
    const token = this.#token;
    const { start, end } = token;
    if (token.kind === 'number') {
      this.#advance();
      return this.#node({ kind: 'number', hi: token.value.hi, lo: token.value.lo, start, end });
    }
    if (token.kind === 'string') {
      this.#advance();
      return this.#node({ kind: 'string', text: token.text, start, end });
    }
    if (token.kind === 'name' && token.text !== 'where') {
      this.#advance();
      return this.#isOperator('(') ? this.#call(token.text, { start, end }, depth) : this.#node({ kind: 'name', name: token.text, start, end });
    }
    if (this.#isOperator('(')) {
      const open = this.#advance();
      const inner = this.#nested(depth);
      this.#close(')', open);
      return { ...inner, start, end: this.#end };
    }
    return this.#missing();
  }

  /** What stands here is no operand. A sign without meaning has been reported and stands for one. */
  #missing(): Expression {
    const token = this.#token;
    if (token.kind === 'unknown') this.#advance();
    else this.#problem(token.kind === 'end' ? 'a value is missing at the end' : `a value is missing before ${this.#shown()}`, token);
    return this.#node({ kind: 'name', name: '', start: token.start, end: token.kind === 'unknown' ? token.end : token.start });
  }

  #call(name: string, at: ExpressionSpan, depth: number): Expression {
    const open = this.#advance();
    const args: Expression[] = [];
    while (!this.#isOperator(')') && this.#token.kind !== 'end') {
      args.push(this.#nested(depth));
      if (!this.#isOperator(',')) break;
      this.#advance();
      if (this.#isOperator(')')) this.#problem('a value is missing before `)`', this.#token);
    }
    this.#close(')', open);
    return this.#node({ kind: 'call', name, args, at, start: at.start, end: this.#end });
  }
}
