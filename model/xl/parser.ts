/**
 * The grammar of an xl configuration over its tokens: a list of `key = value` statements ended by
 * newlines or semicolons. Iterative, so that depth of brackets is a number and not a stack.
 * Recovery is friendlier than libxlu's: a list without its bracket ends before a line that looks
 * like a statement, so that one missing bracket is one error. What is refused is the same.
 */
import { tokenizeXl, type XlToken } from './lexer.ts';
import {
  XL_LIMITS, type XlAssignment, type XlAtom, type XlErrorReason, type XlLimits, type XlList, type XlSyntax, type XlSyntaxError, type XlValue,
} from './syntax.ts';

/** Reads one configuration. Never throws; `errors` says what libxlu would refuse. */
export function parseXl(path: string, text: string, limits: XlLimits = XL_LIMITS): XlSyntax {
  const { tokens, comments, errors } = tokenizeXl(text, limits);
  const parser = new Parser(text, tokens, limits);
  const statements = parser.statements();
  const all = [...errors, ...parser.errors].sort((a, b) => a.start - b.start);
  const last = all[limits.problems - 1];
  if (last !== undefined) all.splice(limits.problems - 1, all.length, { ...last, reason: 'limit-problems' });
  const placeholders = tokens.filter((token) => token.kind === 'placeholder');
  return { path, text, statements, comments, errors: all, placeholders };
}

const ATOMS: ReadonlySet<string> = new Set(['string', 'number', 'placeholder']);

interface OpenList {
  start: number;
  items: XlValue[];
  /** A value stands right before: a comma or the bracket must follow. */
  full: boolean;
}

class Parser {
  readonly errors: XlSyntaxError[] = [];
  #at = 0;
  #items = 0;
  /** The kind that each key holds so far, to refuse `+=` across kinds. */
  readonly #kinds = new Map<string, 'list' | 'atom'>();

  readonly #text: string;
  readonly #tokens: readonly XlToken[];
  readonly #limits: XlLimits;

  constructor(text: string, tokens: readonly XlToken[], limits: XlLimits) {
    this.#text = text;
    this.#tokens = tokens;
    this.#limits = limits;
  }

  statements(): XlAssignment[] {
    const found: XlAssignment[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'end') return found;
      if (token.kind === 'newline' || token.kind === ';') this.#at += 1;
      else if (token.kind === 'ident') found.push(this.#assignment(token));
      else if (token.kind === 'placeholder') this.#skipLine();
      else {
        this.#error('expected-key', token);
        this.#skipLine();
      }
    }
  }

  #peek(ahead = 0): XlToken {
    return this.#tokens[this.#at + ahead] ?? { kind: 'end', start: this.#text.length, end: this.#text.length, text: '' };
  }

  #assignment(key: XlToken): XlAssignment {
    this.#at += 1;
    const operator = this.#peek();
    const keySpan = { start: key.start, end: key.end };
    if (operator.kind !== '=' && operator.kind !== '+=') {
      this.#error('expected-operator', operator);
      this.#skipLine();
      return { key: key.text, keySpan, operator: '=', value: undefined, start: key.start, end: key.end };
    }
    this.#at += 1;
    const value = this.#value();
    if (value !== undefined) {
      this.#checkAddition(key.text, operator.kind, value);
      // A list without its bracket has been reported, and ends before the next statement.
      if (value.kind !== 'list' || value.close >= 0) this.#expectEnd();
    }
    const end = value?.end ?? operator.end;
    return { key: key.text, keySpan, operator: operator.kind, value, start: key.start, end };
  }

  #checkAddition(key: string, operator: '=' | '+=', value: XlValue): void {
    const kind = value.kind === 'list' ? 'list' : 'atom';
    const before = this.#kinds.get(key);
    if (operator === '+=' && before !== undefined && before !== kind) this.#error('mixed-addition', value);
    this.#kinds.set(key, kind);
  }

  #expectEnd(): void {
    const token = this.#peek();
    if (token.kind === 'newline' || token.kind === ';' || token.kind === 'end') return;
    this.#error('expected-end', token);
    this.#skipLine();
  }

  #value(): XlValue | undefined {
    const token = this.#peek();
    if (token.kind === '[') return this.#list();
    if (ATOMS.has(token.kind)) return this.#atom(token);
    this.#error('expected-value', token);
    this.#skipLine();
    return undefined;
  }

  #atom(token: XlToken): XlValue {
    this.#at += 1;
    this.#items += 1;
    return { kind: token.kind as XlAtom['kind'], text: token.text, start: token.start, end: token.end };
  }

  /** One list with all that it nests, by an explicit stack of the lists that are open. */
  #list(): XlList | undefined {
    const open: OpenList[] = [];
    for (;;) {
      const token = this.#peek();
      const list = open.at(-1);
      if (this.#endsUnclosed(token, list)) return this.#unclosed(open, token);
      if (token.kind === '[' && (list === undefined || !list.full)) {
        if (open.length >= this.#limits.depth) return this.#tooMuch('limit-depth', open, token);
        open.push({ start: token.start, items: [], full: false });
        this.#at += 1;
      } else if (token.kind === ']') {
        const closed = this.#close(open, token);
        if (closed !== undefined) return closed;
      } else if (list !== undefined) {
        this.#inList(list, token);
        if (this.#items > this.#limits.items) return this.#tooMuch('limit-items', open, token);
      }
    }
  }

  #inList(list: OpenList, token: XlToken): void {
    if (token.kind === 'newline') {
      this.#at += 1;
    } else if (token.kind === ',') {
      if (!list.full) this.#error('empty-item', token);
      list.full = false;
      this.#at += 1;
    } else if (ATOMS.has(token.kind)) {
      if (list.full) this.#error('expected-separator', token);
      list.items.push(this.#atom(token));
      list.full = true;
    } else {
      this.#error(token.kind === ';' ? 'semicolon-in-list' : list.full ? 'expected-separator' : 'expected-value', token);
      this.#at += 1;
      // A value that cannot be read still fills its place: the comma behind it is not one too many.
      list.full = list.full || token.kind === 'ident';
      if (token.kind === '[') this.#at -= 1;
      if (token.kind === '[') list.full = false;
    }
  }

  #close(open: OpenList[], token: XlToken): XlList | undefined {
    const list = open.pop();
    this.#at += 1;
    if (list === undefined) return undefined;
    const closed: XlList = { kind: 'list', items: list.items, start: list.start, end: token.end, close: token.start };
    const outer = open.at(-1);
    if (outer === undefined) return closed;
    outer.items.push(closed);
    outer.full = true;
    return undefined;
  }

  /** True at the end of the file, and at a line that starts like a statement. */
  #endsUnclosed(token: XlToken, list: OpenList | undefined): boolean {
    if (list === undefined) return false;
    if (token.kind === 'end') return true;
    const next = this.#peek(1).kind;
    return token.kind === 'ident' && (next === '=' || next === '+=') && this.#tokens[this.#at - 1]?.kind === 'newline';
  }

  #unclosed(open: readonly OpenList[], token: XlToken): XlList | undefined {
    const last = this.#lastBefore(token);
    this.#error('unclosed-list', { start: last, end: last });
    return this.#fold(open, last);
  }

  #tooMuch(reason: XlErrorReason, open: readonly OpenList[], token: XlToken): XlList | undefined {
    this.#error(reason, token);
    this.#at = this.#tokens.length - 1;
    return this.#fold(open, token.start);
  }

  /** Closes what is open at `end`, innermost first. */
  #fold(open: readonly OpenList[], end: number): XlList | undefined {
    return open.reduceRight<XlList | undefined>((inner, list) => {
      const items = inner === undefined ? list.items : [...list.items, inner];
      return { kind: 'list', items, start: list.start, end, close: -1 };
    }, undefined);
  }

  /** The end of the last token before `token` that is not a newline. */
  #lastBefore(token: XlToken): number {
    for (let i = this.#at - 1; i >= 0; i -= 1) {
      const before = this.#tokens[i];
      if (before !== undefined && before.kind !== 'newline') return before.end;
    }
    return token.start;
  }

  #skipLine(): void {
    while (this.#peek().kind !== 'newline' && this.#peek().kind !== 'end') this.#at += 1;
  }

  #error(reason: XlErrorReason, at: { start: number; end: number }): void {
    if (this.errors.length >= this.#limits.problems) return;
    this.errors.push({ reason, start: at.start, end: at.end, found: this.#text.slice(at.start, Math.min(at.end, at.start + 40)) });
  }
}
