/**
 * What the parts of the parser share: the lexer, the caps, the problems found, and the ways of
 * reporting them. Problems point where the user must act: what is missing is missing at the end
 * of the token before.
 */
import type { Limits } from '../source/files.ts';
import type { CellSyntax, LabelSyntax, ReferenceSyntax, Span, ValueSyntax } from './ast.ts';
import { Lexer } from './lexer.ts';
import type { SyntaxProblem } from './problem.ts';
import { decodeLiteral } from './strings.ts';
import { Token } from './token.ts';
import type { U64 } from './u64.ts';

/** Reads `/incbin/`: the bytes of a file named at an offset of expanded text, undefined where there is none. */
export type ReadBinary = (path: string, offset: number) => Uint8Array | undefined;

/** No values: what `values` is when none have been read. */
export const NO_VALUES: ValueSyntax[] = [];
/** Tokens that are skipped or read in one go, between two pauses. */
export const TOKENS_A_SLICE = 2000;
/** Problems of so many files full of them are kept. */
const KEPT_FILES = 4;

/** State and services of one parse. */
export class ParserState {
  readonly lexer: Lexer;
  problems: SyntaxProblem[] = [];
  /** Set after a syntax error until a statement is read well: its consequences are not reported. */
  panic = false;
  /** The references and labels of the value being read. */
  references: ReferenceSyntax[] = [];
  valueLabels: LabelSyntax[] = [];
  /** The cells being read, copied out at their end: growing an array for each would waste most of it. */
  readonly cells: CellSyntax[] = [];
  /** The rest of these cells is skipped: a cap was reached. */
  skipCells = false;
  /** The values read so far of a property whose reading was paused, and how to go on inside of one. */
  values: ValueSyntax[] = NO_VALUES;
  resume: (() => ValueSyntax | undefined) | undefined;
  /** The files that `/incbin/` read so far. */
  binaries = 0;
  /** How many problems the whole parse has, those taken over included. */
  reported = 0;

  constructor(text: string, readonly limits: Limits, readonly readBinary: ReadBinary) {
    this.lexer = new Lexer(text, limits.numberDigits);
  }

  /** The current token is of this kind. */
  at(kind: Token): boolean {
    return this.lexer.kind === kind;
  }

  /** Records a problem; far beyond what is shown of one file nothing is kept. */
  report(problem: SyntaxProblem): void {
    if (this.reported++ < KEPT_FILES * this.limits.problemsPerFile) this.problems.push(problem);
  }

  /** The current token is not what may stand here. */
  expected(what: string): void {
    const { lexer } = this;
    if (!this.panic) {
      const found = describe(lexer);
      const atEnd = lexer.kind === Token.End;
      const start = atEnd ? Math.max(0, lexer.previousEnd - 1) : lexer.start;
      const end = atEnd ? lexer.previousEnd : Math.max(lexer.end, lexer.start + 1);
      this.report({ id: 'dts-syntax', level: 'error', message: `expected ${what}, found ${found}`, start, end });
    }
    this.panic = true;
  }

  /** Something must follow the token before, on its line; what stands on a later line is not to blame. */
  expectedNext(what: string): void {
    const { lexer } = this;
    if (this.panic || !this.afterLineEnd()) return this.expected(what);
    const end = lexer.previousEnd;
    this.report({ id: 'dts-syntax', level: 'error', message: `expected ${what} here`, start: Math.max(0, end - 1), end });
    this.panic = true;
  }

  /** The current token stands on a later line than the one before. */
  afterLineEnd(): boolean {
    const { lexer } = this;
    return lexer.text.slice(lexer.previousEnd, lexer.start).includes('\n');
  }

  /** Something is missing after the token before; offers to put it there. */
  expectedAfter(missing: string, opened?: Span & { message: string }): void {
    if (!this.panic) {
      const end = this.lexer.previousEnd;
      this.report({
        id: 'dts-syntax', level: 'error', message: `expected \`${missing}\` here`, start: Math.max(0, end - 1), end,
        ...(opened === undefined ? {} : { related: [opened] }),
        fixes: [{ title: `Add \`${missing}\``, start: end, end, text: missing }],
      });
    }
    this.panic = true;
  }

  /** A name where a number must be: most often a macro whose header is not included. */
  undefinedName(): void {
    const { lexer } = this;
    const name = lexer.slice();
    this.report({
      id: 'dts-undefined-name', level: 'error', start: lexer.start, end: lexer.end,
      message: `\`${name}\` is not a number, and no macro of this name is defined here`,
      advice: 'Include the header that defines it, or write the number.',
    });
    lexer.advance();
    if (lexer.kind === Token.OpenParen && lexer.start === lexer.previousEnd) this.skipParentheses();
  }

  private skipParentheses(): void {
    const { lexer } = this;
    let depth = 0;
    for (let count = 0; count < TOKENS_A_SLICE; count++) {
      if (lexer.kind === Token.OpenParen) depth++;
      else if (lexer.kind === Token.CloseParen) depth--;
      else if (lexer.kind === Token.Semicolon || lexer.kind === Token.End || lexer.kind === Token.CloseBrace) return;
      lexer.advance();
      if (depth === 0) return;
    }
  }

  /** Takes a number literal. */
  number(): U64 {
    const { lexer } = this;
    const value = lexer.big ?? lexer.value;
    if (lexer.fault !== undefined) this.numberFault();
    const { end } = lexer;
    lexer.advance();
    if (lexer.kind === Token.Identifier && lexer.start === end) {
      this.report({ id: 'dts-number', level: 'error', message: `\`${lexer.slice()}\` cannot follow a number`, start: lexer.start, end: lexer.end });
      lexer.advance();
    }
    return value;
  }

  private numberFault(): void {
    const { lexer, limits } = this;
    const { start, end } = lexer;
    const text = end - start > 40 ? `${lexer.text.slice(start, start + 40)}...` : lexer.slice();
    if (lexer.fault === 'digits') {
      this.report({ id: 'limit-number-digits', level: 'error', message: `this number has more than ${limits.numberDigits} digits and is read as 0`, start, end });
    } else {
      const reason = lexer.fault === 'octal' ? 'starts with 0, so it is octal, but has a digit 8 or 9' : 'does not fit in 64 bits';
      this.report({ id: 'dts-number', level: 'error', message: `\`${text}\` ${reason}`, start, end });
    }
  }

  /** Takes a character literal. */
  character(): number {
    const { lexer } = this;
    const { start, end } = lexer;
    const inside = lexer.text.slice(start + 1, end - 1);
    const value = lexer.special ? decodeLiteral(inside).value : inside;
    if (value.length !== 1) {
      const message = value.length === 0 ? 'empty character literal' : `a character literal of ${value.length} bytes instead of 1`;
      this.report({ id: 'dts-character', level: 'error', message, start, end });
    }
    lexer.advance();
    return value.length > 0 ? value.charCodeAt(0) : 0;
  }

  /** Takes a string literal, closed or not, and gives its bytes. */
  string(): string {
    const { lexer, limits } = this;
    const { start, end, kind } = lexer;
    const open = kind === Token.OpenString;
    if (open) {
      this.report({
        id: 'dts-string', level: 'error', message: 'this string is not closed', start, end: Math.min(end, start + 200),
        fixes: [{ title: 'Add `"`', start: end, end, text: '"' }],
      });
      this.panic = true;
    }
    const last = open ? end : end - 1;
    let value = '';
    if (last - start - 1 > limits.stringChars) {
      this.report({
        id: 'limit-string-chars', level: 'error', start, end: start + 1,
        message: `this string has more than ${limits.stringChars} characters and is read as empty`,
      });
    } else value = this.decode(start + 1, last);
    lexer.advance();
    return value;
  }

  private decode(start: number, end: number): string {
    const inside = this.lexer.text.slice(start, end);
    if (!this.lexer.special) return inside;
    const { value, badEscape } = decodeLiteral(inside);
    if (badEscape !== undefined) {
      const at = start + badEscape;
      this.report({ id: 'dts-string', level: 'error', message: '`\\x` needs hexadecimal digits', start: at, end: at + 2 });
    }
    return value;
  }

  /** Takes `&label` or `&{path}`. */
  reference(): ReferenceSyntax {
    const { lexer } = this;
    const { start, end, kind, text } = lexer;
    const isLabel = kind === Token.LabelReference;
    const inside = isLabel ? text.slice(start + 1, end) : text.slice(start + 2, end - 1);
    lexer.advance();
    if (isLabel) return { kind: 'reference', start, end, label: inside, path: undefined };
    const slash = inside.indexOf('/');
    if (slash === 0) return { kind: 'reference', start, end, label: undefined, path: inside };
    if (slash < 0) return { kind: 'reference', start, end, label: inside, path: undefined };
    return { kind: 'reference', start, end, label: inside.slice(0, slash), path: inside.slice(slash) };
  }

  /** Takes a label definition. */
  label(): LabelSyntax {
    const { lexer } = this;
    const { start, end, text } = lexer;
    lexer.advance();
    return { start, end, name: text.slice(start, end - 1) };
  }
}

function describe(lexer: Lexer): string {
  if (lexer.kind === Token.End) return 'the end of the source';
  const text = lexer.text.slice(lexer.start, Math.min(lexer.end, lexer.start + 40));
  if (lexer.kind === Token.Unknown && !/^[\x21-\x7e]/.test(text)) {
    return `character U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return `\`${text}\``;
}
