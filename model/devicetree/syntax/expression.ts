/**
 * Expressions in cells, as dtc's grammar has them: C's operators without assignment, comma and
 * casts, over unsigned 64-bit values. Depth is counted; beyond the cap the rest of the
 * expression is skipped without recursion.
 */
import type { ParserState } from './state.ts';
import { Token } from './token.ts';
import { BINARY, type U64, UNARY } from './u64.ts';

/** Reads what dtc calls integer_prim: a number, a character, or an expression in parentheses. */
export function parsePrimary(p: ParserState, depth: number): U64 {
  const { lexer } = p;
  switch (lexer.kind) {
    case Token.Number: return p.number();
    case Token.Character: return p.character();
    case Token.OpenParen: return parseParenthesised(p, depth);
    case Token.Identifier:
      p.undefinedName();
      return 0;
    default:
      p.expectedNext('a number or an expression');
      return 0;
  }
}

function parseParenthesised(p: ParserState, depth: number): U64 {
  const { lexer } = p;
  if (depth >= p.limits.expressionDepth) return tooDeep(p);
  const open = lexer.start;
  lexer.advance();
  const value = parseTernary(p, depth + 1);
  if (lexer.kind === Token.CloseParen) lexer.advance();
  else p.expectedAfter(')', { start: open, end: open + 1, message: 'opened here' });
  return value;
}

/** Reports the cap; the rest of the cells is skipped by whoever reads them. */
function tooDeep(p: ParserState): U64 {
  const { start } = p.lexer;
  if (!p.panic) {
    p.report({
      id: 'limit-expression-depth', level: 'error', start, end: start + 1,
      message: `this expression is nested more than ${p.limits.expressionDepth} deep and is not read`,
    });
  }
  p.panic = true;
  p.skipCells = true;
  return 0;
}

/** Reads an expression with its conditional operator. */
function parseTernary(p: ParserState, depth: number): U64 {
  const { lexer } = p;
  const condition = parseBinary(p, depth, 1);
  if (lexer.kind !== Token.Question) return condition;
  if (depth >= p.limits.expressionDepth) return tooDeep(p);
  lexer.advance();
  const yes = parseTernary(p, depth + 1);
  if (!p.at(Token.Colon)) {
    p.expectedAfter(':');
    return condition ? yes : 0;
  }
  lexer.advance();
  const no = parseTernary(p, depth + 1);
  return condition ? yes : no;
}

function parseBinary(p: ParserState, depth: number, precedence: number): U64 {
  const { lexer } = p;
  let left = parseUnary(p, depth);
  for (let operator = BINARY.get(lexer.kind); operator !== undefined && operator.precedence >= precedence; operator = BINARY.get(lexer.kind)) {
    const { kind, start } = lexer;
    lexer.advance();
    // At most ten levels deeper: one for each precedence.
    const right = parseBinary(p, depth, operator.precedence + 1);
    if ((kind === Token.Slash || kind === Token.Percent) && right === 0) {
      p.report({ id: 'dts-division-by-zero', level: 'error', message: 'division by zero', start, end: lexer.previousEnd });
    }
    left = operator.apply(left, right);
  }
  return left;
}

function parseUnary(p: ParserState, depth: number): U64 {
  const { lexer } = p;
  const operators: ((a: U64) => U64)[] = [];
  for (let apply = UNARY.get(lexer.kind); apply !== undefined; apply = UNARY.get(lexer.kind)) {
    operators.push(apply);
    lexer.advance();
  }
  let value = parsePrimary(p, depth);
  for (let apply = operators.pop(); apply !== undefined; apply = operators.pop()) value = apply(value);
  return value;
}
