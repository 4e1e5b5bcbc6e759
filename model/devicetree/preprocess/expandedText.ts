/**
 * The finished text and its way back to the files. The table says where each stretch comes from;
 * what a macro put where is found out by expanding the invocation once more when somebody asks.
 */
import type { SourceRange } from '../../problem.ts';
import type { SourceFile } from '../source/files.ts';
import type { Expansion, ExpandedText, Inclusion, Origin } from '../source/origin.ts';
import { COMMAND_LINE } from './builtins.ts';
import { countUpTo } from './cook.ts';
import { definitionAround, macrosThatReach, mentions } from './bodyUses.ts';
import { type MacroDefinition, nameRange } from './define.ts';
import { APPROXIMATE, COPIED, SEGMENT_WIDTH, SegmentColumn } from './output.ts';
import type { PrintedToken } from './printer.ts';
import { replay } from './replay.ts';
import { scanFile, type ScannedFile } from './scan.ts';
import { rangeIn } from './state.ts';
import type { MacroTable } from './table.ts';
import type { LiveExpansion } from './token.ts';

/** What a finished run leaves behind. */
export interface FinishedRun {
  readonly text: string;
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly inclusions: readonly Inclusion[];
  readonly segments: Int32Array;
  readonly segmentCount: number;
  readonly table: MacroTable;
}

/** One row of the segment table. */
export interface Segment {
  readonly index: number;
  readonly out: number;
  readonly outEnd: number;
  readonly inclusion: number;
  readonly source: number;
  readonly sourceEnd: number;
  readonly log: number;
}

/** `ExpandedText` over a segment table. */
export class ExpandedTextTable implements ExpandedText {
  readonly text: string;
  readonly root: Inclusion;
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly inclusions: readonly Inclusion[];
  private readonly run: FinishedRun;
  private readonly replays = new Map<number, readonly PrintedToken[]>();

  constructor(run: FinishedRun) {
    this.run = run;
    this.text = run.text;
    this.files = run.files;
    this.inclusions = run.inclusions;
    this.root = run.inclusions[0] ?? { file: { path: '', text: '' }, parent: undefined, directive: undefined };
  }

  origin(start: number, end: number): Origin {
    const first = this.originAt(start, Math.min(end, this.endOfSegment(start)));
    if (end <= start + 1 || end <= this.endOfSegment(start)) {
      if (first.expansion === undefined) return first;
      return end <= start + 1 ? first : this.withinInvocation(first, end);
    }
    return join(first, this.originAt(end - 1, end));
  }

  offsetsOf(file: string, offset: number): number[] {
    const source = this.files.get(file);
    if (source === undefined) return [];
    const definition = definitionAround(scanFile(source), scanFile(source).cooked.cooked(offset));
    if (definition !== undefined) return this.offsetsInBody(definition, file, offset);
    const { segments, segmentCount } = this.run;
    const offsets: number[] = [];
    for (let i = 0; i < segmentCount; i++) {
      const inclusion = this.inclusions[segments[i * SEGMENT_WIDTH + SegmentColumn.inclusion] ?? 0];
      if (inclusion?.file !== source) continue;
      const at = this.inSegment(this.segment(i), source, offset);
      if (at >= 0) offsets.push(at);
    }
    return offsets;
  }

  /** The offsets of what every use of a macro made of one place of its body. */
  private offsetsInBody(definition: MacroDefinition, file: string, offset: number): number[] {
    const names = macrosThatReach(this.run.table, definition.name);
    const offsets: number[] = [];
    for (let i = 0; i < this.run.segmentCount; i++) {
      const segment = this.segment(i);
      if (segment.log < 0 || !mentions(this.scanOf(segment).text.slice(segment.source, segment.sourceEnd), names)) continue;
      for (const at of this.piecesWrittenAt(segment, file, offset)) offsets.push(segment.out + at);
    }
    return offsets;
  }

  /** The number of rows of the table. */
  get segmentCount(): number {
    return this.run.segmentCount;
  }

  /** One row of the table. */
  segment(index: number): Segment {
    const { segments, segmentCount, text } = this.run;
    const at = index * SEGMENT_WIDTH;
    const column = (offset: number): number => segments[at + offset] ?? 0;
    return {
      index,
      out: column(SegmentColumn.out),
      outEnd: index + 1 < segmentCount ? column(SEGMENT_WIDTH) : text.length,
      inclusion: column(SegmentColumn.inclusion),
      source: column(SegmentColumn.source),
      sourceEnd: column(SegmentColumn.sourceEnd),
      log: column(SegmentColumn.log),
    };
  }

  /** The row that an offset falls in. */
  segmentAt(offset: number): Segment {
    const { segments, segmentCount } = this.run;
    const after = countUpTo(segmentCount, (i) => (segments[i * SEGMENT_WIDTH] ?? 0) <= offset);
    return this.segment(Math.max(0, after - 1));
  }

  /** The tokens of an expansion with what they came through. */
  pieces(segment: Segment): readonly PrintedToken[] {
    const known = this.replays.get(segment.index);
    if (known !== undefined) return known;
    const made = replay(this.scanOf(segment), segment, this.run.table);
    this.replays.set(segment.index, made);
    return made;
  }

  private scanOf(segment: Segment): ScannedFile {
    return scanFile((this.inclusions[segment.inclusion] ?? this.root).file);
  }

  private endOfSegment(offset: number): number {
    return this.run.segmentCount === 0 ? offset : this.segmentAt(offset).outEnd;
  }

  /** The origin of text that lies in one segment. */
  private originAt(start: number, end: number): Origin {
    if (this.run.segmentCount === 0) return this.nowhere();
    const segment = this.segmentAt(start);
    const inclusion = this.inclusions[segment.inclusion] ?? this.root;
    const { file } = inclusion;
    if (segment.log === COPIED) {
      const length = file.text.length;
      const range = clamp(rangeIn(this.scanOf(segment), segment.source + start - segment.out, segment.source + end - segment.out), length);
      return { inclusion, spelling: range, range, expansion: undefined };
    }
    if (segment.log === APPROXIMATE) {
      const at = (offset: number): number => Math.min(segment.source + offset - segment.out, segment.sourceEnd);
      const range = { file: file.path, start: at(start), end: at(end) };
      return { inclusion, spelling: range, range, expansion: undefined };
    }
    return this.expandedOrigin(segment, inclusion, start);
  }

  private nowhere(): Origin {
    const range = { file: this.root.file.path, start: 0, end: 0 };
    return { inclusion: this.root, spelling: range, range, expansion: undefined };
  }

  private expandedOrigin(segment: Segment, inclusion: Inclusion, start: number): Origin {
    const range = rangeIn(this.scanOf(segment), segment.source, segment.sourceEnd);
    const token = pieceAt(this.pieces(segment), start - segment.out)?.token;
    const scan = token?.scan;
    if (token === undefined || scan === undefined) return { inclusion, spelling: range, range, expansion: undefined };
    const written = scan.text.startsWith(token.text, token.pos);
    const spelling = rangeIn(scan, token.pos, token.pos + (written ? token.text.length : 1));
    return { inclusion, spelling, range, expansion: expansionOf(token.expansion, range) };
  }

  /** Widens the origin of an expansion's first token to the last before `end`, where both are written together. */
  private withinInvocation(first: Origin, end: number): Origin {
    const last = this.originAt(end - 1, end);
    const together = last.spelling.file === first.spelling.file && last.spelling.end >= first.spelling.start
      && last.expansion?.definition?.start === first.expansion?.definition?.start;
    return together ? { ...first, spelling: { ...first.spelling, end: last.spelling.end } } : first;
  }

  private inSegment(segment: Segment, file: SourceFile, offset: number): number {
    if (segment.log === APPROXIMATE) {
      const at = segment.out + offset - segment.source;
      return offset >= segment.source && at < segment.outEnd ? at : -1;
    }
    const here = scanFile(file).cooked.cooked(offset);
    if (segment.log === COPIED) {
      const at = segment.out + here - segment.source;
      return here >= segment.source && at < segment.outEnd ? at : -1;
    }
    if (here < segment.source || here >= segment.sourceEnd) return -1;
    return segment.out + (this.piecesWrittenAt(segment, file.path, offset)[0] ?? 0);
  }

  /** Where in an expansion the tokens stand that are written at a place. */
  private piecesWrittenAt(segment: Segment, file: string, offset: number): number[] {
    const found: number[] = [];
    for (const { at, token } of this.pieces(segment)) {
      if (token.scan?.file.path !== file) continue;
      const { start, end } = rangeIn(token.scan, token.pos, token.pos + token.text.length);
      if (offset >= start && offset < end) found.push(at + offset - start);
    }
    return found;
  }
}

function pieceAt(pieces: readonly PrintedToken[], offset: number): PrintedToken | undefined {
  const after = countUpTo(pieces.length, (i) => (pieces[i]?.at ?? 0) <= offset);
  return pieces[Math.max(0, after - 1)];
}

function clamp(range: SourceRange, length: number): SourceRange {
  return range.end <= length ? range : { file: range.file, start: Math.min(range.start, length), end: length };
}

function expansionOf(live: LiveExpansion | undefined, top: SourceRange): Expansion | undefined {
  if (live === undefined) return undefined;
  const { definition, name, close, parent } = live;
  const isTop = parent === undefined;
  const last = close ?? name;
  const place = name.scan === undefined || last.scan !== name.scan || last.pos < name.pos
    ? top
    : rangeIn(name.scan, name.pos, last.pos + last.text.length);
  return {
    macro: definition.name,
    definition: definition.scan.file.path === COMMAND_LINE ? undefined : nameRange(definition),
    invocation: isTop ? top : place,
    parent: expansionOf(parent, top),
  };
}

/** The origin from one to another, in the innermost file that holds both. */
function join(first: Origin, last: Origin): Origin {
  const chain = new Map<Inclusion, SourceRange>();
  for (let at: Inclusion | undefined = first.inclusion, range: SourceRange | undefined = first.range; at !== undefined && range !== undefined; range = at.directive, at = at.parent) {
    chain.set(at, range);
  }
  for (let at: Inclusion | undefined = last.inclusion, range: SourceRange | undefined = last.range; at !== undefined && range !== undefined; range = at.directive, at = at.parent) {
    const from = chain.get(at);
    if (from === undefined) continue;
    const whole = { file: range.file, start: Math.min(from.start, range.start), end: Math.max(from.end, range.end) };
    const plain = first.expansion === undefined && at === first.inclusion;
    return { inclusion: at, spelling: plain ? whole : first.spelling, range: whole, expansion: first.expansion };
  }
  return first;
}
