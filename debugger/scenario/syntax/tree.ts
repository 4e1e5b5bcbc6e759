/**
 * A scenario's lines as a tree: blocks are the lines indented below `in`, `repeat` and `parallel`. An
 * indentation is compared as text, so tabs and blanks are never weighed against each other. Nothing is
 * thrown and nothing is dropped but what lies beyond a cap: a line that stands wrong is a problem and
 * belongs to the nearest block that it can belong to.
 */
import type { Problem } from '../../../model/problem.ts';
import { verbNamed } from '../catalog.ts';
import type { ScenarioLimits } from '../limits.ts';
import { Pace } from '../pace.ts';
import { problem } from '../problem.ts';
import { Report } from '../bind/report.ts';
import { type Chunk, chunksOf } from './chunks.ts';

/** One line that is not empty. Offsets count in the file. */
export interface SyntaxLine {
  /** From 0. */
  readonly line: number;
  /** Where the line begins. */
  readonly start: number;
  /** The blanks before its first chunk. */
  readonly indent: string;
  /** Where its last chunk ends; for a line with nothing but a comment, where that begins. */
  readonly end: number;
  readonly chunks: readonly Chunk[];
  /** The comment with its `#`. */
  readonly comment: { readonly start: number; readonly end: number } | undefined;
  /** It is longer than the cap, and what is behind that is not read. */
  readonly isCut: boolean;
}

/** A line with the lines below it. */
export interface SyntaxNode {
  readonly line: SyntaxLine;
  readonly body: readonly SyntaxNode[];
}

/** One scenario file, read. */
export interface SyntaxTree {
  readonly path: string;
  readonly text: string;
  /** Every line with something on it, comments too, in order. */
  readonly lines: readonly SyntaxLine[];
  readonly nodes: readonly SyntaxNode[];
  readonly problems: readonly Problem[];
}

/** A block that is open while lines are read. */
interface Level {
  readonly opener: SyntaxLine | undefined;
  readonly body: SyntaxNode[];
  /** Indentation of its lines; undefined until the first of them. */
  indent: string | undefined;
}

interface OpenNode extends SyntaxNode {
  readonly body: SyntaxNode[];
}

/** The columns that an indentation takes, for the one case in which texts cannot be compared. */
const TAB = 8;

/** Whether a line can have lines below it. */
export function opensBlock(line: SyntaxLine): boolean {
  return verbNamed(line.chunks[0]?.text ?? '')?.opensBlock === true;
}

/** Reads the lines of a scenario, in slices. */
export function* parseSteps(path: string, text: string, limits: ScenarioLimits): Generator<void, SyntaxTree> {
  const report = new Report(path, limits.problemsPerFile + 1);
  const read = text.slice(0, limits.scenarioChars);
  if (read.length < text.length) {
    report.add(problem('limit-scenario-chars', { file: path, start: read.length, end: read.length + 1 },
      `The scenario is longer than ${limits.scenarioChars} characters; the rest is not read.`, 'Use `repeat` and `include`, or raise `vsmmu.limits.scenarioChars`.'));
  }
  const lines = yield* linesOf(read, limits.scenarioLineChars);
  const builder = new TreeBuilder(path, limits, report);
  const pace = new Pace();
  for (const line of lines) {
    if (line.chunks.length > 0) builder.add(line);
    if (line.isCut) {
      report.add(problem('limit-scenario-line-chars', { file: path, start: line.end - 1, end: line.end },
        `The line is longer than ${limits.scenarioLineChars} characters; the rest of it is not read.`, 'Shorten it, or raise `vsmmu.limits.scenarioLineChars`.'));
    }
    if (pace.isDue()) yield;
  }
  return { path, text, lines, nodes: builder.finish(), problems: report.problems };
}

function* linesOf(text: string, cap: number): Generator<void, SyntaxLine[]> {
  const lines: SyntaxLine[] = [];
  const ends = /\r\n|\r|\n|$/g;
  const pace = new Pace();
  for (let start = 0, line = 0; ; line += 1) {
    ends.lastIndex = start;
    const found = ends.exec(text);
    const end = found?.index ?? text.length;
    const made = lineOf(text, line, { start, end, cap });
    if (made !== undefined) lines.push(made);
    if (pace.isDue(end - start)) yield;
    const next = end + (found?.[0].length ?? 0);
    if (next === end || next > text.length) return lines;
    start = next;
  }
}

function lineOf(text: string, line: number, { start, end, cap }: { start: number; end: number; cap: number }): SyntaxLine | undefined {
  let first = start;
  while (first < end && (text[first] === ' ' || text[first] === '\t' || (first === 0 && text[first] === '\ufeff'))) first += 1;
  if (first === end) return undefined;
  const last = Math.min(end, first + cap);
  const { chunks, comment } = chunksOf(text, first, last);
  const isCut = last < end && comment === last;
  return {
    line, start, indent: text.slice(start, first).replace('\ufeff', ''), end: chunks.at(-1)?.end ?? comment, chunks,
    comment: comment < last ? { start: comment, end } : undefined, isCut,
  };
}

class TreeBuilder {
  readonly #root: Level = { opener: undefined, body: [], indent: '' };
  readonly #levels: Level[] = [this.#root];
  #isTooDeep = false;

  constructor(readonly path: string, readonly limits: ScenarioLimits, readonly report: Report) {}

  add(line: SyntaxLine): void {
    const level = this.#levelOf(line);
    const node: OpenNode = { line, body: [] };
    level.body.push(node);
    if (opensBlock(line)) this.#levels.push({ opener: line, body: node.body, indent: undefined });
  }

  finish(): readonly SyntaxNode[] {
    while (this.#levels.length > 1) this.#close();
    return this.#root.body;
  }

  /** The block that a line belongs to, after closing those that it ends. */
  #levelOf(line: SyntaxLine): Level {
    for (;;) {
      const level = this.#levels.at(-1) ?? this.#root;
      const fit = this.#fit(level, line);
      if (fit === 'belongs') return this.#capped(level, line);
      if (level === this.#root) return this.#root;
      this.#close();
    }
  }

  #fit(level: Level, line: SyntaxLine): 'belongs' | 'ends' {
    const { indent } = line;
    if (level.indent === undefined) {
      const outer = level.opener?.indent ?? '';
      if (!isDeeper(indent, outer)) return 'ends';
      if (!indent.startsWith(outer)) this.#mixed(line, outer);
      level.indent = indent;
      return 'belongs';
    }
    if (indent === level.indent) return 'belongs';
    if (level.indent.startsWith(indent)) return 'ends';
    if (indent.startsWith(level.indent)) {
      this.#unexpected(line, level.indent);
      return 'belongs';
    }
    const isMixed = columns(indent) >= columns(level.indent);
    if (isMixed) this.#mixed(line, level.indent);
    return isMixed ? 'belongs' : 'ends';
  }

  /** Closes the innermost block. */
  #close(): void {
    const level = this.#levels.pop();
    if (level?.opener === undefined || level.body.length > 0 || this.#isTooDeep) return;
    const word = level.opener.chunks[0]?.text ?? '';
    const { start, end } = level.opener.chunks[0] ?? level.opener;
    this.report.add(problem('scenario-empty-block', { file: this.path, start, end }, `\`${word}\` has no lines below it.`, 'Indent the lines that belong to it, or remove it.'));
  }

  /** Lines beyond the cap are read into a block that is thrown away. */
  #capped(level: Level, line: SyntaxLine): Level {
    if (this.#levels.length - 1 <= this.limits.scenarioDepth) return level;
    if (!this.#isTooDeep) {
      const message = `Blocks are nested more than ${this.limits.scenarioDepth} deep; the lines from here on are not read.`;
      this.report.add(problem('limit-scenario-depth', this.#range(line), message, 'Nest less, or raise `vsmmu.limits.scenarioDepth`.'));
    }
    this.#isTooDeep = true;
    return { opener: undefined, body: [], indent: line.indent };
  }

  #range(line: SyntaxLine): { file: string; start: number; end: number } {
    return { file: this.path, start: line.start + line.indent.length, end: line.end };
  }

  #unexpected(line: SyntaxLine, wanted: string): void {
    const message = 'This line is indented, but no line above opens a block.';
    this.#indentation(line, { message, wanted, title: 'Indent as the lines above' });
  }

  #mixed(line: SyntaxLine, wanted: string): void {
    const message = 'The indentation mixes tabs and blanks in another way than the lines above.';
    this.#indentation(line, { message, wanted, title: 'Indent as the lines above' });
  }

  #indentation(line: SyntaxLine, { message, wanted, title }: { message: string; wanted: string; title: string }): void {
    const range = { file: this.path, start: line.start, end: line.start + Math.max(1, line.indent.length) };
    const edit = { range: { file: this.path, start: line.start, end: line.start + line.indent.length }, text: wanted };
    this.report.add({ ...problem('scenario-indentation', range, message, 'Indent it as its neighbours, or below `in`, `repeat` or `parallel`.'), fixes: [{ title, edits: [edit] }] });
  }
}

function isDeeper(indent: string, outer: string): boolean {
  if (indent.startsWith(outer)) return indent.length > outer.length;
  return !outer.startsWith(indent) && columns(indent) > columns(outer);
}

function columns(indent: string): number {
  let column = 0;
  for (const char of indent) column = char === '\t' ? column - (column % TAB) + TAB : column + 1;
  return column;
}
