/**
 * Tokens of an xl configuration, as libxlu's scanner cuts them: lower-case identifiers and
 * hexadecimal digits, both quotes, comments that need their newline, a lexical error that
 * swallows the rest of its line, and, beyond libxlu, the placeholders of build templates. Deliberately not modelled: the scanner's 16 KiB buffer.
 */
import type { XlErrorReason, XlLimits, XlSpan, XlSyntaxError } from './syntax.ts';

/** The kinds of token that the grammar knows. */
export type XlTokenKind = 'ident' | 'number' | 'string' | 'placeholder' | ',' | '[' | ']' | '=' | '+=' | ';' | 'newline' | 'end';

/** One token; `text` is the decoded value of a string, the spelling of everything else. */
export interface XlToken extends XlSpan {
  readonly kind: XlTokenKind;
  readonly text: string;
}

/** What the scanner makes of a file. */
export interface XlTokens {
  readonly tokens: readonly XlToken[];
  readonly comments: readonly XlSpan[];
  readonly errors: XlSyntaxError[];
}

const IDENT = /[a-z][._0-9a-z]*/y;
const NUMBER = /[0-9][0-9a-fx]*/y;
const PLACEHOLDER = /\[[A-Z][A-Z0-9_]*\]|@[A-Za-z_]\w*@|\$\{[^}\n]*\}|\{\{[^}\n]*\}\}/y;
const BLANK = /[ \t]+/y;
const STRINGS: Record<string, RegExp> = { "'": /'(?:[^'\\\n]|\\[^\n])*'/y, '"': /"(?:[^"\\\n]|\\[^\n])*"/y };
const PUNCTUATION = new Set([',', '[', ']', '=', ';']);
const SIMPLE_ESCAPES: Record<string, string> = {
  a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"',
};
const OCTAL_ESCAPE = /^[0-7][0-9]{2,3}/;
const SHOWN_CHARS = 40;
/** A value, a comma and a line end. */
const TOKENS_PER_ITEM = 3;

/** Cuts a whole file into tokens; always ends with an `end` token. */
export function tokenizeXl(text: string, limits: XlLimits): XlTokens {
  const scanner = new Scanner(text, limits);
  scanner.run();
  return scanner;
}

class Scanner implements XlTokens {
  readonly tokens: XlToken[] = [];
  readonly comments: XlSpan[] = [];
  readonly errors: XlSyntaxError[] = [];
  #at = 0;

  readonly #text: string;
  readonly #limits: XlLimits;

  constructor(text: string, limits: XlLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  run(): void {
    const most = this.#limits.items * TOKENS_PER_ITEM;
    while (this.#at < this.#text.length && this.tokens.length < most) this.#next();
    if (this.tokens.length >= most) {
      this.#error('limit-items', this.#at, this.#at + 1);
      this.#at = this.#text.length;
    }
    this.#push('end', this.#text.length, '');
  }

  #next(): void {
    const c = this.#text[this.#at] ?? '';
    if (this.#match(BLANK) !== undefined || this.#placeholder()) return;
    if (c === '\n') this.#push('newline', this.#at + 1, c);
    else if (c === '#') this.#comment();
    else if (c === '"' || c === "'") this.#string(c);
    else if (PUNCTUATION.has(c)) this.#push(c as XlTokenKind, this.#at + 1, c);
    else if (this.#text.startsWith('+=', this.#at)) this.#push('+=', this.#at + 2, '+=');
    else this.#word(c);
  }

  #placeholder(): boolean {
    const start = this.#at;
    const text = this.#match(PLACEHOLDER);
    if (text !== undefined) this.tokens.push({ kind: 'placeholder', start, end: this.#at, text });
    return text !== undefined;
  }

  #word(c: string): void {
    const start = this.#at;
    const ident = this.#match(IDENT);
    const word = ident ?? this.#match(NUMBER);
    if (word === undefined) {
      this.#lexicalError(reasonOf(c, this.#text, start));
      return;
    }
    this.tokens.push({ kind: ident === undefined ? 'number' : 'ident', start, end: this.#at, text: word });
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #push(kind: XlTokenKind, end: number, text: string): void {
    this.tokens.push({ kind, start: this.#at, end, text });
    this.#at = end;
  }

  #lineEnd(): number {
    const newline = this.#text.indexOf('\n', this.#at);
    return newline < 0 ? this.#text.length : newline;
  }

  /** A comment is one token with its newline; without one it does not match at all. */
  #comment(): void {
    const end = this.#lineEnd();
    this.comments.push({ start: this.#at, end });
    if (end === this.#text.length) this.#lexicalError('unterminated-comment');
    else this.tokens.push({ kind: 'newline', start: end, end: end + 1, text: '\n' });
    this.#at = Math.min(end + 1, this.#text.length);
  }

  #string(quote: string): void {
    const start = this.#at;
    const lineEnd = this.#lineEnd();
    if (lineEnd - start > this.#limits.stringChars) {
      this.#lexicalError('limit-string');
      return;
    }
    const pattern = STRINGS[quote];
    const raw = pattern === undefined ? undefined : this.#match(pattern);
    if (raw === undefined) {
      this.#lexicalError('unterminated-string');
      return;
    }
    // A NUL inside a string trips an assertion of libxlu's, which ends xl.
    if (raw.includes('\0')) this.#error('nul', start, this.#at);
    this.tokens.push({ kind: 'string', start, end: this.#at, text: this.#decode(start + 1, this.#at - 1) });
  }

  /** Escapes as libxlu resolves them: `\x` never works, an octal escape is read as decimal and dropped. */
  #decode(from: number, to: number): string {
    const body = this.#text.slice(from, to);
    if (!body.includes('\\')) return body;
    let decoded = '';
    for (let at = 0; at < body.length;) {
      const escape = body[at] === '\\' ? body.slice(at + 1) : undefined;
      if (escape === undefined) {
        decoded += body[at];
        at += 1;
        continue;
      }
      const octal = OCTAL_ESCAPE.exec(escape)?.[0];
      const simple = SIMPLE_ESCAPES[escape[0] ?? ''];
      if (octal === undefined && simple === undefined) this.#error('bad-escape', from + at, from + at + 2);
      decoded += octal === undefined ? (simple ?? '') : '';
      at += 1 + (octal ?? 'n').length;
    }
    return decoded;
  }

  /** The rest of the line is lost. A single bad character that ends the file goes unnoticed, in libxlu as here. */
  #lexicalError(reason: XlErrorReason): void {
    const end = this.#lineEnd();
    if (this.#at < this.#text.length - 1) this.#error(reason, this.#at, end);
    this.#at = end;
  }

  #error(reason: XlErrorReason, start: number, end: number): void {
    if (this.errors.length >= this.#limits.problems) return;
    this.errors.push({ reason, start, end, found: this.#text.slice(start, Math.min(end, start + SHOWN_CHARS)) });
  }
}

/** The most helpful name for a character that starts no token. */
function reasonOf(c: string, text: string, at: number): XlErrorReason {
  if (c === '\r') return 'carriage-return';
  if (c === '\0') return 'nul';
  if (/[A-Z]/.test(c)) return 'capital-letter';
  if ('+-.():'.includes(c) || /^(?:def|import|if|for)\b/.test(text.slice(at, at + 8))) return 'python';
  return 'bad-character';
}
