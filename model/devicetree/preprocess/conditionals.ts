/** `#if` and its kin: which groups of a file are read. */
import { BUILTINS, OPERATORS } from './builtins.ts';
import { evaluateCondition } from './condition.ts';
import { LineReader, operandTokens } from './lineTokens.ts';
import { type Directive, DirectiveKind } from './scan.ts';
import { findHeader } from './include.ts';
import { type Condition, type Frame, rangeIn, type State } from './state.ts';
import { END, type Token, TokenKind, WHITE } from './token.ts';

/** Runs a conditional directive. */
export function runConditional(state: State, frame: Frame, directive: Directive): void {
  const { kind } = directive;
  if (kind <= DirectiveKind.ifndef) open(state, frame, directive);
  else if (frame.condition === undefined) {
    const name = frame.scan.text.slice(directive.start, directive.operand);
    state.report('conditional-unbalanced', `${name} without #if`, rangeIn(frame.scan, directive.start, directive.operand));
  } else if (kind === DirectiveKind.endif) {
    frame.condition = frame.condition.outer;
    extra(state, frame, directive);
  } else otherwise(state, frame, { directive, condition: frame.condition });
}

/** Reports conditionals that a file leaves open. */
export function reportOpen(state: State, frame: Frame): void {
  const open: number[] = [];
  for (let condition = frame.condition; condition !== undefined; condition = condition.outer) open.push(condition.opener);
  for (const index of open.toReversed()) {
    const opener = frame.scan.directives[index];
    if (opener === undefined) continue;
    const name = frame.scan.text.slice(opener.start, opener.operand);
    state.report('conditional-unbalanced', `Unterminated ${name}`, rangeIn(frame.scan, opener.start, opener.operand));
  }
}

function open(state: State, frame: Frame, directive: Directive): void {
  const opener = frame.directive - 1;
  const taken = test(state, frame, directive);
  frame.condition = { taken, elseSeen: false, opener, outer: frame.condition };
  if (!taken) skip(state, frame, directive);
}

function otherwise(state: State, frame: Frame, at: { directive: Directive; condition: Condition }): void {
  const { directive, condition } = at;
  const isElse = directive.kind === DirectiveKind.else;
  if (condition.elseSeen) {
    const name = frame.scan.text.slice(directive.start, directive.operand);
    state.report('conditional-unbalanced', `${name} after #else`, rangeIn(frame.scan, directive.start, directive.operand));
  }
  if (isElse) extra(state, frame, directive);
  const enters = !condition.taken && (isElse || test(state, frame, directive));
  frame.condition = { ...condition, taken: condition.taken || enters, elseSeen: condition.elseSeen || isElse };
  if (!enters) skip(state, frame, directive);
}

function extra(state: State, frame: Frame, directive: Directive): void {
  const [token] = operandTokens(frame, directive);
  if (token === undefined) return;
  const name = frame.scan.text.slice(directive.start, directive.operand);
  state.report('directive-extra-tokens', `Extra tokens at the end of ${name}`, rangeIn(frame.scan, token.pos, directive.lineEnd), { level: 'warning' });
}

/** Jumps to the directive that ends a group, or to the end of the file. */
function skip(state: State, frame: Frame, directive: Directive): void {
  const { scan } = frame;
  const next = scan.directives[directive.next];
  const end = next?.start ?? scan.textEnd;
  if (end > directive.end) state.inactive.push({ inclusion: frame.inclusion, start: directive.end, end });
  frame.directive = next === undefined ? scan.directives.length : directive.next;
  frame.pos = end;
  frame.name = next?.names ?? scan.nameCount;
}

function isDefined(state: State, name: string): boolean {
  return state.table.get(name) !== undefined || BUILTINS.has(name) || OPERATORS.has(name);
}

function defined(state: State, frame: Frame, directive: Directive): boolean | undefined {
  const [name, rest] = operandTokens(frame, directive);
  const word = frame.scan.text.slice(directive.start, directive.operand);
  if (name?.kind !== TokenKind.name) {
    state.report('directive-malformed', `Expected a macro name after ${word}`, rangeIn(frame.scan, directive.start, directive.lineEnd));
    return undefined;
  }
  if (rest !== undefined) {
    state.report('directive-extra-tokens', `Extra tokens at the end of ${word}`, rangeIn(frame.scan, rest.pos, directive.lineEnd), { level: 'warning' });
  }
  return isDefined(state, name.text);
}

/** Whether the condition of a directive holds. */
function test(state: State, frame: Frame, directive: Directive): boolean {
  const { kind } = directive;
  if (kind === DirectiveKind.if || kind === DirectiveKind.elif) return evaluate(state, frame, directive);
  const positive = kind === DirectiveKind.ifdef || kind === DirectiveKind.elifdef;
  return defined(state, frame, directive) === positive;
}

function evaluate(state: State, frame: Frame, directive: Directive): boolean {
  const written = operandTokens(frame, directive);
  const tokens = conditionTokens(state, frame, new LineReader(state, frame, written));
  const result = evaluateCondition(tokens, state.limits);
  if ('value' in result) return result.value !== 0n;
  const first = written[0]?.pos ?? directive.start;
  const last = written.at(-1)?.pos ?? directive.operand;
  const { at } = result;
  // A token that came out of a macro is shown where the condition stands.
  const inLine = at !== undefined && at.scan === frame.scan && at.pos >= first && at.pos <= last;
  const range = inLine ? rangeIn(frame.scan, at.pos, at.pos + at.text.length) : rangeIn(frame.scan, written[0]?.pos ?? directive.start, directive.lineEnd);
  state.report(result.id, result.message, range);
  return false;
}

/** The tokens of a condition, macros expanded, `defined` and `__has_include` answered. */
function conditionTokens(state: State, frame: Frame, reader: LineReader): Token[] {
  const tokens: Token[] = [];
  for (let token = reader.expanded(); token !== END; token = reader.expanded()) {
    if (token.text === 'defined' && token.kind === TokenKind.name) tokens.push(answerDefined(state, reader, token));
    else if (OPERATORS.has(token.text)) tokens.push(answerHasInclude(state, frame, { reader, token }));
    else tokens.push(token);
  }
  return tokens;
}

function answer(token: Token, yes: boolean): Token {
  return token.replaced(TokenKind.number, yes ? '1' : '0', token.flags);
}

function answerDefined(state: State, reader: LineReader, token: Token): Token {
  let name = reader.raw();
  const closes = name.text === '(';
  if (closes) name = reader.raw();
  const good = name.kind === TokenKind.name && (!closes || reader.raw().text === ')');
  if (!good) reader.complain('conditional-expression', 'Expected a name after "defined"', token);
  return answer(token, good && isDefined(state, name.text));
}

function answerHasInclude(state: State, frame: Frame, at: { reader: LineReader; token: Token }): Token {
  const { reader, token } = at;
  if (reader.raw().text !== '(') {
    reader.complain('conditional-expression', `Missing "(" after "${token.text}"`, token);
    return answer(token, false);
  }
  const first = reader.expanded();
  let header = first.text;
  if (first.text === '<') {
    for (let part = reader.raw(); part !== END; part = reader.raw()) {
      header += ((part.flags & WHITE) !== 0 ? ' ' : '') + part.text;
      if (part.text === '>') break;
    }
  }
  if (reader.raw().text !== ')') reader.complain('conditional-expression', `Missing ")" after "${token.text}"`, token);
  const name = header.slice(1, -1);
  const next = token.text === '__has_include_next';
  return answer(token, findHeader(state, frame, { name, angled: first.text === '<', next }) !== undefined);
}
