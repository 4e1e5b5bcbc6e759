/**
 * One pass over one version of one file: where its directives are, which conditional follows
 * which, and every name outside directives with its hash, so that preprocessing the file again,
 * in another board or after an edit elsewhere, reads tables and copies stretches of text. Knows
 * nothing of macros: what a name means is decided while the file is preprocessed.
 */
import type { SourceFile } from '../source/files.ts';
import { CLASS_DIGIT, CLASS_WHITE, CLASS_WORD, CLASSES, classOf, hashAt, literalEnd, numberEnd, wordEnd } from './chars.ts';
import { Cooked } from './cook.ts';

/** The directives that cpp acts on. */
export const DirectiveKind = {
  include: 1, includeNext: 2, import: 3, define: 4, undef: 5,
  if: 6, ifdef: 7, ifndef: 8, elif: 9, elifdef: 10, elifndef: 11, else: 12, endif: 13,
  error: 14, warning: 15, line: 16, pragma: 17,
  /** `#` alone, and what cpp swallows. */
  none: 18,
  /** `# 12 "file"`, as cpp writes it. */
  marker: 19,
} as const;

const KINDS: ReadonlyMap<string, number> = new Map([
  ['include', DirectiveKind.include], ['include_next', DirectiveKind.includeNext], ['import', DirectiveKind.import],
  ['define', DirectiveKind.define], ['undef', DirectiveKind.undef],
  ['if', DirectiveKind.if], ['ifdef', DirectiveKind.ifdef], ['ifndef', DirectiveKind.ifndef],
  ['elif', DirectiveKind.elif], ['elifdef', DirectiveKind.elifdef], ['elifndef', DirectiveKind.elifndef], ['else', DirectiveKind.else], ['endif', DirectiveKind.endif],
  ['error', DirectiveKind.error], ['warning', DirectiveKind.warning], ['line', DirectiveKind.line],
  ['pragma', DirectiveKind.pragma], ['assert', DirectiveKind.none], ['unassert', DirectiveKind.none],
  ['ident', DirectiveKind.none], ['sccs', DirectiveKind.none],
]);

/** One directive line. All offsets are into the cooked text. */
export interface Directive {
  readonly kind: number;
  /** Its `#`. */
  readonly start: number;
  /** Just after its name. */
  readonly operand: number;
  /** The end of its text, without the line feed. */
  readonly lineEnd: number;
  /** Where the text after it starts. */
  readonly end: number;
  /** How many names stand before it outside directives. */
  readonly names: number;
  /** Whether any token stands between the directive before it and this one. */
  readonly textBefore: boolean;
  /** Of a conditional: the index of the `#elif`, `#else` or `#endif` that ends its group, or -1. */
  next: number;
}

/** The tables of one scanned file. */
export class ScannedFile {
  readonly file: SourceFile;
  readonly cooked: Cooked;
  /** The cooked text. */
  readonly text: string;
  readonly directives: Directive[] = [];
  /** Names outside directives: hash and offset, two entries a name. */
  names: Int32Array = NO_NAMES;
  nameCount = 0;
  /** The offsets of `/include/` outside comments and literals. */
  readonly dtcIncludes: number[] = [];
  /** Where the text ends: before an unterminated comment, if there is one. */
  textEnd: number;
  unterminatedComment = -1;
  /** Whether any token stands after the last directive. */
  textAfter = false;
  /** Whether `##` stands anywhere. */
  readonly pastes: boolean;
  /** What `#define` lines define, by index of the directive; filled while preprocessing. */
  readonly definitions: unknown[] = [];

  /** Scans the file. */
  constructor(file: SourceFile) {
    this.file = file;
    this.cooked = new Cooked(file.text);
    this.text = this.cooked.text;
    this.textEnd = this.text.length;
    this.pastes = this.text.includes('##');
    new Scanner(this).run();
  }

  /** The name at an entry of `names`. */
  nameAt(index: number): string {
    const pos = this.names[2 * index + 1] ?? 0;
    return this.text.slice(pos, wordEnd(this.text, pos));
  }

  /** The index of the first name at or after an offset, searched from an index that is not after it. */
  nameFrom(from: number, pos: number): number {
    let index = from;
    while (index < this.nameCount && (this.names[2 * index + 1] ?? 0) < pos) index++;
    return index;
  }
}

const scans = new WeakMap<SourceFile, ScannedFile>();

/** The scan of a file, made at the first call for this version of it. */
export function scanFile(file: SourceFile): ScannedFile {
  const known = scans.get(file);
  if (known !== undefined) return known;
  const made = new ScannedFile(file);
  scans.set(file, made);
  return made;
}

/** Names found by the pass under way: hash and offset. Copied once the pass is over. */
let scratch = new Int32Array(1 << 15);
const NO_NAMES = new Int32Array(0);

/** `#` with a name, or with a number and a quote as in a linemarker. */
const DIRECTIVE = /#[ \t]*(?:([a-z_]+)(?![A-Z0-9])|[0-9]+[ \t]+(?="))/y;

/** The pass itself. */
class Scanner {
  private readonly out: ScannedFile;
  private readonly text: string;
  private readonly end: number;
  /** Where the stretch since the last directive starts. */
  private stretch = 0;
  /** Whether a name, number or literal has been met in it. */
  private tokens = false;
  /** Where the last comment ends, and where the run of comments that it closes starts. */
  private commentEnd = -1;
  private commentsStart = -1;
  /** The indices of the directives whose groups are open. */
  private readonly conditionals: number[] = [];
  /** How many entries of `scratch` are in use. */
  private count = 0;
  /** The first slash at or after the last place that was asked for. */
  private slashAt = -1;
  /** The first line feed at or after the last place that was asked for. */
  private newlineAt = -1;

  constructor(out: ScannedFile) {
    this.out = out;
    this.text = out.text;
    this.end = out.text.length;
  }

  run(): void {
    const { text, end, out } = this;
    for (let i = uninterestingEnd(text, 0); i < end; i = uninterestingEnd(text, i)) {
      const c = text.charCodeAt(i);
      const found = CLASSES[c];
      if (found === CLASS_WORD) i = this.word(i);
      else if (c === 47) i = this.slash(i);
      else if (c === 35) i = this.hash(i);
      else {
        i = found === CLASS_DIGIT ? numberEnd(text, i) : this.literal(i, c);
        this.tokens = true;
      }
    }
    out.textAfter = this.tokens || !this.isBlank(end);
    out.names = this.count === 0 ? NO_NAMES : scratch.slice(0, this.count);
    out.nameCount = this.count >> 1;
  }

  private word(start: number): number {
    const { text } = this;
    const i = wordEnd(text, start);
    const at = this.count;
    this.count = at + 2;
    if (at + 2 > scratch.length) growScratch();
    scratch[at] = hashAt(text, start, i);
    scratch[at + 1] = start;
    this.tokens = true;
    return i;
  }

  /** The end of a literal; most have no escape and are found without looking at each character. */
  private literal(start: number, quote: number): number {
    const { text } = this;
    if (this.newlineAt < start) this.newlineAt = lineEndFrom(text, start);
    const close = quote === 34 ? text.indexOf('"', start + 1) : -1;
    if (close > 0 && close < this.newlineAt && text.charCodeAt(close - 1) !== 92) return close + 1;
    return literalEnd(text, start, this.end);
  }

  /** A comment, `/include/`, or a mere slash. */
  private slash(start: number): number {
    const next = this.text.charCodeAt(start + 1);
    if (next === 42) return this.blockComment(start);
    if (next === 47) return lineEndFrom(this.text, start);
    if (next === 105 && this.text.startsWith('/include/', start)) this.out.dtcIncludes.push(start);
    this.tokens = true;
    return start + 1;
  }

  private blockComment(start: number): number {
    const close = this.text.indexOf('*/', start + 2);
    if (this.blanksBefore(start) !== this.commentEnd) this.commentsStart = start;
    this.commentEnd = close + 2;
    if (close >= 0) return close + 2;
    this.out.unterminatedComment = start;
    this.out.textEnd = start;
    return this.end;
  }

  /** Where the blanks before an offset start. */
  private blanksBefore(pos: number): number {
    let i = pos;
    while (classOf(this.text.charCodeAt(i - 1)) === CLASS_WHITE) i--;
    return i;
  }

  /** Whether nothing but blanks and comments stands before an offset on its line. */
  private startsLine(pos: number): boolean {
    let i = this.blanksBefore(pos);
    if (i > this.stretch && i === this.commentEnd) i = this.blanksBefore(this.commentsStart);
    return i <= this.stretch || this.text.charCodeAt(i - 1) === 10;
  }

  /** Whether nothing but white space and comments stands between the last directive and an offset. */
  private isBlank(to: number): boolean {
    const { text } = this;
    for (let i = this.stretch; i < to;) {
      WHITE.lastIndex = i;
      WHITE.test(text);
      i = WHITE.lastIndex;
      if (i >= to) break;
      if (text.startsWith('/*', i)) i = past(text.indexOf('*/', i + 2), 2, to);
      else if (text.startsWith('//', i)) i = past(text.indexOf('\n', i), 0, to);
      else return false;
    }
    return true;
  }

  /** A `#`: a directive where it starts a line, or text that passes through. */
  private hash(start: number): number {
    if (!this.startsLine(start)) return this.noDirective(start);
    const { text } = this;
    DIRECTIVE.lastIndex = start;
    const match = DIRECTIVE.exec(text);
    const name = match?.[1];
    if (match === null) return this.oddHash(start);
    const kind = name === undefined ? DirectiveKind.marker : KINDS.get(name);
    return kind === undefined ? this.noDirective(start) : this.directive(start, kind, start + match[0].length);
  }

  private noDirective(start: number): number {
    this.tokens = true;
    return start + 1;
  }

  private directive(start: number, kind: number, operand: number): number {
    const { out } = this;
    const lineEnd = this.directiveEnd(operand, kind <= DirectiveKind.import);
    const end = Math.min(this.end, lineEnd + 1);
    const textBefore = this.tokens || !this.isBlank(start);
    if (kind >= DirectiveKind.if && kind <= DirectiveKind.endif) this.link(kind, out.directives.length);
    out.directives.push({ kind, start, operand, lineEnd, end, names: this.count >> 1, textBefore, next: -1 });
    this.stretch = end;
    this.tokens = false;
    return end;
  }

  /** Links the group that a conditional directive ends to it. */
  private link(kind: number, index: number): void {
    const { conditionals, out } = this;
    if (kind >= DirectiveKind.elif) {
      const before = out.directives[conditionals.pop() ?? -1];
      if (before !== undefined) before.next = index;
    }
    if (kind !== DirectiveKind.endif) conditionals.push(index);
  }

  /** A `#` with a comment, nothing, or no name after it. */
  private oddHash(start: number): number {
    const { text } = this;
    let i = start + 1;
    for (;;) {
      if (classOf(text.charCodeAt(i)) === CLASS_WHITE) i++;
      else if (text.startsWith('/*', i)) i = this.blockComment(i);
      else break;
    }
    if (i >= this.end || text.charCodeAt(i) === 10 || text.startsWith('//', i)) return this.directive(start, DirectiveKind.none, i);
    const end = wordEnd(text, i);
    const kind = KINDS.get(text.slice(i, end));
    return kind === undefined ? this.noDirective(start) : this.directive(start, kind, end);
  }

  /** The line feed that ends a directive, past comments that span lines. */
  private directiveEnd(start: number, header: boolean): number {
    const { text } = this;
    const lineEnd = lineEndFrom(text, start);
    if (this.slashAt < start) {
      const slash = text.indexOf('/', start);
      this.slashAt = slash < 0 ? this.end : slash;
    }
    return this.slashAt >= lineEnd ? lineEnd : this.commentedEnd(start, header, lineEnd);
  }

  private commentedEnd(start: number, header: boolean, lineEnd: number): number {
    const { text } = this;
    for (let i = start; i < this.end; i++) {
      const c = text.charCodeAt(i);
      if (c === 10) return i;
      if (c === 34 || c === 39) i = literalEnd(text, i, this.end) - 1;
      else if (c === 60 && header) i = headerEnd(text, i, lineEnd) - 1;
      else if (c === 47 && text.charCodeAt(i + 1) === 47) return lineEndFrom(text, i);
      else if (c === 47 && text.charCodeAt(i + 1) === 42) i = this.blockComment(i) - 1;
    }
    return this.end;
  }
}

/** All that is neither name, number, literal, slash nor hash. Regular expressions run at full speed in a fresh process too. */
const UNINTERESTING = /[^A-Za-z0-9_"'/#]*/y;
const WHITE = /[ \t\v\f\r\n\0]*/y;

function uninterestingEnd(text: string, start: number): number {
  UNINTERESTING.lastIndex = start;
  UNINTERESTING.test(text);
  return UNINTERESTING.lastIndex;
}

/** The end of what was found at an offset, or `end` where it was not found. */
function past(found: number, length: number, end: number): number {
  return found < 0 ? end : found + length;
}

function growScratch(): void {
  const grown = new Int32Array(2 * scratch.length);
  grown.set(scratch);
  scratch = grown;
}

function headerEnd(text: string, start: number, lineEnd: number): number {
  const close = text.indexOf('>', start);
  return close < 0 || close >= lineEnd ? start + 1 : close + 1;
}

function lineEndFrom(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  return newline < 0 ? text.length : newline;
}
