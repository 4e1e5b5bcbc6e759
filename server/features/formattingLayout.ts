/**
 * The layout of the kernel's DTS coding style: for each gap between two raw tokens, the white
 * space that belongs there. One pass, following nesting, values and columns. It decides on white
 * space only where `dtc` and `cpp` do not care; elsewhere it keeps what the user wrote.
 */
import { directiveWord } from './folding.ts';
import { Raw, type RawTokens } from './raw/tokens.ts';

const TAB = 8;

/** Indentation and alignment stop here, so that hostile nesting does not give gigabytes of tabs. */
const MAX_COLUMN = 64 * TAB;

/** Calls `place(index, gap)` with the white space before every token, and before the end of the file (`index` = length). */
export function layoutOf(tokens: RawTokens, place: (index: number, gap: string) => void): void {
  const layout = new Layout(tokens);
  for (let at = 0; at <= tokens.length; at += 1) place(at, layout.next(at));
}

function indentTo(wanted: number): string {
  const column = Math.min(wanted, MAX_COLUMN);
  return '\t'.repeat(Math.floor(column / TAB)) + ' '.repeat(column % TAB);
}

class Layout {
  private depth = 0;
  private readonly branches: number[] = [];
  private parens = 0;
  private inBytes = false;
  private column = 0;
  /** The column under which a value goes on; undefined outside values. */
  private valueColumn: number | undefined;
  /** The column under which the cells of an open `<` go on. */
  private cellColumn: number | undefined;
  private starts = true;

  constructor(private readonly tokens: RawTokens) {}

  /** The gap before token `at`; afterwards the layout stands behind that token. */
  next(at: number): string {
    const original = this.tokens.text.slice(this.tokens.end(at - 1), at < this.tokens.length ? this.tokens.start(at) : undefined);
    const gap = at === this.tokens.length ? this.atEnd(at) : this.gap(at, original);
    this.advance(gap);
    if (at < this.tokens.length) this.enter(at);
    return gap;
  }

  /** A newline, unless the last line is one already or a backslash would carry it on. */
  private atEnd(at: number): string {
    return at === 0 || /[\n\\]$/.test(this.tokens.textOf(at - 1)) ? '' : '\n';
  }

  private gap(at: number, original: string): string {
    const { tokens } = this;
    if (this.parens > 0 && tokens.kind(at - 1) !== Raw.Directive && tokens.kind(at) !== Raw.Directive) return original;
    const broken = original.includes('\n') || this.mustBreak(at);
    if (at === 0) return '';
    if (tokens.kind(at) === Raw.Directive) return this.lines(at, original);
    if (tokens.kind(at) === Raw.Comment && !broken) return original;
    if (tokens.is(at, ';') && !this.mustBreak(at)) return '';
    if (tokens.is(at, '}')) return this.beforeClose(at, original);
    if (this.starts || tokens.kind(at - 1) === Raw.Directive) return this.beforeStatement(at, original, broken);
    const breaks = this.mustBreak(at) || (broken && !this.closesUp(at));
    return breaks ? `\n${indentTo(this.continuation(at))}` : this.within(at, original);
  }

  /** A directive and a line comment own the rest of their line. */
  private mustBreak(at: number): boolean {
    const { tokens } = this;
    const kind = tokens.kind(at - 1);
    return kind === Raw.Directive || (kind === Raw.Comment && tokens.text.startsWith('//', tokens.start(at - 1)));
  }

  /** Punctuation that goes to what stands before it, whatever line it was on. */
  private closesUp(at: number): boolean {
    const { tokens } = this;
    if (tokens.kind(at - 1) === Raw.Comment) return false;
    if (tokens.is(at, '{') || tokens.is(at - 1, ':')) return true;
    return this.parens === 0 && this.cellColumn === undefined && (tokens.is(at, ',') || tokens.is(at, '='));
  }

  /** One line break, and a blank line where there was one. */
  private lines(at: number, original: string): string {
    const blank = original.split('\n').length > 2 && !this.tokens.is(at - 1, '{');
    return blank ? '\n\n' : '\n';
  }

  private beforeClose(at: number, original: string): string {
    const empty = this.tokens.is(at - 1, '{') && !original.includes('\n');
    return empty ? ' ' : `\n${indentTo(Math.max(0, this.depth - 1) * TAB)}`;
  }

  private beforeStatement(at: number, original: string, broken: boolean): string {
    const { tokens } = this;
    if (tokens.kind(at - 1) === Raw.Comment && !broken) return ' ';
    const separate = (tokens.is(at - 1, ';') || tokens.is(at - 1, '}')) && this.leadsToNode(at);
    const indent = this.starts ? this.depth * TAB : this.continuation(at);
    return (separate ? '\n\n' : this.lines(at, original)) + indentTo(indent);
  }

  /** Whether a node starts here, perhaps after comments of its own. */
  private leadsToNode(from: number): boolean {
    const { tokens } = this;
    let at = from;
    while (tokens.kind(at) === Raw.Comment) at += 1;
    while (tokens.kind(at) === Raw.Label) at += tokens.is(at + 1, ':') ? 2 : 1;
    if (tokens.kind(at) === Raw.Keyword) at += 1;
    return (tokens.kind(at) === Raw.Name || tokens.kind(at) === Raw.Reference) && tokens.is(at + 1, '{');
  }

  private continuation(at: number): number {
    const deeper = (this.depth + 1) * TAB;
    const column = this.cellColumn ?? this.valueColumn ?? this.depth * TAB;
    if (column === Infinity) return deeper;
    return column === deeper && this.cellColumn !== undefined && this.tokens.is(at, '>') ? this.depth * TAB : column;
  }

  private within(at: number, original: string): string {
    const { tokens } = this;
    if (tokens.kind(at - 1) === Raw.Label && tokens.is(at, ':')) return original.replaceAll(/\s+/g, ' ');
    if (tokens.is(at, '{')) return ' ';
    if (tokens.is(at - 1, ':') && tokens.kind(at - 2) === Raw.Label) return ' ';
    if (this.valueColumn !== undefined && !this.inBytes) {
      if (this.cellColumn === undefined && tokens.is(at, ',')) return '';
      if (tokens.is(at - 1, '<') || (tokens.is(at, '>') && this.cellColumn !== undefined)) return '';
      if (this.cellColumn === undefined && (tokens.is(at - 1, ',') || tokens.is(at - 1, '=') || tokens.is(at, '<'))) return ' ';
    }
    if (this.inBytes && (tokens.is(at - 1, '[') || tokens.is(at, ']'))) return '';
    if (tokens.is(at, '=') && this.valueColumn === undefined) return ' ';
    // Columns that someone lined up with tabs inside cells are a table: pin lists have them.
    if (this.cellColumn !== undefined && (original.length > 1 || original === '\t')) return original;
    return original === '' ? '' : ' ';
  }

  private advance(text: string): void {
    const newline = text.lastIndexOf('\n');
    if (newline >= 0) this.column = 0;
    for (let at = newline + 1; at < text.length; at += 1) {
      this.column = text.charCodeAt(at) === 9 ? (Math.floor(this.column / TAB) + 1) * TAB : this.column + 1;
    }
  }

  /** Moves over token `at`: nesting, brackets, and where a value's continuation belongs. */
  private enter(at: number): void {
    const { tokens } = this;
    const kind = tokens.kind(at);
    if (kind === Raw.Directive) this.branch(at);
    if (this.valueColumn === Infinity && kind !== Raw.Comment && kind !== Raw.Directive) this.valueColumn = this.column;
    if (this.cellColumn === Infinity && kind !== Raw.Comment && kind !== Raw.Directive) this.cellColumn = this.column;
    this.advance(tokens.textOf(at));
    if (kind === Raw.Punct) this.punctuation(at);
    else if (kind !== Raw.Comment && kind !== Raw.Directive) {
      this.starts = kind === Raw.String && tokens.kind(at - 1) === Raw.Keyword && tokens.textOf(at - 1) === '/include/';
    }
  }

  private punctuation(at: number): void {
    const { tokens } = this;
    const char = tokens.textOf(at);
    if (char === '(') this.parens += 1;
    else if (char === ')') this.parens = Math.max(0, this.parens - 1);
    if (char === ';' || char === '{' || char === '}') this.endStatement(char);
    else if (this.parens === 0) this.bracket(at, char);
  }

  private bracket(at: number, char: string): void {
    this.starts = false;
    const pulledUp = ['=', ',', ';', '{'].some((punct) => this.tokens.is(at + 1, punct));
    const nextLine = !pulledUp && this.tokens.text.slice(this.tokens.end(at), this.tokens.start(at + 1)).includes('\n');
    const open = nextLine ? (this.depth + 1) * TAB : Infinity;
    if (char === '=' && this.valueColumn === undefined) this.valueColumn = open;
    else if (char === '<' && this.valueColumn !== undefined && this.cellColumn === undefined) this.cellColumn = open;
    else if (char === '>' && this.cellColumn !== undefined) this.cellColumn = undefined;
    else if (char === '[') this.inBytes = true;
    else if (char === ']') this.inBytes = false;
  }

  private endStatement(char: string): void {
    if (char === '{') this.depth += 1;
    else if (char === '}') this.depth = Math.max(0, this.depth - 1);
    [this.parens, this.inBytes, this.valueColumn, this.cellColumn] = [0, false, undefined, undefined];
    this.starts = true;
  }

  private branch(at: number): void {
    const word = directiveWord(this.tokens.text, this.tokens.start(at));
    if (word.startsWith('if')) this.branches.push(this.depth);
    else if (word.startsWith('el')) this.depth = this.branches.at(-1) ?? this.depth;
    else if (word === 'endif') this.branches.pop();
  }
}
