/**
 * The configuration cache: stream table entries, context descriptors and both kinds of level-1
 * descriptors, each kept until a CMD_CFGI names it. Failed fetches are never kept, invalid (V=0) and
 * illegal structures are: an SMMU may do so, and drivers must reckon with it.
 */
import type { History } from '../history/history.ts';
import { mixHash, Table } from '../tlb/table.ts';

/** What a record caches. */
export const KIND = { ste: 1, cd: 2, l1std: 3, l1cd: 4 } as const;

/** Word offsets of a record. */
export const CONFIG = {
  kind: 2,
  /** The StreamID; the first one of its range for a level-1 stream table descriptor. */
  sid: 3,
  /** CD index, twice the level-1 CD index (plus 1 for 64K leaves), or log2 of the range of a level-1 stream table descriptor. */
  index: 4,
  /** Number of the compiled structure, or the low half of a level-1 descriptor. */
  value: 5,
  valueHi: 6,
  /** Where it was read. */
  addressLo: 7,
  addressHi: 8,
} as const;

const WIDTH = 9;
const GUESSES = 256;
const NO_EVICTION = (): void => undefined;

/** The configuration cache of one SMMU. */
export class ConfigCache {
  readonly table: Table;
  /** Whether anything is cached at all. */
  readonly isOn: boolean;
  // Where records were found last: saves the hashing on most lookups.
  readonly #guesses = new Int32Array(GUESSES);
  readonly #history: History;
  #changes = 0;

  constructor(history: History, name: string, limit: number) {
    this.table = new Table(history, { name, width: WIDTH, limit });
    this.#history = history;
    this.isOn = limit > 0;
  }

  /** Differs from what it was whenever anything cached may have changed. */
  get version(): number {
    return this.#changes + this.#history.epoch;
  }

  /** The record offset of a structure, or 0. */
  find(kind: number, sid: number, index: number): number {
    const data = this.table.data;
    const guess = ((sid << 3) ^ (index << 5) ^ kind) & (GUESSES - 1);
    const at = this.#guesses[guess] ?? 0;
    // Whatever became of the table since, a record that is live and says so is the right one.
    const isRight = data[at + CONFIG.sid] === (sid | 0) && data[at + CONFIG.index] === index && data[at + CONFIG.kind] === kind;
    if (isRight && data[at + 1] !== 0) return at;
    const found = this.#search(kind, sid, index);
    if (found !== 0) this.#guesses[guess] = found;
    return found;
  }

  #search(kind: number, sid: number, index: number): number {
    const table = this.table;
    const data = table.data;
    for (let slot = table.first(hashOf(kind, sid, index)); slot !== 0; slot = table.next(slot)) {
      const at = slot * WIDTH;
      if (data[at + CONFIG.sid] === (sid | 0) && data[at + CONFIG.index] === index && data[at + CONFIG.kind] === kind) return at;
    }
    return 0;
  }

  /** Adds a structure; gives its slot, whose value words the caller fills. */
  insert(kind: number, sid: number, index: number): number {
    this.#changes++;
    const slot = this.table.insert(hashOf(kind, sid, index), NO_EVICTION);
    this.table.set(slot, CONFIG.kind, kind);
    this.table.set(slot, CONFIG.sid, sid);
    this.table.set(slot, CONFIG.index, index);
    return slot;
  }

  #remove(test: (at: number, data: Int32Array) => boolean): number {
    this.#changes++;
    return this.table.removeWhere(test);
  }

  /** Removes what `CFGI_STE`, `_RANGE` and `_ALL` name: everything of count streams from first; level-1 stream descriptors unless `keepLevel1`. */
  removeStreams(first: number, count: number, keepLevel1: boolean): number {
    return this.#remove((at, data) => {
      const sid = (data[at + CONFIG.sid] ?? 0) >>> 0;
      if (data[at + CONFIG.kind] !== KIND.l1std) return sid >= first && sid < first + count;
      const range = 2 ** (data[at + CONFIG.index] ?? 0);
      return !keepLevel1 && sid < first + count && sid + range > first;
    });
  }

  /** Removes one CD of a stream, and with `level1` the level-1 descriptor that leads to it. */
  removeCd(sid: number, index: number, level1: readonly number[]): number {
    return this.#remove((at, data) => {
      if ((data[at + CONFIG.sid] ?? 0) >>> 0 !== sid) return false;
      const kind = data[at + CONFIG.kind];
      const own = data[at + CONFIG.index] ?? -1;
      return kind === KIND.cd ? own === index : kind === KIND.l1cd && level1.includes(own);
    });
  }

  /** Removes all CDs and level-1 CDs of a stream. */
  removeCds(sid: number): number {
    return this.#remove((at, data) => {
      const kind = data[at + CONFIG.kind];
      return (data[at + CONFIG.sid] ?? 0) >>> 0 === sid && (kind === KIND.cd || kind === KIND.l1cd);
    });
  }
}

function hashOf(kind: number, sid: number, index: number): number {
  return mixHash(sid, (index << 3) | kind);
}
