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

/** An entry of a journal, with all that came before it. */
interface JournalNode<T> {
  readonly entry: T;
  readonly text: string;
  readonly previous: number;
}

/**
 * A list that grows at its end; going back shortens it, going forward brings the entries back. Entries
 * are plain values as in a `Box`. The list is kept as a chain, so that entries added in the past never
 * push out those of the future, and the hash is of the contents.
 */
export class Journal<T> {
  readonly #cells: Cells;
  readonly #nodes = new Map<number, JournalNode<T>>();
  #read: { readonly tip: number; readonly entries: readonly T[] } = { tip: 0, entries: [] };

  constructor(history: History, name: string) {
    this.#cells = new Cells(history, 2, seedOf(name), { kind: 'state', name, show: ([length = 0]) => `${length} entries` });
  }

  /** All entries so far. */
  get entries(): readonly T[] {
    const tip = this.#tip;
    if (this.#read.tip !== tip) this.#read = { tip, entries: this.#chain(tip) };
    return this.#read.entries;
  }

  /** How many entries there are. */
  get length(): number {
    return this.#cells.data[0] ?? 0;
  }

  get #tip(): number {
    return this.#cells.data[1] ?? 0;
  }

  #chain(tip: number): T[] {
    const entries: T[] = [];
    for (let node = this.#nodes.get(tip); node !== undefined; node = this.#nodes.get(node.previous)) entries.push(node.entry);
    return entries.reverse();
  }

  /** Adds an entry. */
  push(entry: T): void {
    const previous = this.#tip;
    const text = JSON.stringify(entry);
    const first = seedOf(`${previous}:${text}`);
    // Another entry of the same hash takes the next number; 0 is the empty list.
    for (let id = first; ; id = (id + 1) | 0) {
      const found = this.#nodes.get(id);
      if (id === 0 || (found !== undefined && (found.text !== text || found.previous !== previous))) continue;
      if (found === undefined) this.#nodes.set(id, { entry, text, previous });
      this.#cells.set(0, this.length + 1);
      this.#cells.set(1, id);
      return;
    }
  }
}
