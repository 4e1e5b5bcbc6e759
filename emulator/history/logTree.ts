/**
 * A list that only grows, under the undo log. Going back shortens it, and another future grows another
 * branch: none is ever lost, because what is tried in the past must not push out what lies ahead. The
 * cells hold a hash of the contents, so that the same entries give the same state hash.
 */
import { seedOf } from './hash.ts';
import { Cells, type History } from './history.ts';

/** A list that ends with an entry. */
interface Node<E> {
  readonly previous: number;
  readonly length: number;
  readonly text: string;
  readonly entry: E;
}

const LENGTH = 0;
const TIP = 1;

/** The list; entries are data that JSON can hold. */
export class LogTree<E> {
  readonly #cells: Cells;
  /** By the hash of the contents; 0 is the empty list, which has no node. */
  readonly #nodes = new Map<number, Node<E>>();

  constructor(history: History, name: string) {
    this.#cells = new Cells(history, 2, seedOf(name), { kind: 'state', name, show: ([length = 0]) => `${length} entries` });
  }

  /** What the present list is known by: the same number is the same list. */
  get tip(): number {
    return this.#cells.data[TIP] ?? 0;
  }

  /** How many entries there are. */
  get length(): number {
    return this.#cells.data[LENGTH] ?? 0;
  }

  /** Adds an entry to the present list. */
  push(entry: E): void {
    const { tip: previous, length } = this;
    const text = JSON.stringify(entry);
    // Another list of the same hash takes the next number; 0 is the empty list.
    for (let id = seedOf(`${previous}:${text}`); ; id = (id + 1) | 0) {
      const found = this.#nodes.get(id);
      if (id === 0 || (found !== undefined && (found.text !== text || found.previous !== previous))) continue;
      if (found === undefined) this.#nodes.set(id, { previous, length: length + 1, text, entry });
      this.#cells.set(LENGTH, length + 1);
      this.#cells.set(TIP, id);
      return;
    }
  }

  /** The entries that the present list has beyond another one; undefined where it does not begin with that one. */
  since(tip: number): E[] | undefined {
    const from = this.#nodes.get(tip)?.length ?? 0;
    const entries: E[] = [];
    let at = this.tip;
    for (let node = this.#nodes.get(at); node !== undefined && node.length > from; node = this.#nodes.get(at)) {
      entries.push(node.entry);
      at = node.previous;
    }
    return at === tip ? entries.reverse() : undefined;
  }
}
