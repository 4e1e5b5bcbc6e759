/**
 * Address translation caches of devices (ATC): what ATS translation requests returned, per StreamID
 * and SubstreamID, until CMD_ATC_INV takes it away. One store holds the caches of all devices behind
 * an SMMU; they never see each other's entries.
 */
import type { History } from '../history/history.ts';
import { Cells } from '../history/history.ts';
import { seedOf } from '../history/hash.ts';
import { mixHash, Table } from '../tlb/table.ts';

/** Word offsets of an entry's record. */
export const ATC = { sid: 2, ssid: 3, pageLo: 4, pageHi: 5, outLo: 6, outHi: 7, permissions: 8, size: 9 } as const;

const WIDTH = 10;
const LIMIT = 1 << 16;
const NO_EVICTION = (): void => undefined;
const SIZES: readonly number[] = [12, 14, 16, 21, 25, 29, 30, 36, 42, 52];

/** One translation that a device holds. */
export interface AtcEntry {
  readonly sid: number;
  /** -1 for none. */
  readonly ssid: number;
  /** Address and output as signed halves; bits below the size do not matter. */
  readonly hi: number;
  readonly lo: number;
  readonly outHi: number;
  readonly outLo: number;
  /** READ, WRITE, INSTRUCTION. */
  readonly permissions: number;
  /** log2 of bytes, one of the mapping sizes. */
  readonly size: number;
}

/** What an invalidation names. */
export interface AtcScope {
  readonly sid: number;
  /** -1: translations without SubstreamID; undefined: all of them. */
  readonly ssid: number | undefined;
  /** First byte, and length in bytes; undefined is everything. */
  readonly range: { readonly base: number; readonly length: number } | undefined;
}

/** The ATCs behind one SMMU. */
export class AtcStore {
  readonly table: Table;
  /** StreamIDs that do not answer invalidations, for showing CERROR_ATC_INV_SYNC. */
  readonly #silent = new Set<number>();
  readonly #state: Cells;

  constructor(history: History, name: string) {
    this.table = new Table(history, { name: `${name}.atc`, width: WIDTH, limit: LIMIT });
    this.#state = new Cells(history, 1, seedOf(`${name}.atc.timeout`), { kind: 'state', name: `${name}.atc`, fields: ['timeout'] });
  }

  /** Makes a device answer invalidations, or not. Not part of the history. */
  setResponsive(sid: number, isResponsive: boolean): void {
    if (isResponsive) this.#silent.delete(sid);
    else this.#silent.add(sid);
  }

  /** Whether an invalidation timed out since the last `clearTimeout`. */
  get hasTimedOut(): boolean {
    return this.#state.data[0] === 1;
  }

  /** Forgets a timeout: it has been reported. */
  clearTimeout(): void {
    this.#state.set(0, 0);
  }

  /** Keeps a translation. */
  insert(entry: AtcEntry): void {
    const mask = -1 << Math.min(31, entry.size);
    const lo = entry.size >= 32 ? 0 : entry.lo & mask;
    const hi = entry.size > 32 ? entry.hi & (-1 << Math.min(31, entry.size - 32)) : entry.hi;
    const slot = this.table.insert(hashOf(entry.sid, { hi, lo, size: entry.size }), NO_EVICTION);
    const words = [entry.sid, entry.ssid, lo, hi, entry.outLo, entry.outHi, entry.permissions, entry.size];
    words.forEach((word, i) => this.table.set(slot, ATC.sid + i, word));
  }

  /** The record offset of a device's translation of an address, or 0. */
  lookup(sid: number, ssid: number, address: { readonly hi: number; readonly lo: number }): number {
    const { table } = this;
    const { data } = table;
    for (const size of SIZES) {
      const lo = size >= 32 ? 0 : address.lo & (-1 << size);
      const hi = size > 32 ? address.hi & (-1 << (size - 32)) : address.hi;
      for (let slot = table.first(hashOf(sid, { hi, lo, size })); slot !== 0; slot = table.next(slot)) {
        const at = slot * WIDTH;
        const isSame = data[at + ATC.sid] === (sid | 0) && data[at + ATC.ssid] === ssid && data[at + ATC.size] === size;
        if (isSame && data[at + ATC.pageLo] === lo && data[at + ATC.pageHi] === hi) return at;
      }
    }
    return 0;
  }

  /** Carries out an invalidation; gives how many entries went. */
  invalidate(scope: AtcScope): number {
    if (this.#silent.has(scope.sid)) {
      this.#state.set(0, 1);
      return 0;
    }
    return this.table.removeWhere((at, data) => {
      if ((data[at + ATC.sid] ?? 0) >>> 0 !== scope.sid) return false;
      if (scope.ssid !== undefined && data[at + ATC.ssid] !== scope.ssid) return false;
      if (scope.range === undefined) return true;
      const base = ((data[at + ATC.pageHi] ?? 0) >>> 0) * 2 ** 32 + ((data[at + ATC.pageLo] ?? 0) >>> 0);
      const length = 2 ** (data[at + ATC.size] ?? 12);
      return base < scope.range.base + scope.range.length && base + length > scope.range.base;
    });
  }
}

function hashOf(sid: number, page: { readonly hi: number; readonly lo: number; readonly size: number }): number {
  return mixHash(mixHash(page.lo, page.hi), (sid << 6) ^ page.size);
}
