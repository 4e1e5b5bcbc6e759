/**
 * Cuts a file into raw tokens. Whether `<`, `-` and `#` are punctuation or part of a name depends
 * on the place, so the lexer follows names, values, cells, byte strings and parentheses. It never
 * fails: what begins no token becomes `Junk`. It expands nothing and follows no include.
 */
import { Raw, RawTokens } from './tokens.ts';

const DIRECTIVE = /#[ \t]*(?:include|include_next|define|undef|ifdef|ifndef|if|elif|else|endif|error|warning|pragma|line|\d+)(?![\w,.+*#?@-])/y;
const KEYWORD = /\/[a-z][a-z0-9-]*\//y;
const NAME = /[\w,.+*#?@\-\\]+/y;
const LABEL = /[A-Za-z_]\w*(?=[ \t]*:)/y;
const WORD = /[A-Za-z_]\w*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]*|\d+)[uUlL]*/y;
const REFERENCE = /&(?:\{[^}\n;<>]*\}?|[A-Za-z_]\w*)/y;
const OPERATOR = /<<|>>|<=|>=|==|!=|&&|\|\||##|[\s\S]/y;
const BYTES = /[^\]/;{}]+/y;

/** Where the lexer stands: in names, after `=`, in `<...>`, in `[...]`. */
const enum Place { Names, Value, Cells, Bytes }

/** Cuts `text` into tokens. */
export function lexRaw(text: string): RawTokens {
  return new RawLexer(text).run();
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** The end of a line that starts at or before `at`, where a backslash carries it on. */
export function logicalLineEnd(text: string, at: number): number {
  for (let from = at; ;) {
    const newline = text.indexOf('\n', from);
    if (newline < 0) return text.length;
    let last = newline - 1;
    if (text[last] === '\r') last -= 1;
    if (text[last] !== '\\' || last < at) return text[newline - 1] === '\r' ? newline - 1 : newline;
    from = newline + 1;
  }
}

/** The end of a directive: its logical line, and the rest of a block comment that starts on it. */
function directiveEnd(text: string, start: number): number {
  for (let from = start, end = logicalLineEnd(text, start); ;) {
    const line = text.slice(from, end);
    const open = line.indexOf('/*');
    const slashes = line.indexOf('//');
    if (open < 0 || (slashes >= 0 && slashes < open)) return end;
    const close = text.indexOf('*/', from + open + 2);
    if (close < 0) return text.length;
    from = close + 2;
    if (from > end) end = logicalLineEnd(text, from);
  }
}

/** The end of a string or character literal; one that its line does not close ends with the line. */
function quotedEnd(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === quote) return at + 1;
    if (char === '\n') return at;
    if (char === '\\') at += 1;
  }
  return text.length;
}

class RawLexer {
  private readonly tokens: RawTokens;
  private at = 0;
  private place = Place.Names;
  private parens = 0;
  private lineStart = true;

  constructor(private readonly text: string) {
    this.tokens = new RawTokens(text);
  }

  run(): RawTokens {
    while (this.skipBlank()) {
      const start = this.at;
      const [kind, end] = this.next(this.text.charCodeAt(start));
      this.at = Math.max(end, start + 1);
      this.tokens.push(kind, start, this.at);
      this.lineStart = kind === Raw.Directive || (kind === Raw.Comment && this.lineStart);
    }
    return this.tokens;
  }

  private skipBlank(): boolean {
    const { text } = this;
    for (; this.at < text.length; this.at += 1) {
      const code = text.charCodeAt(this.at);
      if (code === 10) this.lineStart = true;
      else if (code !== 32 && code !== 9 && code !== 13 && code !== 12 && code !== 11) return true;
    }
    return false;
  }

  private next(code: number): [Raw, number] {
    const { text, at } = this;
    if (code === 0x2f /* / */) return this.slash();
    if (code === 0x23 /* # */ && this.lineStart && matchEnd(DIRECTIVE, text, at) >= 0) return [Raw.Directive, directiveEnd(text, at)];
    if (code === 0x22 /* " */) return [Raw.String, quotedEnd(text, at)];
    if (code === 0x27 /* ' */) return [Raw.Char, quotedEnd(text, at)];
    if (this.place === Place.Bytes) {
      const end = matchEnd(BYTES, text, at);
      if (end >= 0) return [Raw.Bytes, trimEnd(text, at, end)];
    } else if (code === 0x26 /* & */) {
      const end = matchEnd(REFERENCE, text, at);
      if (end >= 0) return [Raw.Reference, end];
    }
    return (this.parens > 0 || this.place !== Place.Names ? this.inValue() : this.inNames()) ?? this.punctuation();
  }

  private slash(): [Raw, number] {
    const { text, at } = this;
    if (text[at + 1] === '/') return [Raw.Comment, logicalLineEnd(text, at)];
    if (text[at + 1] === '*') {
      const close = text.indexOf('*/', at + 2);
      return [Raw.Comment, close < 0 ? text.length : close + 2];
    }
    const end = this.parens > 0 ? -1 : matchEnd(KEYWORD, text, at);
    if (end >= 0) return [Raw.Keyword, end];
    return this.place === Place.Names ? [Raw.Name, at + 1] : [Raw.Punct, at + 1];
  }

  private inNames(): [Raw, number] | undefined {
    const label = matchEnd(LABEL, this.text, this.at);
    if (label >= 0) return [Raw.Label, label];
    const end = matchEnd(NAME, this.text, this.at);
    return end < 0 ? undefined : [Raw.Name, end];
  }

  private inValue(): [Raw, number] | undefined {
    const label = this.parens > 0 ? -1 : matchEnd(LABEL, this.text, this.at);
    if (label >= 0) return [Raw.Label, label];
    const word = matchEnd(WORD, this.text, this.at);
    if (word >= 0) return [Raw.Word, word];
    const number = matchEnd(NUMBER, this.text, this.at);
    return number < 0 ? undefined : [Raw.Number, number];
  }

  private punctuation(): [Raw, number] {
    const { text, at } = this;
    const char = text[at] ?? '';
    if (this.parens > 0 && char !== ';' && char !== '{' && char !== '}') {
      if (char === '(') this.parens += 1;
      else if (char === ')') this.parens -= 1;
      return [Raw.Punct, matchEnd(OPERATOR, text, at)];
    }
    this.move(char);
    return ['{}()<>[];=,:|&+-*%^~!?.'.includes(char) ? Raw.Punct : Raw.Junk, at + 1];
  }

  private move(char: string): void {
    if (char === '(') this.parens = 1;
    else if (char === ';' || char === '{' || char === '}') [this.place, this.parens] = [Place.Names, 0];
    else if (char === '=' && this.place === Place.Names) this.place = Place.Value;
    else if (char === '<' && this.place === Place.Value) this.place = Place.Cells;
    else if (char === '[' && this.place === Place.Value) this.place = Place.Bytes;
    else if ((char === '>' && this.place === Place.Cells) || (char === ']' && this.place === Place.Bytes)) this.place = Place.Value;
  }
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && text.charCodeAt(at - 1) <= 32) at -= 1;
  return at;
}
