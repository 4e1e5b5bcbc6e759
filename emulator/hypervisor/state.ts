/**
 * State of hypervisors and guests under the machine's undo log: named numbers, plain values, and
 * lists that only grow. All three are restored exactly by going back and forward, and are part of
 * the state hash. No clocks and no references to live objects: a `Box` holds data only.
 */
export { Box } from '../history/box.ts';
import { seedOf } from '../history/hash.ts';
import { Cells, type History } from '../history/history.ts';
import { LogTree } from '../history/logTree.ts';

/** Named unsigned 32-bit numbers, all zero at first. */
export class Fields<N extends string> {
  readonly #cells: Cells;
  readonly #places: ReadonlyMap<string, number>;

  /** `name` tells this state apart from all other state of the machine. */
  constructor(history: History, name: string, names: readonly N[]) {
    this.#cells = new Cells(history, names.length, seedOf(name), { kind: 'state', name, fields: names });
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

/** A list that grows at its end; going back shortens it, going forward brings the entries back. Entries are plain values as in a `Box`. */
export class Journal<T> {
  readonly #log: LogTree<T>;
  #read: { readonly tip: number; readonly entries: readonly T[] } = { tip: 0, entries: [] };

  constructor(history: History, name: string) {
    this.#log = new LogTree(history, name);
  }

  /** All entries so far. */
  get entries(): readonly T[] {
    const { tip } = this.#log;
    if (this.#read.tip !== tip) this.#read = { tip, entries: this.#log.since(0) ?? [] };
    return this.#read.entries;
  }

  /** How many entries there are. */
  get length(): number {
    return this.#log.length;
  }

  /** Adds an entry. */
  push(entry: T): void {
    this.#log.push(entry);
  }
}
