/**
 * Formatting in the kernel's DTS coding style: tabs, one statement a line, a blank line before a
 * child node, continued values aligned under the first entry. Only white space between tokens
 * changes: directives, comments, strings, byte strings, and everything inside parentheses stay as
 * they are, so a formatted file preprocesses to the same tokens. Lines are not joined or wrapped.
 */
import type { RawDocument } from './raw/document.ts';
import { layoutOf } from './formattingLayout.ts';
import { enclosingNode, itemAt } from './raw/outline.ts';
import { Raw, type RawTokens } from './raw/tokens.ts';

/** One replacement in the file. */
export interface FormatEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The edits that format `[start, end)`; none where the file is broken in a way that makes it unsafe. */
export function formatEdits(document: RawDocument, start = 0, end = document.text.length): FormatEdit[] {
  const { tokens } = document;
  if (!isSafe(tokens)) return [];
  const newline = document.text.includes('\r\n') ? '\r\n' : '\n';
  const edits: FormatEdit[] = [];
  layoutOf(tokens, (index, gap) => {
    const from = tokens.end(index - 1);
    const to = index < tokens.length ? tokens.start(index) : document.text.length;
    const text = newline === '\n' ? gap : gap.replaceAll('\n', newline);
    if (to >= start && from <= end && document.text.slice(from, to) !== text) edits.push({ start: from, end: to, text });
  });
  return edits;
}

/** Applies edits that are in order and do not overlap. */
export function applyEdits(text: string, edits: readonly FormatEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return parts.join('') + text.slice(at);
}

/** More tokens than any source that a person formats. */
const MAX_TOKENS = 200_000;

/** A string that its line does not close, or a stray character: the rest of the file may not be what it seems. */
function isSafe(tokens: RawTokens): boolean {
  if (tokens.length > MAX_TOKENS) return false;
  for (let at = 0; at < tokens.length; at += 1) {
    const kind = tokens.kind(at);
    if (kind === Raw.Junk) return false;
    if (kind !== Raw.String && kind !== Raw.Char) continue;
    if (!isClosed(tokens.textOf(at))) return false;
  }
  return true;
}

/** Whether a literal ends with its quote, and that quote is no escaped one. */
function isClosed(literal: string): boolean {
  const escapes = /\\*$/.exec(literal.slice(1, -1))?.[0].length ?? 0;
  return literal.length > 1 && literal.endsWith(literal[0] ?? '') && escapes % 2 === 0;
}

/** What typing `character` at `offset` asks to format: after `;` and `}` the statement, after a newline the indentation. */
export function formatOnType(document: RawDocument, offset: number, character: string): FormatEdit[] {
  const { tokens } = document;
  const last = tokens.indexAt(Math.max(0, offset - 1));
  if (character === '\n') return indentLine(document, offset);
  const opener = character === '}' ? matchingBrace(tokens, last) : statementStart(tokens, last);
  return formatEdits(document, tokens.start(opener), offset).filter((edit) => edit.end <= offset);
}

/** The indentation of the line that a newline just began; what continues a value is left alone while it is empty. */
function indentLine(document: RawDocument, offset: number): FormatEdit[] {
  const lineStart = document.lines.start(document.lines.positionAt(offset).line);
  const blank = /^[ \t]*/.exec(document.text.slice(lineStart))?.[0] ?? '';
  const end = lineStart + blank.length;
  const isEmpty = end === document.text.length || /[\r\n]/.test(document.text[end] ?? '');
  const text = isEmpty ? nestingAt(document, lineStart) : lineIndent(document, lineStart);
  return text === undefined || text === blank ? [] : [{ start: lineStart, end, text }];
}

/** The tabs of an empty line: one for each node around it. */
function nestingAt(document: RawDocument, offset: number): string | undefined {
  const item = itemAt(document.outline, offset);
  if (item?.kind === 'property') return undefined;
  let tabs = '';
  for (let node = enclosingNode(item); node !== undefined && tabs.length < 64; node = node.parent) {
    if (node.open >= 0 && offset > node.open && (node.close < 0 || offset <= node.close)) tabs += '\t';
  }
  return tabs;
}

/** What formatting would put before the first token of a line. */
function lineIndent(document: RawDocument, lineStart: number): string | undefined {
  const edit = formatEdits(document, lineStart, lineStart).find((candidate) => candidate.start < lineStart && candidate.end >= lineStart);
  return edit?.text.includes('\n') === true ? edit.text.slice(edit.text.lastIndexOf('\n') + 1) : undefined;
}

function matchingBrace(tokens: RawTokens, close: number): number {
  let depth = 0;
  for (let at = close; at > 0; at -= 1) {
    if (tokens.is(at, '}')) depth += 1;
    else if (tokens.is(at, '{') && --depth <= 0) return at;
  }
  return 0;
}

function statementStart(tokens: RawTokens, last: number): number {
  let at = last - 1;
  while (at > 0 && !tokens.is(at, ';') && !tokens.is(at, '{') && !tokens.is(at, '}') && tokens.kind(at) !== Raw.Directive) at -= 1;
  return Math.min(at + 1, last);
}
