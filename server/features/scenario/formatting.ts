/**
 * Formatting of a scenario: two blanks for each block, one between the parts of a line, comments behind
 * neighbouring lines under each other, no blanks at line ends. Only white space changes, and nothing in
 * a file whose blocks or strings are in doubt.
 */
import { Pace } from '../../../debugger/scenario/pace.ts';
import type { SyntaxLine, SyntaxNode } from '../../../debugger/scenario/syntax/tree.ts';
import type { FormatEdit } from '../formatting.ts';
import { fileOf, type ScenarioDocument } from './document.ts';

const INDENT = '  ';
/** A comment further to the right than this is not brought into line with its neighbours. */
const MAX_COLUMN = 80;
/** Lines before a comment that are looked at. */
const LOOK_BACK = 50;

/** The edits that format `[start, end)`, in slices. */
export function* scenarioFormatEdits(document: ScenarioDocument, start = 0, end = document.text.length): Generator<void, FormatEdit[]> {
  const { tree, text } = yield* fileOf(document);
  if (tree.problems.length > 0) return [];
  const pace = new Pace();
  for (const line of tree.lines) {
    if (line.chunks.some((chunk) => chunk.unclosed !== undefined)) return [];
    if (pace.isDue(line.chunks.length)) yield;
  }
  const indents = yield* indentsOf(tree.lines, tree.nodes);
  const columns = yield* commentColumns(tree.lines, indents);
  const edits: FormatEdit[] = [];
  const take = (edit: FormatEdit): void => {
    if (edit.start <= end && edit.end >= start && text.slice(edit.start, edit.end) !== edit.text) edits.push(edit);
  };
  for (const line of tree.lines) {
    lineEdits(line, indents.get(line) ?? '', columns.get(line)).forEach(take);
    if (pace.isDue(line.end - line.start)) yield;
  }
  for (const edit of lineEnds(text)) {
    take(edit);
    if (pace.isDue()) yield;
  }
  return edits.sort((a, b) => a.start - b.start);
}

/** The indentation of each line: by its block, and for a comment by that of the next line. */
function* indentsOf(lines: readonly SyntaxLine[], nodes: readonly SyntaxNode[]): Generator<void, Map<SyntaxLine, string>> {
  const indents = new Map<SyntaxLine, string>();
  const pace = new Pace();
  const pending = nodes.map((node) => ({ node, depth: 0 }));
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (pace.isDue()) yield;
    const { node, depth } = one;
    indents.set(node.line, INDENT.repeat(depth));
    for (const child of node.body) pending.push({ node: child, depth: depth + 1 });
  }
  let next = '';
  let nextRaw: string | undefined;
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    if (pace.isDue()) yield;
    const line = lines[at];
    const own = line === undefined ? undefined : indents.get(line);
    if (line === undefined) continue;
    if (own !== undefined) [next, nextRaw] = [own, line.indent];
    // A comment at the end of a block is indented deeper than what follows, and stays with the block.
    else indents.set(line, line.indent.length > (nextRaw ?? '').length ? deeper(lines, at, indents) ?? next : next);
  }
  return indents;
}

/** The indentation of the block that a comment ends: that of the last line before it with the same one. */
function deeper(lines: readonly SyntaxLine[], from: number, indents: ReadonlyMap<SyntaxLine, string>): string | undefined {
  const indent = lines[from]?.indent ?? '';
  const before = lines.slice(Math.max(0, from - LOOK_BACK), from).findLast((line) => line.chunks.length > 0 && line.indent.length <= indent.length);
  return before?.indent === indent ? indents.get(before) : undefined;
}

/** Columns of the comments behind lines: those that are in line with each other stay, others become so by runs of lines. */
function* commentColumns(lines: readonly SyntaxLine[], indents: ReadonlyMap<SyntaxLine, string>): Generator<void, Map<SyntaxLine, number>> {
  const pace = new Pace();
  const columns = new Map<SyntaxLine, number>();
  let run: CommentLine[] = [];
  const close = (): void => {
    const widest = Math.max(0, ...run.map((one) => one.width).filter((width) => width <= MAX_COLUMN));
    const kept = keptColumn(run);
    for (const { line, width } of run) columns.set(line, kept ?? Math.max(widest, width) + 2);
    run = [];
  };
  let last = -2;
  for (const line of lines) {
    if (pace.isDue()) yield;
    if (line.comment === undefined || line.chunks.length === 0 || line.line !== last + 1) close();
    if (line.comment !== undefined && line.chunks.length > 0) run.push({ line, width: widthOf(line, indents.get(line) ?? '') });
    last = line.line;
  }
  close();
  return columns;
}

interface CommentLine {
  readonly line: SyntaxLine;
  /** Columns of the line before its comment, formatted. */
  readonly width: number;
}

/** The column that all comments of a run have already, where nothing needs to move. */
function keptColumn(run: readonly CommentLine[]): number | undefined {
  const columns = run.map(({ line }) => (line.comment?.start ?? 0) - line.start);
  const [column = 0] = columns;
  const isInLine = columns.every((one) => one === column) && run.every(({ line, width }) => width < column && !line.indent.includes('\t'));
  const isUntouched = run.length > 1 || run.every(({ line, width }) => width === line.end - line.start);
  return isInLine && isUntouched ? column : undefined;
}

function widthOf({ chunks }: SyntaxLine, indent: string): number {
  return indent.length + chunks.reduce((sum, chunk) => sum + chunk.end - chunk.start, 0) + chunks.length - 1;
}

function lineEdits(line: SyntaxLine, indent: string, column: number | undefined): FormatEdit[] {
  const { start, chunks, comment } = line;
  const first = start + line.indent.length + (chunks[0] === undefined ? 0 : chunks[0].start - start - line.indent.length);
  const edits: FormatEdit[] = [{ start: first - line.indent.length, end: first, text: indent }];
  for (const [at, chunk] of chunks.entries()) {
    const next = chunks[at + 1];
    if (next !== undefined) edits.push({ start: chunk.end, end: next.start, text: ' ' });
  }
  const last = chunks.at(-1);
  if (last !== undefined && comment !== undefined) edits.push({ start: last.end, end: comment.start, text: ' '.repeat(Math.max(1, (column ?? 0) - widthOf(line, indent))) });
  return edits;
}

/** Blanks at the ends of lines. */
function* lineEnds(text: string): Generator<FormatEdit> {
  for (const { index, 0: blanks } of text.matchAll(/(?<![ \t])[ \t]+(?=\r|\n|$)/g)) yield { start: index, end: index + blanks.length, text: '' };
}
