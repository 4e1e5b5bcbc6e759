/**
 * Preprocessor lines of one file: what each `#include` leads to on a board, and which macro a name
 * in a directive is. Reads lines as written; conditions are not evaluated here.
 */
import type { Board } from './board.ts';
import { directiveWord } from './folding.ts';
import type { RawDocument } from './raw/document.ts';
import { Raw } from './raw/tokens.ts';

/** What the cursor means inside a directive. */
export type DirectiveTarget =
  | { readonly kind: 'file'; readonly file: string; readonly start: number; readonly end: number }
  | { readonly kind: 'macro'; readonly name: string; readonly start: number; readonly end: number };

/** One include as written: the range between its quotes or angle brackets. */
export interface WrittenInclude {
  readonly path: string;
  readonly quoted: boolean;
  readonly start: number;
  readonly end: number;
}

const INCLUDE = /^#[ \t]*include(?:_next)?[ \t]*([<"])([^>"\n]*)/;

/** Every `#include` and `/include/` of a file, in order. */
export function includesOf(document: RawDocument): WrittenInclude[] {
  const { tokens, text } = document;
  const found: WrittenInclude[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const kind = tokens.kind(at);
    const start = tokens.start(at);
    if (kind === Raw.Directive) {
      const match = INCLUDE.exec(text.slice(start, tokens.end(at)));
      if (match === null) continue;
      const end = start + match[0].length;
      found.push({ path: match[2] ?? '', quoted: match[1] === '"', start: end - (match[2] ?? '').length, end });
    } else if (kind === Raw.Keyword && tokens.textOf(at) === '/include/' && tokens.kind(at + 1) === Raw.String) {
      const quoted = tokens.textOf(at + 1);
      found.push({ path: quoted.slice(1, -1), quoted: true, start: tokens.start(at + 1) + 1, end: tokens.end(at + 1) - 1 });
    }
  }
  return found;
}

/** The file that an include of `document` led to when the board was compiled. */
export function includedFile(board: Board, document: RawDocument, include: WrittenInclude): string | undefined {
  return board.includedAt(document.path, include.start);
}

/** The file or macro under the cursor in a directive. */
export function directiveAt(board: Board, document: RawDocument, offset: number): DirectiveTarget | undefined {
  const include = includesOf(document).find((written) => offset >= written.start - 1 && offset <= written.end + 1);
  if (include !== undefined) {
    const file = includedFile(board, document, include);
    return file === undefined ? undefined : { kind: 'file', file, start: include.start, end: include.end };
  }
  const { tokens, text } = document;
  const token = tokens.touching(offset);
  if (tokens.kind(token) !== Raw.Directive) return undefined;
  const word = directiveWord(text, tokens.start(token));
  const name = wordAt(text, offset);
  if (name === undefined || name.start < tokens.start(token) + word.length || name.text === 'defined') return undefined;
  return { kind: 'macro', name: name.text, start: name.start, end: name.end };
}

/** The C identifier that `offset` touches. */
export function wordAt(text: string, offset: number): { text: string; start: number; end: number } | undefined {
  const isWord = (at: number): boolean => /\w/.test(text[at] ?? '');
  let start = offset;
  let end = offset;
  while (start > 0 && offset - start < 1000 && isWord(start - 1)) start -= 1;
  while (end - offset < 1000 && isWord(end)) end += 1;
  const word = text.slice(start, end);
  return /^[A-Za-z_]/.test(word) ? { text: word, start, end } : undefined;
}
