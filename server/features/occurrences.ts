/**
 * Where a label or a macro is written in one file: in the text itself, in directives, and in
 * branches that no board compiles. Works on raw text, so that a rename finds what an `#if` hides.
 * A name that `##` puts together is not found; rename asks the board about those.
 */
import type { RawDocument } from './raw/document.ts';
import { Raw, type RawTokens } from './raw/tokens.ts';

/** A name of the user's that can stand in several files. */
export interface NamedThing {
  readonly kind: 'label' | 'macro';
  readonly name: string;
}

/** One place where it is written. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
  /** `label:` or `#define`. */
  readonly definition: boolean;
}

/** Every place in a file, in order. */
export function occurrences(document: RawDocument, thing: NamedThing): Occurrence[] {
  if (!document.text.includes(thing.name)) return [];
  const { tokens } = document;
  const found: Occurrence[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const kind = tokens.kind(at);
    if (kind === Raw.Comment || kind === Raw.String || kind === Raw.Char) continue;
    if (tokens.end(at) - tokens.start(at) < thing.name.length) continue;
    if (thing.kind === 'macro') found.push(...macroUses(tokens, at, thing.name));
    else found.push(...labelUses(tokens, at, thing.name));
  }
  return found;
}

function labelUses(tokens: RawTokens, at: number, name: string): Occurrence[] {
  const kind = tokens.kind(at);
  const start = tokens.start(at);
  if (kind === Raw.Label && tokens.textOf(at) === name) return [{ start, end: tokens.end(at), definition: true }];
  if (kind === Raw.Reference) {
    const text = tokens.textOf(at);
    const from = text.startsWith('&{') ? 2 : 1;
    const path = from === 2 ? text.slice(2).split(/[/}]/, 1)[0] : text.slice(1);
    return path === name ? [{ start: start + from, end: start + from + name.length, definition: false }] : [];
  }
  return kind === Raw.Directive ? wordsIn(tokens, at, name).filter((word) => word.before === '&' || word.after === ':')
    .map(({ start: from, end, after }) => ({ start: from, end, definition: after === ':' })) : [];
}

function macroUses(tokens: RawTokens, at: number, name: string): Occurrence[] {
  const text = tokens.textOf(at);
  const defines = /^#[ \t]*define[ \t]+(\w+)/.exec(tokens.kind(at) === Raw.Directive ? text : '');
  const defined = defines?.[1] === name ? tokens.start(at) + (defines[0].length - name.length) : -1;
  return wordsIn(tokens, at, name).map(({ start, end }) => ({ start, end, definition: start === defined }));
}

interface Word { readonly start: number; readonly end: number; readonly before: string; readonly after: string }

/** Whole C identifiers equal to `name` inside one token; comments and strings of a directive do not count. */
function wordsIn(tokens: RawTokens, at: number, name: string): Word[] {
  const { text } = tokens;
  const end = tokens.end(at);
  const words: Word[] = [];
  const blanked = tokens.kind(at) === Raw.Directive ? blankComments(tokens.textOf(at)) : tokens.textOf(at);
  const base = tokens.start(at);
  for (let from = blanked.indexOf(name); from >= 0 && base + from < end; from = blanked.indexOf(name, from + name.length)) {
    const before = blanked[from - 1] ?? '';
    const after = blanked[from + name.length] ?? text[base + from + name.length] ?? '';
    if (!/\w/.test(before) && !/\w/.test(after)) words.push({ start: base + from, end: base + from + name.length, before, after });
  }
  return words;
}

/** Comments, strings and header names as blanks of the same length. */
function blankComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|(?<=#[ \t]*include[ \t]*)<[^>\n]*>/g, (match) => ' '.repeat(match.length));
}
