/**
 * Evaluates the expression of `#if` and `#elif`: C's integer operators over 64 bits, where names
 * that are no macros are 0. The tokens come here with macros expanded and `defined` answered.
 */
import type { Limits } from '../source/files.ts';
import { charConstant, type ConditionValue, integerConstant } from './number.ts';
import { type Token, TokenKind } from './token.ts';

/** Why an expression has no value. */
export interface ConditionFault {
  readonly id: 'conditional-expression' | 'limit-expression-depth' | 'limit-number-digits';
  readonly message: string;
  /** Undefined: the directive as a whole. */
  readonly at: Token | undefined;
}

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  [',', 1], ['?', 2], ['||', 3], ['&&', 4], ['|', 5], ['^', 6], ['&', 7],
  ['==', 8], ['!=', 8], ['<', 9], ['>', 9], ['<=', 9], ['>=', 9],
  ['<<', 10], ['>>', 10], ['+', 11], ['-', 11], ['*', 12], ['/', 12], ['%', 12],
]);

type Operator = (left: bigint, right: bigint) => bigint | boolean;

const ARITHMETIC: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['|', (a, b) => a | b], ['^', (a, b) => a ^ b], ['&', (a, b) => a & b],
  ['==', (a, b) => a === b], ['!=', (a, b) => a !== b],
  ['<', (a, b) => a < b], ['>', (a, b) => a > b], ['<=', (a, b) => a <= b], ['>=', (a, b) => a >= b],
  ['+', (a, b) => a + b], ['-', (a, b) => a - b], ['*', (a, b) => a * b],
  ['/', (a, b) => (b === 0n ? 0n : a / b)], ['%', (a, b) => (b === 0n ? 0n : a % b)],
]);

/** The value of an expression, or why it has none. */
export function evaluateCondition(tokens: readonly Token[], limits: Limits): ConditionValue | ConditionFault {
  return new Evaluator(tokens, limits).run();
}

const ZERO: ConditionValue = { value: 0n, unsigned: false };

class Evaluator {
  private readonly tokens: readonly Token[];
  private readonly limits: Limits;
  private next = 0;
  private depth = 0;
  private fault: ConditionFault | undefined;

  constructor(tokens: readonly Token[], limits: Limits) {
    this.tokens = tokens;
    this.limits = limits;
  }

  run(): ConditionValue | ConditionFault {
    if (this.tokens.length === 0) return { id: 'conditional-expression', message: '#if with no expression', at: undefined };
    const value = this.binary(0, true);
    const rest = this.tokens[this.next];
    if (rest !== undefined) this.fail(`Missing binary operator before "${rest.text}"`, rest);
    return this.fault ?? value;
  }

  private fail(message: string, at: Token | undefined, id: ConditionFault['id'] = 'conditional-expression'): ConditionValue {
    this.fault ??= { id, message, at };
    return ZERO;
  }

  /** An expression of operators that bind tighter than `floor`; `live`: its value matters. */
  private binary(floor: number, live: boolean): ConditionValue {
    if (++this.depth > this.limits.expressionDepth) {
      return this.fail(`The expression is nested more than ${this.limits.expressionDepth} deep`, this.tokens[this.next], 'limit-expression-depth');
    }
    let left = this.unary(live);
    while (this.fault === undefined) {
      const operator = this.tokens[this.next];
      const precedence = operator?.kind === TokenKind.punctuator ? PRECEDENCE.get(operator.text) : undefined;
      if (operator === undefined || precedence === undefined || precedence <= floor) break;
      this.next++;
      left = operator.text === '?' ? this.conditional(left, live) : this.apply(operator, left, { precedence, live });
    }
    this.depth--;
    return left;
  }

  private conditional(test: ConditionValue, live: boolean): ConditionValue {
    const chosen = test.value !== 0n;
    const yes = this.binary(0, live && chosen);
    if (this.tokens[this.next]?.text !== ':') return this.fail('"?" without following ":"', this.tokens[this.next]);
    this.next++;
    const no = this.binary(1, live && !chosen);
    return convert(chosen ? yes : no, yes.unsigned || no.unsigned);
  }

  private apply(operator: Token, left: ConditionValue, at: { precedence: number; live: boolean }): ConditionValue {
    const { text } = operator;
    if (text === '&&' || text === '||') {
      const decided = (left.value !== 0n) === (text === '||');
      const right = this.binary(at.precedence, at.live && !decided);
      return truth(decided ? text === '||' : right.value !== 0n);
    }
    const right = this.binary(at.precedence, at.live);
    if (text === ',') return right;
    if (text === '<<' || text === '>>') return shift(left, text === '<<' ? right : convert({ ...right, value: -right.value }, false));
    if ((text === '/' || text === '%') && right.value === 0n && at.live) return this.fail('Division by zero in #if', operator);
    const unsigned = left.unsigned || right.unsigned;
    const result = ARITHMETIC.get(text)?.(convert(left, unsigned).value, convert(right, unsigned).value) ?? 0n;
    return typeof result === 'boolean' ? truth(result) : convert({ value: result, unsigned }, unsigned);
  }

  private unary(live: boolean): ConditionValue {
    const token = this.tokens[this.next];
    if (token === undefined) return this.fail('The expression ends too early', this.tokens.at(-1));
    this.next++;
    if (token.kind === TokenKind.punctuator) return this.prefix(token, live);
    if (token.kind === TokenKind.name) return ZERO;
    if (token.kind === TokenKind.char) return charConstant(token.text) ?? this.fail('Empty character constant', token);
    if (token.kind !== TokenKind.number) return this.fail(`Token ${token.text} is not valid in preprocessor expressions`, token);
    if (token.text.length > this.limits.numberDigits + 5) {
      return this.fail(`The number has more than ${this.limits.numberDigits} digits`, token, 'limit-number-digits');
    }
    return integerConstant(token.text, this.limits.numberDigits) ?? this.fail(`"${token.text}" is no integer constant`, token);
  }

  private prefix(token: Token, live: boolean): ConditionValue {
    if (token.text === '(') {
      const value = this.binary(0, live);
      if (this.fault !== undefined) return value;
      if (this.tokens[this.next]?.text !== ')') return this.fail('Missing ")" in expression', this.tokens[this.next] ?? token);
      this.next++;
      return value;
    }
    if (!'+-!~'.includes(token.text)) return this.fail(`Operator "${token.text}" has no left operand`, token);
    const value = this.binary(PREFIX, live);
    if (token.text === '!') return truth(value.value === 0n);
    if (token.text === '+') return value;
    return convert({ ...value, value: token.text === '-' ? -value.value : ~value.value }, value.unsigned);
  }
}

/** Binds tighter than any binary operator. */
const PREFIX = 99;

function truth(value: boolean): ConditionValue {
  return { value: value ? 1n : 0n, unsigned: false };
}

function convert(from: ConditionValue, unsigned: boolean): ConditionValue {
  return { value: unsigned ? BigInt.asUintN(64, from.value) : BigInt.asIntN(64, from.value), unsigned };
}

/** Shifts left, or right by a negative count; counts of 64 and more shift everything out. */
function shift(left: ConditionValue, count: ConditionValue): ConditionValue {
  const { value, unsigned } = left;
  if (count.value >= 64n) return { value: 0n, unsigned };
  if (count.value <= -64n) return { value: value < 0n ? -1n : 0n, unsigned };
  return convert({ value: count.value >= 0n ? value << count.value : value >> -count.value, unsigned }, unsigned);
}
