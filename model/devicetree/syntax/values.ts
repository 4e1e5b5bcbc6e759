/**
 * Property values: `<cells>`, strings, `[bytes]`, references, `/incbin/`, with labels between
 * and inside. Reads what a half-typed value has and stops where the next statement seems to begin.
 */
import type { CellSyntax, LabelSyntax, ReferenceSyntax, ValueSyntax } from './ast.ts';
import { Chars, classOf } from './chars.ts';
import { parsePrimary } from './expression.ts';
import { NO_VALUES, type ParserState, TOKENS_A_SLICE } from './state.ts';
import { Mode, Token } from './token.ts';
import { truncate, type U64 } from './u64.ts';

const NO_LABELS: readonly LabelSyntax[] = [];

/** Reads the comma-separated values after `=`, up to what is no value. Undefined is a pause: call again to go on. */
export function parseValues(p: ParserState): ValueSyntax[] | undefined {
  const { lexer } = p;
  for (let count = 0; count < TOKENS_A_SLICE; count++) {
    if (p.resume === undefined) {
      takeLabels(p);
      if (!startsValue(p)) {
        p.expectedNext(p.values.length === 0 ? 'a value' : 'a value after `,`');
        return takeValues(p);
      }
    }
    const value = p.resume === undefined ? parseValue(p) : resume(p);
    if (p.resume !== undefined) return undefined;
    // Most properties have one value: an array of just that size, which growing would not give.
    if (value !== undefined && p.values === NO_VALUES) p.values = [value];
    else if (value !== undefined) p.values.push(value);
    takeLabels(p);
    if (lexer.kind === Token.Comma) lexer.advance();
    else if (!startsValue(p) || p.panic) return takeValues(p);
    else {
      p.expectedAfter(',');
      p.panic = false;
    }
  }
  return undefined;
}

function takeValues(p: ParserState): ValueSyntax[] {
  const { values } = p;
  p.values = NO_VALUES;
  return values;
}

function resume(p: ParserState): ValueSyntax | undefined {
  const next = p.resume;
  p.resume = undefined;
  return next?.();
}

function takeLabels(p: ParserState): void {
  while (p.lexer.kind === Token.Label) p.valueLabels.push(p.label());
}

function startsValue(p: ParserState): boolean {
  switch (p.lexer.kind) {
    case Token.Less: case Token.String: case Token.OpenString: case Token.OpenBracket:
    case Token.Bits: case Token.Incbin: return true;
    case Token.LabelReference: case Token.PathReference: return p.lexer.peek() !== 0x7b;
    default: return false;
  }
}

function parseValue(p: ParserState): ValueSyntax | undefined {
  const { lexer } = p;
  switch (lexer.kind) {
    case Token.String: case Token.OpenString: {
      const { start, end } = lexer;
      return { kind: 'string', start, end, value: p.string() };
    }
    case Token.OpenBracket: return parseBytes(p);
    case Token.LabelReference: case Token.PathReference: {
      const reference = p.reference();
      p.references.push(reference);
      return reference;
    }
    case Token.Incbin: return parseIncbin(p);
    default: return parseCells(p);
  }
}

const WIDTHS = new Set([8, 16, 32, 64]);

function parseBits(p: ParserState): number {
  const { lexer } = p;
  lexer.advance();
  const { start, end } = lexer;
  const bits = lexer.kind === Token.Number ? Number(p.number()) : -1;
  if (bits < 0) p.expectedNext('a width of 8, 16, 32 or 64');
  else if (!WIDTHS.has(bits)) {
    p.report({ id: 'dts-bits', level: 'error', message: `array elements have 8, 16, 32 or 64 bits, not ${lexer.text.slice(start, end)}`, start, end });
  }
  return WIDTHS.has(bits) ? bits : 32;
}

function parseCells(p: ParserState): ValueSyntax | undefined {
  const { lexer } = p;
  const { start } = lexer;
  const bits = lexer.kind === Token.Bits ? parseBits(p) : 32;
  if (lexer.kind !== Token.Less) {
    p.expectedNext('`<` after `/bits/`');
    return undefined;
  }
  const open = lexer.start;
  lexer.advance();
  return readCells(p, { start, bits, open, firstLabel: p.valueLabels.length });
}

function readCells(p: ParserState, at: { start: number; bits: number; open: number; firstLabel: number }): ValueSyntax | undefined {
  const { lexer, cells: elements } = p;
  for (let count = 0; !p.at(Token.Greater) && parseElement(p, at.bits, elements); count++) {
    if (count < TOKENS_A_SLICE) continue;
    p.resume = () => readCells(p, at);
    return undefined;
  }
  p.skipCells = false;
  if (p.at(Token.Greater)) lexer.advance();
  else p.expectedAfter('>', { start: at.open, end: at.open + 1, message: '`<` opens here' });
  const labels = p.valueLabels.length > at.firstLabel ? p.valueLabels.slice(at.firstLabel) : NO_LABELS;
  const cells: ValueSyntax = { kind: 'cells', start: at.start, end: lexer.previousEnd, bits: at.bits, elements: elements.slice(), labels };
  elements.length = 0;
  return cells;
}

/** Reads one element; false where the cells end without `>`. */
function parseElement(p: ParserState, bits: number, elements: CellSyntax[]): boolean {
  const { lexer } = p;
  if (p.skipCells || elements.length >= p.limits.cells) return skipCell(p);
  switch (lexer.kind) {
    case Token.Number: case Token.Character: case Token.OpenParen:
      pushNumber(p, bits, elements);
      return true;
    case Token.LabelReference: case Token.PathReference:
      if (lexer.peek() === 0x7b) return false;
      pushReference(p, bits, elements);
      return true;
    case Token.Label:
      p.valueLabels.push(p.label());
      return true;
    case Token.Identifier:
      if (looksLikeStatement(p)) return false;
      pushNumber(p, bits, elements);
      return true;
    default:
      return oddElement(p);
  }
}

function pushNumber(p: ParserState, bits: number, elements: CellSyntax[]): void {
  const { start } = p.lexer;
  const full = parsePrimary(p, 0);
  const end = p.lexer.previousEnd;
  if (bits === 64) {
    elements.push({ kind: 'number', start, end, value: Number(full), big: typeof full === 'bigint' ? full : undefined });
    return;
  }
  const { value, lossy } = truncate(full, bits);
  if (lossy) reportTruncated(p, { start, end, full, value, bits });
  elements.push({ kind: 'number', start, end, value, big: undefined });
}

function reportTruncated(p: ParserState, at: { start: number; end: number; full: U64; value: number; bits: number }): void {
  p.report({
    id: 'dts-value-truncated', level: 'warning', start: at.start, end: at.end,
    message: `0x${at.full.toString(16)} does not fit in ${at.bits} bits and becomes 0x${at.value.toString(16)}`,
  });
}

function pushReference(p: ParserState, bits: number, elements: CellSyntax[]): void {
  const reference = p.reference();
  if (bits !== 32) {
    p.report({
      id: 'dts-bits', level: 'error', message: `a reference is 32 bits wide and cannot stand among elements of ${bits} bits`,
      start: reference.start, end: reference.end,
    });
  }
  p.references.push(reference);
  elements.push(reference);
}

/** A token that is no element: says what is wrong with it, and skips it where cells go on after it. */
function oddElement(p: ParserState): boolean {
  const { lexer } = p;
  switch (lexer.kind) {
    case Token.Semicolon: case Token.CloseBrace: case Token.OpenBrace: case Token.End: case Token.Equals:
    case Token.String: case Token.Less: case Token.DeleteNode: case Token.DeleteProperty: case Token.OmitIfNoRef:
    case Token.DtsV1: case Token.MemReserve: case Token.Plugin: case Token.Bits:
      return false;
    case Token.Comma: p.expected('`>` or a cell (cells are separated by blanks)'); break;
    case Token.And:
      lexer.advance();
      p.expectedNext('a label after `&`');
      p.panic = p.afterLineEnd();
      return true;
    case Token.OpenReference: p.expected('`}` at the end of the path'); break;
    default: p.expected('a cell (an expression must stand in parentheses)');
  }
  lexer.advance();
  p.panic = p.afterLineEnd();
  return true;
}

/** An identifier at the start of a line that `=`, `{` or `;` follows: a statement, not a cell. */
function looksLikeStatement(p: ParserState): boolean {
  const { lexer } = p;
  const { text } = lexer;
  if (!p.afterLineEnd()) return false;
  let pos = lexer.start;
  while ((classOf(text.charCodeAt(pos)) & Chars.Name) !== 0) pos++;
  const next = text.charAt(lexer.skipBlanks(pos));
  return next === '=' || next === '{' || next === ';';
}

function skipCell(p: ParserState): boolean {
  const { lexer } = p;
  if (!p.skipCells) {
    p.report({
      id: 'limit-cells', level: 'error', start: lexer.start, end: lexer.end,
      message: `this property has more than ${p.limits.cells} cells; the rest is not read`,
    });
    p.skipCells = true;
  }
  if (lexer.kind === Token.Semicolon || lexer.kind === Token.End || lexer.kind === Token.OpenBrace || lexer.kind === Token.CloseBrace) return false;
  lexer.advance();
  return true;
}

function parseBytes(p: ParserState): ValueSyntax | undefined {
  const { start } = p.lexer;
  p.lexer.advance();
  return readBytes(p, { start, bytes: [], firstLabel: p.valueLabels.length });
}

function readBytes(p: ParserState, at: { start: number; bytes: number[]; firstLabel: number }): ValueSyntax | undefined {
  const { lexer } = p;
  const { start, bytes } = at;
  for (let count = 0; parseByte(p, bytes); count++) {
    if (count < TOKENS_A_SLICE) continue;
    p.resume = () => readBytes(p, at);
    return undefined;
  }
  if (lexer.kind === Token.CloseBracket) lexer.advance();
  else {
    p.expectedAfter(']', { start, end: start + 1, message: '`[` opens here' });
    lexer.restart(lexer.start, Mode.Values);
  }
  return { kind: 'bytes', start, end: lexer.previousEnd, bytes: Uint8Array.from(bytes), labels: p.valueLabels.slice(at.firstLabel) };
}

/** Reads one byte or label, or skips what is none; false at the end. */
function parseByte(p: ParserState, bytes: number[]): boolean {
  const { lexer } = p;
  if (lexer.kind === Token.Byte && bytes.length < 4 * p.limits.cells) {
    bytes.push(lexer.value);
    lexer.advance();
  } else if (lexer.kind === Token.Label) p.valueLabels.push(p.label());
  else if (lexer.kind === Token.Unknown) {
    p.expected('two hexadecimal digits');
    lexer.advance();
    p.panic = false;
  } else return false;
  return true;
}

const NO_BYTES = new Uint8Array(0);

function parseIncbin(p: ParserState): ValueSyntax | undefined {
  const { lexer } = p;
  const { start } = lexer;
  lexer.advance();
  if (!take(p, Token.OpenParen, '`(`')) return undefined;
  if (lexer.kind !== Token.String) {
    p.expectedNext('a file name in quotes');
    return undefined;
  }
  const name = { start: lexer.start, end: lexer.end };
  const path = p.string();
  const limits: number[] = [];
  while (p.at(Token.Comma) && limits.length < 2) {
    lexer.advance();
    limits.push(Number(parsePrimary(p, 0)));
  }
  if (limits.length === 1) p.expectedNext('`,` and a length');
  take(p, Token.CloseParen, '`)`');
  p.binaries++;
  const bytes = p.readBinary(path, name.start);
  if (bytes === undefined) p.report({ id: 'dts-incbin', level: 'error', message: `cannot read \`${path}\``, ...name });
  const [offset = 0, length = bytes?.length ?? 0] = limits;
  return { kind: 'incbin', start, end: lexer.previousEnd, path, bytes: bytes?.subarray(offset, offset + length) ?? NO_BYTES, labels: NO_LABELS };
}

function take(p: ParserState, kind: Token, what: string): boolean {
  if (p.lexer.kind !== kind) {
    p.expectedNext(what);
    return false;
  }
  p.lexer.advance();
  return true;
}

/** The references gathered since the last call. */
export function takeReferences(p: ParserState): readonly ReferenceSyntax[] {
  const { references } = p;
  if (references.length === 0) return NO_REFERENCES;
  p.references = [];
  return references;
}

/** The labels gathered since the last call. */
export function takeValueLabels(p: ParserState): readonly LabelSyntax[] {
  const { valueLabels } = p;
  if (valueLabels.length === 0) return NO_LABELS;
  p.valueLabels = [];
  return valueLabels;
}

const NO_REFERENCES: readonly ReferenceSyntax[] = [];
