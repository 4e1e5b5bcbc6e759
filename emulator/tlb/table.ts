/**
 * A hash table of fixed-size records in undoable cells: the storage of every TLB and configuration
 * cache. Lookups cost the same at any size; the table doubles until its limit, then the oldest slot
 * goes. What a record means, and when two are equal, is the business of its user.
 */
import { Cells, type History } from '../history/history.ts';
import { seedOf } from '../history/hash.ts';

/** Words of a record that the table itself uses: chain link and hash. */
export const RECORD_HEADER = 2;

const USED = 0;
const FREE = 1;
const CLOCK = 2;
const COUNT = 3;
/** The first word of `meta` that users of a table may have for themselves. */
export const META_FREE = 4;
const FIRST_SLOTS = 16;

/** What a table is made with. */
export interface TableOptions {
  readonly name: string;
  /** Words per record, header included. */
  readonly width: number;
  /** Most records; 0 switches the table off. */
  readonly limit: number;
  /** Words of user state beside the records. */
  readonly meta?: number;
}

/** The table. Slots are record numbers from 1; a record starts at word slot * width of `data`. */
export class Table {
  readonly width: number;
  readonly limit: number;
  readonly meta: Cells;
  readonly #records: Cells;
  readonly #heads: Cells;

  constructor(history: History, options: TableOptions) {
    this.width = options.width;
    this.limit = options.limit;
    const slots = options.limit === 0 ? 0 : FIRST_SLOTS;
    this.#records = new Cells(history, (slots + 1) * options.width, seedOf(`${options.name}.records`), { kind: 'records', name: options.name, width: options.width });
    this.#heads = new Cells(history, Math.max(1, slots * 2), seedOf(`${options.name}.heads`));
    this.meta = new Cells(history, META_FREE + (options.meta ?? 0), seedOf(`${options.name}.meta`));
  }

  /** The words of all records. */
  get data(): Int32Array {
    return this.#records.data;
  }

  /** How many records are live. */
  get count(): number {
    return this.meta.data[COUNT] ?? 0;
  }

  /** The slots in use lie at 1..used; some of them may be free. */
  get used(): number {
    return this.meta.data[USED] ?? 0;
  }

  /** The first slot of a hash's chain; 0 ends a chain. */
  first(hash: number): number {
    const heads = this.#heads.data;
    return heads[hash & (heads.length - 1)] ?? 0;
  }

  /** The slot after another in its chain. */
  next(slot: number): number {
    return this.#records.data[slot * this.width] ?? 0;
  }

  /** Whether a slot holds a record: free ones have a zero hash word. */
  isLive(slot: number): boolean {
    return this.#records.data[slot * this.width + 1] !== 0;
  }

  /** Writes one word of a record, `word` counting from its start. */
  set(slot: number, word: number, value: number): void {
    this.#records.set(slot * this.width + word, value);
  }

  /**
   * Adds a record and gives its slot; its words beyond the header keep what was there before. When
   * the table is full, `evict` hears of the slot that is about to go.
   */
  insert(hash: number, evict: (slot: number) => void): number {
    const slot = this.#take(evict);
    // The top bit tells a record from a free slot and takes no part in choosing a bucket.
    const stored = hash | 0x8000_0000;
    const heads = this.#heads;
    const bucket = stored & (heads.data.length - 1);
    this.set(slot, 0, heads.data[bucket] ?? 0);
    this.set(slot, 1, stored);
    heads.set(bucket, slot);
    return slot;
  }

  /** A slot that is in no chain, and counts as live. */
  #take(evict: (slot: number) => void): number {
    const free = this.meta.data[FREE] ?? 0;
    const used = this.used;
    if (free === 0 && used >= this.limit) {
      const victim = (this.meta.data[CLOCK] ?? 0) + 1;
      this.meta.set(CLOCK, victim % this.limit);
      evict(victim);
      this.#unlink(victim);
      return victim;
    }
    this.meta.set(COUNT, this.count + 1);
    if (free !== 0) {
      this.meta.set(FREE, this.next(free));
      return free;
    }
    if ((used + 2) * this.width > this.#records.data.length) this.#grow();
    this.meta.set(USED, used + 1);
    return used + 1;
  }

  #grow(): void {
    const old = this.#records.data;
    const slots = (old.length / this.width - 1) * 2;
    const records = new Int32Array((slots + 1) * this.width);
    records.set(old);
    const heads = new Int32Array(slots * 2);
    for (let slot = 1; slot <= this.used; slot++) {
      const hash = records[slot * this.width + 1] ?? 0;
      if (hash === 0) continue;
      records[slot * this.width] = heads[hash & (heads.length - 1)] ?? 0;
      heads[hash & (heads.length - 1)] = slot;
    }
    this.#records.replace(records);
    this.#heads.replace(heads);
  }

  /** Takes a live record out. */
  remove(slot: number): void {
    this.#unlink(slot);
    this.set(slot, 1, 0);
    this.set(slot, 0, this.meta.data[FREE] ?? 0);
    this.meta.set(FREE, slot);
    this.meta.set(COUNT, this.count - 1);
  }

  #unlink(slot: number): void {
    const heads = this.#heads;
    const bucket = (this.data[slot * this.width + 1] ?? 0) & (heads.data.length - 1);
    const after = this.next(slot);
    let at = heads.data[bucket] ?? 0;
    if (at === slot) heads.set(bucket, after);
    else {
      while (at !== 0 && this.next(at) !== slot) at = this.next(at);
      if (at !== 0) this.set(at, 0, after);
    }
  }

  /** Takes out every record that a test picks; gives how many. */
  removeWhere(test: (at: number, data: Int32Array) => boolean): number {
    if (this.count === 0) return 0;
    let removed = 0;
    for (let slot = 1; slot <= this.used; slot++) {
      if (this.isLive(slot) && test(slot * this.width, this.data)) {
        this.remove(slot);
        removed++;
      }
    }
    return removed;
  }
}

/** Mixes two words into a hash. */
export function mixHash(a: number, b: number): number {
  const h = Math.imul(a ^ (b >>> 15) ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1);
  return h ^ (h >>> 15);
}
