/** Values of any shape under the undo log, for state that no run of numbers describes well. */
import { seedOf } from './hash.ts';
import { Cells, type History } from './history.ts';

/**
 * One immutable plain value (what JSON can hold, fields in a fixed order). The cells hold a hash of
 * the content, so equal contents give equal state hashes whatever way led there.
 */
export class Box<T> {
  readonly #cells: Cells;
  readonly #values = new Map<string, { readonly text: string; readonly value: T }>();

  constructor(history: History, name: string, first: T) {
    this.#cells = new Cells(history, 2, seedOf(name), { kind: 'state', name, show: ([a = 0, b = 0]) => this.#values.get(`${a}:${b}`)?.text ?? '' });
    this.#values.set('0:0', { text: JSON.stringify(first), value: first });
  }

  /** The value; change it by assigning another one. */
  get value(): T {
    const [a = 0, b = 0] = this.#cells.data;
    const found = this.#values.get(`${a}:${b}`) ?? this.#values.get('0:0');
    // The first value is stored by the constructor and never removed.
    return (found as { readonly value: T }).value;
  }

  set value(value: T) {
    const text = JSON.stringify(value);
    const first = this.#values.get('0:0');
    if (text === first?.text) this.#point(0, 0);
    else this.#store(text, value);
  }

  #store(text: string, value: T): void {
    const a = seedOf(text) | 1;
    // Two texts of one hash get neighbouring places.
    for (let b = seedOf(`${text.length}${text}`); ; b = (b + 1) | 0) {
      const key = `${a}:${b}`;
      const found = this.#values.get(key);
      if (found !== undefined && found.text !== text) continue;
      this.#values.set(key, { text, value });
      this.#point(a, b);
      return;
    }
  }

  #point(a: number, b: number): void {
    this.#cells.set(0, a);
    this.#cells.set(1, b);
  }
}
