/**
 * Semantic colours from the raw file: what each token is by its place, so that they are right
 * before the board is compiled and in branches that are not. Macros are told from names by the
 * names of macros that the caller knows of, else by being a word inside a value.
 */
import type { RawDocument } from './raw/document.ts';
import { Raw, type RawTokens } from './raw/tokens.ts';

/** The legend: index in this list is the token type. */
export const TOKEN_TYPES = [
  'keyword', 'comment', 'string', 'number', 'operator', 'macro', 'class', 'property', 'variable', 'type',
] as const;

/** The legend's modifiers: bit `index`. */
export const TOKEN_MODIFIERS = ['declaration'] as const;

type TokenType = (typeof TOKEN_TYPES)[number];

/** One coloured range. */
export interface ColouredToken {
  readonly start: number;
  readonly end: number;
  readonly type: number;
  readonly modifiers: number;
}

const TYPE_INDEX = new Map(TOKEN_TYPES.map((type, index) => [type, index]));
const MACRO_NAME = /^[A-Za-z_]\w*$/;

/** The rest of a hostile file keeps the colours of the grammar. */
const MAX_COLOURED = 100_000;

/** The coloured tokens of `[start, end)`, in order. */
export function semanticTokens(document: RawDocument, isMacro: (name: string) => boolean, range?: { start: number; end: number }): ColouredToken[] {
  const { tokens } = document;
  const found: ColouredToken[] = [];
  const add = (from: number, to: number, type: TokenType, modifiers = 0): void => {
    if (to > from) found.push({ start: from, end: to, type: TYPE_INDEX.get(type) ?? 0, modifiers });
  };
  const { start, end } = range ?? { start: 0, end: document.text.length };
  for (let at = Math.max(0, tokens.indexAt(start)); at < tokens.length && tokens.start(at) < end && found.length < MAX_COLOURED; at += 1) {
    colour(tokens, at, isMacro, add);
  }
  return found;
}

type Add = (from: number, to: number, type: TokenType, modifiers?: number) => void;

const SIMPLE = new Map<Raw | undefined, TokenType>([
  [Raw.Comment, 'comment'], [Raw.Keyword, 'keyword'], [Raw.String, 'string'], [Raw.Char, 'string'],
  [Raw.Number, 'number'], [Raw.Word, 'macro'], [Raw.Reference, 'variable'], [Raw.Bytes, 'number'],
]);

function colour(tokens: RawTokens, at: number, isMacro: (name: string) => boolean, add: Add): void {
  const kind = tokens.kind(at);
  const start = tokens.start(at);
  const end = tokens.end(at);
  const simple = SIMPLE.get(kind);
  if (simple !== undefined) add(start, end, simple);
  else if (kind === Raw.Label) add(start, end, 'variable', 1);
  else if (kind === Raw.Directive) colourDirective(tokens.text.slice(start, end), start, add);
  else if (kind === Raw.Name) colourName(tokens, at, isMacro, add);
}

function colourName(tokens: RawTokens, at: number, isMacro: (name: string) => boolean, add: Add): void {
  const start = tokens.start(at);
  const end = tokens.end(at);
  const name = tokens.textOf(at);
  if (tokens.is(at + 1, '(') || (MACRO_NAME.test(name) && isMacro(name))) return add(start, end, 'macro');
  if (!tokens.is(at + 1, '{') && name !== '/') return add(start, end, 'property');
  const unit = name.indexOf('@');
  if (unit < 0) return add(start, end, 'class');
  add(start, start + unit, 'class');
  return add(start + unit + 1, end, MACRO_NAME.test(name.slice(unit + 1)) && isMacro(name.slice(unit + 1)) ? 'macro' : 'type');
}

const DIRECTIVE_PARTS = /(#[ \t]*[a-z_]+)|(\/\*[\s\S]*?\*\/|\/\/[^\n]*)|("[^"\n]*"|<[^>\n]*>(?=\s*$|\s*\/))|(0[xX][0-9a-fA-F]+|\b\d+)|([A-Za-z_]\w*)/g;

/** Groups of `DIRECTIVE_PARTS` in order. */
const DIRECTIVE_TYPES: readonly TokenType[] = ['keyword', 'comment', 'string', 'number', 'macro'];

function colourDirective(text: string, offset: number, add: Add): void {
  let defines = false;
  for (const match of text.matchAll(DIRECTIVE_PARTS)) {
    const group = match.slice(1).findIndex((part) => part !== undefined);
    const from = offset + match.index;
    const type = DIRECTIVE_TYPES[group] ?? 'operator';
    const word = match[0] === 'defined';
    add(from, from + match[0].length, word ? 'keyword' : type, defines && type === 'macro' ? 1 : 0);
    defines = /^#\s*define$/.test(match[0]);
  }
}

/** The LSP encoding: five numbers a token, relative to the one before; a token over several lines is cut at line ends. */
export function encodeTokens(document: RawDocument, tokens: readonly ColouredToken[]): number[] {
  const { lines } = document;
  const data: number[] = [];
  let lastLine = 0;
  let lastCharacter = 0;
  for (const token of tokens) {
    for (let from = token.start; from < token.end;) {
      const { line, character } = lines.positionAt(from);
      const to = Math.min(token.end, Math.max(from + 1, lineTextEnd(document, line)));
      data.push(line - lastLine, line === lastLine ? character - lastCharacter : character, to - from, token.type, token.modifiers);
      lastLine = line;
      lastCharacter = character;
      from = to < token.end ? Math.max(to, lines.start(line + 1)) : token.end;
    }
  }
  return data;
}

function lineTextEnd(document: RawDocument, line: number): number {
  let end = document.lines.start(line + 1);
  while (end > 0 && (document.text.charCodeAt(end - 1) === 10 || document.text.charCodeAt(end - 1) === 13)) end -= 1;
  return end;
}
