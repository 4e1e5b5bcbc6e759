/**
 * The expanded text while it grows, and the table that leads from it back to the files: stretches
 * copied from a file as they are, and macro invocations, of which only the place is kept.
 */

/** The columns of the segment table. */
export const SegmentColumn = {
  /** Where the segment starts in the expanded text; it ends where the next one starts. */
  out: 0,
  /** The index of the inclusion it comes from. */
  inclusion: 1,
  /** Where it starts in the cooked text of that inclusion's file. */
  source: 2,
  /** Of an invocation, where that ends; of a line whose columns need not agree, where the line ends. */
  sourceEnd: 3,
  /** Of an invocation, the length of the macro log; otherwise one of the marks below. */
  log: 4,
} as const;

/** How many entries one segment has. */
export const SEGMENT_WIDTH = 5;
/** In the log column: text copied as it is, character for character. */
export const COPIED = -1;
/** In the log column: a line that a linemarker says comes from here, perhaps with other columns. */
export const APPROXIMATE = -2;

/** Where an invocation stands in a file. */
export interface InvocationPlace {
  readonly inclusion: number;
  readonly start: number;
  readonly end: number;
  readonly log: number;
}

/** Text and segments under construction. */
export class Output {
  private parts: string[];
  length: number;
  segments: Int32Array;
  segmentCount: number;

  /** Empty, or the first part of an earlier output. */
  constructor(text = '', segments = new Int32Array(1024 * SEGMENT_WIDTH), segmentCount = 0) {
    this.parts = text === '' ? [] : [text];
    this.length = text.length;
    this.segments = segments;
    this.segmentCount = segmentCount;
  }

  /** Appends text copied from an offset of an inclusion. */
  copy(inclusion: number, source: number, text: string): void {
    if (text === '') return;
    if (!this.continues(inclusion, source)) this.push(inclusion, source, -1, COPIED);
    this.parts.push(text);
    this.length += text.length;
  }

  /** Appends the expansion of an invocation. */
  expand(place: InvocationPlace, text: string): void {
    this.push(place.inclusion, place.start, place.end, place.log);
    this.parts.push(text);
    this.length += text.length;
  }

  /** Appends a line that a linemarker assigns to another place. */
  approximate(place: InvocationPlace, text: string): void {
    if (text === '') return;
    this.push(place.inclusion, place.start, place.end, APPROXIMATE);
    this.parts.push(text);
    this.length += text.length;
  }

  /** The whole text; nothing can be appended afterwards. */
  finish(): string {
    const text = this.parts.join('');
    this.parts = [];
    return text;
  }

  private continues(inclusion: number, source: number): boolean {
    const { segments } = this;
    const at = (this.segmentCount - 1) * SEGMENT_WIDTH;
    if (at < 0 || segments[at + SegmentColumn.log] !== COPIED || segments[at + SegmentColumn.inclusion] !== inclusion) return false;
    const length = this.length - (segments[at + SegmentColumn.out] ?? 0);
    return (segments[at + SegmentColumn.source] ?? 0) + length === source;
  }

  private push(inclusion: number, source: number, sourceEnd: number, log: number): void {
    const at = this.segmentCount++ * SEGMENT_WIDTH;
    if (at + SEGMENT_WIDTH > this.segments.length) this.grow();
    const { segments } = this;
    segments[at] = this.length;
    segments[at + 1] = inclusion;
    segments[at + 2] = source;
    segments[at + 3] = sourceEnd;
    segments[at + 4] = log;
  }

  private grow(): void {
    const segments = new Int32Array(2 * this.segments.length);
    segments.set(this.segments);
    this.segments = segments;
  }
}
