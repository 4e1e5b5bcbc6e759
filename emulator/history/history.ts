/**
 * The undo log: every change of machine state is one record of (which cells, index, value). Undoing
 * a record swaps it with the present value, so the same records lead forwards again. A position is a
 * count of records since the machine was made; any position that is still held can be sought to, in
 * either direction, exactly. Bounded by a number of records: the oldest are forgotten first.
 * State that is derived from cells (lookup accelerators) is not recorded; it watches `epoch`.
 */

/** A run of machine state, 32 bits per cell, all of whose changes go through `set`. */
export class Cells {
  /** The values; read freely, never write. */
  data: Int32Array;
  readonly #history: History;
  readonly #id: number;
  /** Names the state in hashes: the same for the same state in another machine. */
  readonly seed: number;

  constructor(history: History, length: number, seed: number) {
    this.data = new Int32Array(length);
    this.#history = history;
    this.seed = seed;
    this.#id = history.register(this);
  }

  /** Stores a value (taken modulo 2^32), recording the old one where a history is kept. */
  set(index: number, value: number): void {
    const signed = value | 0;
    const old = this.data[index];
    if (old === signed || old === undefined) return;
    if (this.#history.recording) this.#history.note(this.#id, index, old);
    this.data[index] = signed;
  }

  /** Puts other values of another length in place of all present ones. */
  replace(data: Int32Array): void {
    if (this.#history.recording) this.#history.noteReplaced(this.#id, this.data);
    this.data = data;
  }
}

const REPLACED = -1;
const FIRST_CAPACITY = 1 << 12;

/** What limits a history. */
export interface HistoryOptions {
  /** Records kept at most (12 bytes each), rounded up to a power of two. */
  readonly maxRecords?: number;
}

/** The undo log of one machine. */
export class History {
  /** Whether changes are being recorded. */
  recording = false;
  /** Grows whenever state changed other than by `set`: accelerators compare it. */
  epoch = 0;
  readonly #cells: Cells[] = [];
  readonly #replaced: Int32Array[] = [];
  readonly #maxRecords: number;
  #log = new Int32Array(FIRST_CAPACITY * 3);
  #mask = FIRST_CAPACITY - 1;
  #position = 0;
  #top = 0;
  #oldest = 0;
  #isUnbounded = false;
  #marks: number[] = [];
  #step = 0;

  constructor(options: HistoryOptions = {}) {
    this.#maxRecords = 2 ** Math.ceil(Math.log2(Math.max(FIRST_CAPACITY, options.maxRecords ?? 1 << 24)));
  }

  /** Adds cells to the machine; the result is their number in records. */
  register(cells: Cells): number {
    return this.#cells.push(cells) - 1;
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
  note(id: number, index: number, old: number): void {
    if (this.#position - this.#oldest > this.#mask) this.#makeRoom();
    // A change in the past makes another future: the steps ahead are no more.
    if (this.#position !== this.#top) this.#marks.length = this.#step;
    const at = (this.#position & this.#mask) * 3;
    const log = this.#log;
    log[at] = id;
    log[at + 1] = index;
    log[at + 2] = old;
    this.#top = ++this.#position;
  }

  /** Records that all values of some cells were replaced; called by `Cells` only. */
  noteReplaced(id: number, old: Int32Array): void {
    this.note(id, REPLACED, this.#replaced.push(old) - 1);
  }

  #makeRoom(): void {
    const capacity = this.#mask + 1;
    if (capacity >= this.#maxRecords && !this.#isUnbounded) {
      // The oldest quarter goes at once, so that making room stays rare.
      this.#oldest += capacity >>> 2;
      return;
    }
    const grown = new Int32Array(capacity * 6);
    for (let p = this.#oldest; p < this.#position; ) {
      const from = p & this.#mask;
      const run = Math.min(this.#position - p, capacity - from);
      grown.set(this.#log.subarray(from * 3, (from + run) * 3), (p & (capacity * 2 - 1)) * 3);
      p += run;
    }
    this.#log = grown;
    this.#mask = capacity * 2 - 1;
  }

  /** Ends a step: the present position becomes one that `back` and `forward` count. */
  mark(): void {
    this.#marks.length = this.#step;
    this.#marks.push(this.#position);
    this.#step = this.#marks.length;
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

  /** Brings the machine to the state it had at a position; false where that is no longer held. */
  seek(position: number): boolean {
    if (position < this.#oldest || position > this.#top) return false;
    const top = this.#top;
    while (this.#position > position) this.#swap(--this.#position);
    while (this.#position < position) this.#swap(this.#position++);
    this.#top = top;
    this.epoch++;
    return true;
  }

  /**
   * Runs something and undoes whatever it changed, leaving this log as it was: for asking what would
   * happen. Positions seen by an observer meanwhile count from 0 and mean nothing afterwards.
   */
  speculate<T>(run: () => T): T {
    const saved = { marks: this.#marks, step: this.#step, log: this.#log, mask: this.#mask, position: this.#position, top: this.#top, oldest: this.#oldest };
    const { recording } = this;
    const replaced = this.#replaced.length;
    this.#log = new Int32Array(FIRST_CAPACITY * 3);
    this.#mask = FIRST_CAPACITY - 1;
    this.#position = this.#top = this.#oldest = this.#step = 0;
    this.#marks = [];
    this.recording = true;
    this.#isUnbounded = true;
    const result = run();
    this.seek(0);
    this.recording = recording;
    this.#isUnbounded = false;
    this.#replaced.length = replaced;
    this.#marks = saved.marks;
    this.#step = saved.step;
    this.#log = saved.log;
    this.#mask = saved.mask;
    this.#position = saved.position;
    this.#top = saved.top;
    this.#oldest = saved.oldest;
    return result;
  }

  #swap(position: number): void {
    const log = this.#log;
    const at = (position & this.#mask) * 3;
    const cells = this.#cells[log[at] ?? 0];
    const index = log[at + 1] ?? 0;
    const old = log[at + 2] ?? 0;
    if (cells === undefined) return;
    if (index === REPLACED) {
      const other = this.#replaced[old];
      this.#replaced[old] = cells.data;
      if (other !== undefined) cells.data = other;
      return;
    }
    log[at + 2] = cells.data[index] ?? 0;
    cells.data[index] = old;
  }
}
