/**
 * Formatting in the kernel's DTS coding style: tabs, one statement a line, a blank line before a
 * child node, continued values aligned under the first entry. Only white space between tokens
 * changes: directives, comments, strings, byte strings, and everything inside parentheses stay as
 * they are, so a formatted file preprocesses to the same tokens. Lines are not joined or wrapped.
 */
import type { RawDocument } from './raw/document.ts';
import { layoutOf } from './formattingLayout.ts';
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

/** A string that its line does not close, or a stray character: the rest of the file may not be what it seems. */
function isSafe(tokens: RawTokens): boolean {
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
  if (character === '\n') {
    const line = document.lines.positionAt(offset).line;
    const start = document.lines.start(line);
    return formatEdits(document, start, start).filter((edit) => edit.end >= start && edit.start < start && /\n[\t ]*$/.test(edit.text))
      .map((edit) => indentOnly(document, edit, start));
  }
  const opener = character === '}' ? matchingBrace(tokens, last) : statementStart(tokens, last);
  return formatEdits(document, tokens.start(opener), offset).filter((edit) => edit.end <= offset);
}

/** Of an edit across a line break, only the part after it: typing must not pull lines away. */
function indentOnly(document: RawDocument, edit: FormatEdit, lineStart: number): FormatEdit {
  const blank = /^[ \t]*/.exec(document.text.slice(lineStart))?.[0] ?? '';
  return { start: lineStart, end: lineStart + blank.length, text: edit.text.slice(edit.text.lastIndexOf('\n') + 1) };
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
