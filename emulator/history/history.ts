/**
 * The undo log: every change of machine state is one record of (which cell, old value). Undoing
 * a record swaps it with the present value, so the same records lead forwards again. A position is a
 * count of records since the machine was made; any position that is still held can be sought to, in
 * either direction, exactly. Bounded by a number of records: the oldest are forgotten first.
 * State that is derived from cells (lookup accelerators) is not recorded; it watches `epoch`.
 */

/** What some cells hold, so that a change can be told to people. Cells without a label are bookkeeping. */
export interface CellsLabel {
  readonly kind: 'memory' | 'registers' | 'records' | 'state';
  /** The same for the same state in every run, for example `smmu0.tlb`. */
  readonly name: string;
  /** Memory: physical address of the first cell. */
  readonly base?: number;
  /** Records: cells of one record; the first record is number 0. */
  readonly width?: number;
  /** State: what each cell is. Cells beyond the list are called by their number. */
  readonly fields?: readonly string[];
  /** State that is one value: the value that the cells stand for, as text. */
  readonly show?: (cells: readonly number[]) => string;
}

/** One change of one cell. */
export interface CellChange {
  /** The position right before it. */
  readonly position: number;
  readonly cells: Cells;
  readonly index: number;
  readonly before: number;
  readonly after: number;
}

/** A run of machine state, 32 bits per cell, all of whose changes go through `set`. */
export class Cells {
  /** The values; read freely, never write. */
  data: Int32Array;
  /** Where the cells lie in the history's numbering of all state. */
  base: number;
  readonly #history: History;
  /** Names the state in hashes: the same for the same state in another machine. */
  readonly seed: number;
  readonly label: CellsLabel | undefined;

  constructor(history: History, length: number, seed: number, label?: CellsLabel) {
    this.data = new Int32Array(length);
    this.#history = history;
    this.seed = seed;
    this.label = label;
    this.base = history.register(this, length);
  }

  /** Stores a value (taken modulo 2^32), recording the old one where a history is kept. */
  set(index: number, value: number): void {
    const signed = value | 0;
    const old = this.data[index];
    if (old === signed || old === undefined) return;
    if (this.#history.recording) this.#history.note(this.base + index, old);
    this.data[index] = signed;
  }

  /** Puts other values of another length in place of all present ones. */
  replace(data: Int32Array): void {
    if (this.#history.recording) this.#history.noteReplaced({ cells: this, data: this.data, base: this.base });
    this.base = this.#history.place(this, data.length);
    this.data = data;
  }
}

/** Values that were replaced as a whole. */
interface Replaced {
  readonly cells: Cells;
  readonly data: Int32Array;
  readonly base: number;
}

/** The log that is set aside while something is only tried. */
interface Saved {
  readonly marks: number[];
  readonly step: number;
  readonly ring: Int32Array[];
  readonly position: number;
  readonly top: number;
  readonly oldest: number;
  readonly recording: boolean;
  readonly isUnbounded: boolean;
  readonly replaced: number;
}

const REPLACED = -1;
/** The log lies in segments of this many records, so that it grows without being copied. */
const SEGMENT_BITS = 12;
const SEGMENT = 1 << SEGMENT_BITS;
/** Segments of the log at least; none is reserved before its first record. */
const LEAST_SEGMENTS = 4;
const NO_SEGMENT: Int32Array = new Int32Array(0);
/** Cells are numbered in runs of this many. */
const RUN_BITS = 10;

/** What limits a history. */
export interface HistoryOptions {
  /** Records kept at most (8 bytes each), rounded up to a power of two. */
  readonly maxRecords?: number;
}

/** The undo log of one machine. */
export class History {
  /** Whether changes are being recorded. */
  recording = false;
  /** Grows whenever state changed other than by `set`: accelerators compare it. */
  epoch = 0;
  readonly #cells: Cells[] = [];
  readonly #runs: Cells[] = [];
  /** Number of the first run of the same numbering, for each run. */
  readonly #firstRuns: number[] = [];
  readonly #replaced: Replaced[] = [];
  readonly #mostSegments: number;
  /** A ring of segments: the record at a position lies in the one of the number that the position begins with. */
  #ring: Int32Array[] = [];
  /** The segment that the next record goes to; none where that one begins a segment, or another place was sought. */
  #open = NO_SEGMENT;
  #position = 0;
  #top = 0;
  #oldest = 0;
  #isUnbounded = false;
  #marks: number[] = [];
  #step = 0;
  readonly #onSeek: (() => void)[] = [];

  constructor(options: HistoryOptions = {}) {
    this.#mostSegments = 2 ** Math.ceil(Math.log2(Math.max(LEAST_SEGMENTS, (options.maxRecords ?? 1 << 24) / SEGMENT)));
  }

  /** Adds cells to the machine; the result is the number of the first one. */
  register(cells: Cells, length: number): number {
    this.#cells.push(cells);
    return this.place(cells, length);
  }

  /** Numbers cells anew, for another length. */
  place(cells: Cells, length: number): number {
    const first = this.#runs.length;
    for (let i = 0; i < length; i += 1 << RUN_BITS) {
      this.#runs.push(cells);
      this.#firstRuns.push(first);
    }
    return first << RUN_BITS;
  }

  /** All cells, in the order in which they were made. */
  get cells(): readonly Cells[] {
    return this.#cells;
  }

  /** Where in the log the machine is. */
  get position(): number {
    return this.#position;
  }

  /** The oldest position that can still be sought to. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The newest position that can be sought to. */
  get newest(): number {
    return this.#top;
  }

  /** Records one change; called by `Cells` only. */
  note(where: number, old: number): void {
    const slot = this.#position & (SEGMENT - 1);
    if (slot === 0 || this.#open === NO_SEGMENT) this.#openSegment();
    // A change in the past makes another future: the steps ahead are no more.
    if (this.#position !== this.#top) this.#marks.length = this.#step;
    this.#open[slot << 1] = where;
    this.#open[(slot << 1) + 1] = old;
    this.#top = ++this.#position;
  }

  /** Records that all values of some cells are about to be replaced; called by `Cells` only. */
  noteReplaced(old: Replaced): void {
    this.note(REPLACED, this.#replaced.push(old) - 1);
  }

  #openSegment(): void {
    const number = Math.floor(this.#position / SEGMENT);
    const first = Math.floor(this.#oldest / SEGMENT);
    if (number - first >= this.#ring.length) this.#makeRoom(first);
    const at = number & (this.#ring.length - 1);
    this.#open = this.#ring[at] ??= new Int32Array(SEGMENT * 2);
  }

  #makeRoom(first: number): void {
    const count = this.#ring.length;
    if (count >= this.#mostSegments && !this.#isUnbounded) {
      // The oldest quarter goes at once, so that making room stays rare.
      this.#oldest = (first + (count >>> 2)) * SEGMENT;
      return;
    }
    const ring = new Array<Int32Array>(Math.max(LEAST_SEGMENTS, count * 2));
    for (let number = first; number < first + count; number++) {
      const segment = this.#ring[number & (count - 1)];
      if (segment !== undefined) ring[number & (ring.length - 1)] = segment;
    }
    this.#ring = ring;
  }

  /** The segment that the record at a position lies in. */
  #segment(position: number): Int32Array {
    return this.#ring[(position >>> SEGMENT_BITS) & (this.#ring.length - 1)] ?? NO_SEGMENT;
  }

  /** Ends a step: the present position becomes one that `back` and `forward` count. */
  mark(): void {
    if (this.#marks.length !== this.#step) this.#marks.length = this.#step;
    this.#marks.push(this.#position);
    this.#step++;
  }

  /** How many marks lie behind, and how many ahead after going back. */
  get steps(): { readonly behind: number; readonly ahead: number } {
    return { behind: this.#step, ahead: this.#marks.length - this.#step };
  }

  /**
   * Goes back over n steps: to the state before the n-th last `mark`ed step ran. False, and nothing
   * happens, where the log does not reach that far.
   */
  back(n: number): boolean {
    if (n > this.#step) return false;
    const target = this.#step - n;
    const position = target === 0 ? 0 : (this.#marks[target - 1] ?? 0);
    if (!this.seek(position)) return false;
    this.#step = target;
    return true;
  }

  /** Goes forward again over n steps that `back` has undone; false where there are fewer. */
  forward(n: number): boolean {
    const position = this.#marks[this.#step + n - 1];
    if (n === 0) return true;
    if (position === undefined || !this.seek(position)) return false;
    this.#step += n;
    return true;
  }

  /** Tells somebody of each `seek`: for what is derived from state and cannot afford to watch `epoch`. */
  onSeek(listener: () => void): void {
    this.#onSeek.push(listener);
  }

  /** Brings the machine to the state it had at a position; false where that is no longer held. */
  seek(position: number): boolean {
    if (position < this.#oldest || position > this.#top) return false;
    const top = this.#top;
    while (this.#position > position) this.#swap(--this.#position);
    while (this.#position < position) this.#swap(this.#position++);
    this.#top = top;
    this.#open = NO_SEGMENT;
    this.epoch++;
    for (const listener of this.#onSeek) listener();
    return true;
  }

  /**
   * Looks through the records between two positions, from the one towards the other, for one that a
   * test picks; gives the position right before that change, or -1. Values that were replaced as a
   * whole (tables that grew) are passed over: their cells kept what they held. `other` is the value
   * before the change for what lies behind the present position, the value after it for what is ahead.
   */
  find(from: number, to: number, test: (cells: Cells, index: number, position: number, other: number) => boolean): number {
    const by = from < to ? 1 : -1;
    const end = Math.max(this.#oldest, Math.min(this.#top, to)) + Math.min(by, 0);
    for (let p = Math.max(this.#oldest, Math.min(this.#top, from)) + Math.min(by, 0); p !== end; p += by) {
      const segment = this.#segment(p);
      const at = (p & (SEGMENT - 1)) << 1;
      const where = segment[at] ?? REPLACED;
      const cells = where === REPLACED ? undefined : this.#runs[where >>> RUN_BITS];
      if (cells !== undefined && test(cells, where - ((this.#firstRuns[where >>> RUN_BITS] ?? 0) << RUN_BITS), p, segment[at + 1] ?? 0)) return p;
    }
    return -1;
  }

  /** All changes between two positions that are still held, in the order in which they were made. Leaves the machine where it is. */
  changes(from: number, to: number): CellChange[] {
    const here = this.#position;
    if (from >= to || !this.seek(to)) return [];
    const found: CellChange[] = [];
    const later = new Map<Cells, Map<number, number>>();
    // From the present backwards: what a change led to is what the next one found.
    this.find(to, from, (cells, index, position, before) => {
      let known = later.get(cells);
      if (known === undefined) later.set(cells, (known = new Map()));
      found.push({ position, cells, index, before, after: known.get(index) ?? cells.data[index] ?? 0 });
      known.set(index, before);
      return false;
    });
    this.seek(here);
    return found.reverse();
  }

  /**
   * Runs something and undoes whatever it changed, leaving this log as it was: for asking what would
   * happen, and for seeing once more what did. Positions go on from the present one, so that what is
   * run again from where it started meets the positions that it had.
   */
  speculate<T>(run: () => T): T {
    const saved = this.#enter();
    try {
      return run();
    } finally {
      this.#leave(saved);
    }
  }

  /** The same for something that pauses; the machine is nobody else's until it ends, or is left. */
  *speculateSteps<T>(run: () => Generator<void, T>): Generator<void, T> {
    const saved = this.#enter();
    try {
      return yield* run();
    } finally {
      this.#leave(saved);
    }
  }

  #enter(): Saved {
    const saved: Saved = {
      marks: this.#marks, step: this.#step, ring: this.#ring, position: this.#position, top: this.#top, oldest: this.#oldest,
      recording: this.recording, isUnbounded: this.#isUnbounded, replaced: this.#replaced.length,
    };
    this.#ring = [];
    this.#open = NO_SEGMENT;
    this.#top = this.#oldest = this.#position;
    this.#step = 0;
    this.#marks = [];
    this.recording = true;
    this.#isUnbounded = true;
    return saved;
  }

  #leave(saved: Saved): void {
    this.seek(saved.position);
    this.recording = saved.recording;
    this.#isUnbounded = saved.isUnbounded;
    this.#replaced.length = saved.replaced;
    this.#marks = saved.marks;
    this.#step = saved.step;
    this.#ring = saved.ring;
    this.#top = saved.top;
    this.#oldest = saved.oldest;
  }

  #swap(position: number): void {
    const segment = this.#segment(position);
    const at = (position & (SEGMENT - 1)) << 1;
    const where = segment[at] ?? 0;
    const old = segment[at + 1] ?? 0;
    if (where === REPLACED) {
      this.#swapWhole(old);
      return;
    }
    const cells = this.#runs[where >>> RUN_BITS];
    if (cells === undefined) return;
    const index = (where - cells.base) | 0;
    segment[at + 1] = cells.data[index] ?? 0;
    cells.data[index] = old;
  }

  #swapWhole(index: number): void {
    const other = this.#replaced[index];
    if (other === undefined) return;
    const { cells } = other;
    this.#replaced[index] = { cells, data: cells.data, base: cells.base };
    cells.data = other.data;
    cells.base = other.base;
  }
}
