/**
 * State of hypervisors and guests under the machine's undo log: named numbers, plain values, and
 * lists that only grow. All three are restored exactly by going back and forward, and are part of
 * the state hash. No clocks and no references to live objects: a `Box` holds data only.
 */
export { Box } from '../history/box.ts';
import { seedOf } from '../history/hash.ts';
import { Cells, type History } from '../history/history.ts';

/** Named unsigned 32-bit numbers, all zero at first. */
export class Fields<N extends string> {
  readonly #cells: Cells;
  readonly #places: ReadonlyMap<string, number>;

  /** `name` tells this state apart from all other state of the machine. */
  constructor(history: History, name: string, names: readonly N[]) {
    this.#cells = new Cells(history, names.length, seedOf(name));
    this.#places = new Map(names.map((n, i) => [n, i]));
  }

  /** The value of a number. */
  get(name: N): number {
    return (this.#cells.data[this.#places.get(name) ?? 0] ?? 0) >>> 0;
  }

  /** Stores a value modulo 2^32. */
  set(name: N, value: number): void {
    const place = this.#places.get(name);
    if (place !== undefined) this.#cells.set(place, value);
  }

  /** Adds to a number, and gives the sum. */
  add(name: N, by = 1): number {
    this.set(name, this.get(name) + by);
    return this.get(name);
  }
}

/** A list that grows at its end; going back shortens it, going forward brings the entries back. */
export class Journal<T> {
  readonly #length: Cells;
  readonly #entries: T[] = [];

  constructor(history: History, name: string) {
    this.#length = new Cells(history, 1, seedOf(name));
  }

  /** All entries so far. */
  get entries(): readonly T[] {
    return this.#entries.slice(0, this.length);
  }

  /** How many entries there are. */
  get length(): number {
    return this.#length.data[0] ?? 0;
  }

  /** Adds an entry. */
  push(entry: T): void {
    const { length } = this;
    this.#entries.length = length;
    this.#entries.push(entry);
    this.#length.set(0, length + 1);
  }
}
