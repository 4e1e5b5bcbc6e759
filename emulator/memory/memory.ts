/**
 * Physical memory: 52-bit, sparse, little-endian, with holes and injected external aborts. The SMMU
 * reads it in 64-bit pieces through `load`, which answers in fields instead of objects so that a walk
 * allocates nothing. The cost of an access depends on neither the size of memory nor the number of
 * pages. No caches, no ordering: every access is coherent.
 */
import { toNumber, u64, type U64 } from '../bits/u64.ts';
import { Box } from '../history/box.ts';
import { Cells, type History } from '../history/history.ts';
import { HOLE, Page, PLAIN, SPECIAL } from './page.ts';
import { RegionMap, type Region } from './regions.ts';

const LOOKASIDE = 1024;
const NOWHERE = new Page(0, -1, HOLE);

/** Where accesses are made to abort; both reads and writes unless one is named. */
export interface AbortRange {
  readonly base: number;
  readonly size: number;
  readonly on?: 'read' | 'write';
}

/** The memory of a machine. */
export class Memory {
  /** Low and high half of what `load` read, as signed numbers. */
  lo = 0;
  hi = 0;
  readonly map: RegionMap;
  readonly #history: History;
  readonly #pages = new Map<number, Page>();
  readonly #lookaside: Page[] = new Array<Page>(LOOKASIDE).fill(NOWHERE);
  readonly #injected: Box<readonly AbortRange[]>;
  #aborts: readonly AbortRange[] = [];

  constructor(history: History, regions: readonly Region[]) {
    this.#history = history;
    this.map = new RegionMap(regions);
    this.#injected = new Box<readonly AbortRange[]>(history, 'memory.aborts', []);
    history.onSeek(() => this.#follow());
  }

  /** How many pages hold anything. */
  get pages(): number {
    let count = 0;
    for (const page of this.#pages.values()) if (page.cells !== null) count++;
    return count;
  }

  #page(key: number, top: number): Page {
    const found = this.#lookaside[key & (LOOKASIDE - 1)];
    return found !== undefined && found.key === key && found.top === top ? found : this.#find(key, top);
  }

  #find(key: number, top: number): Page {
    if (top > 0xff || top < 0) return NOWHERE;
    const number = top * 2 ** 32 + (key >>> 0);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Page(key, top, this.#kindOf(number * 4096));
      // Holes are not kept: reading all over a sparse space must not fill the host's memory.
      if (page.kind === SPECIAL) this.#pages.set(number, page);
    }
    this.#lookaside[key & (LOOKASIDE - 1)] = page;
    return page;
  }

  #kindOf(base: number): number {
    const first = this.map.at(base);
    const isWhole = first === this.map.at(base + 4095) && !this.map.regions.some((r) => r.base > base && r.base < base + 4096);
    const isInjected = this.#aborts.some((a) => a.base < base + 4096 && a.base + a.size > base);
    if (!isWhole || isInjected || first?.kind === 'mmio') return SPECIAL;
    return first === undefined ? HOLE : PLAIN;
  }

  /** The region of an access that may be done, or undefined where it aborts. */
  #special(address: number, size: number, how: 'read' | 'write'): Region | undefined {
    const isHit = (a: AbortRange): boolean => a.base < address + size && a.base + a.size > address && (a.on ?? how) === how;
    if (this.#aborts.some(isHit)) return undefined;
    const region = this.map.at(address);
    return region !== undefined && address + size <= region.base + region.size ? region : undefined;
  }

  /** Reads the aligned 64 bits at an address into `lo` and `hi`; false is an external abort. */
  load(hi: number, lo: number): boolean {
    const page = this.#page((hi << 20) | (lo >>> 12), hi >>> 12);
    if (page.kind !== PLAIN) return this.#loadSpecial(page, address(hi, lo));
    const words = page.words;
    const at = (lo & 0xff8) >>> 2;
    this.lo = words[at] ?? 0;
    this.hi = words[at + 1] ?? 0;
    return true;
  }

  #loadSpecial(page: Page, at: number): boolean {
    const aligned = at - (at % 8);
    const region = page.kind === HOLE ? undefined : this.#special(aligned, 8, 'read');
    if (region === undefined) return false;
    const value = region.device?.read(aligned - region.base, 8);
    this.lo = (value?.lo ?? page.words[(aligned % 4096) / 4] ?? 0) | 0;
    this.hi = (value?.hi ?? page.words[(aligned % 4096) / 4 + 1] ?? 0) | 0;
    return true;
  }

  /** Writes 32 aligned bits; false is an external abort. */
  store32(hi: number, lo: number, value: number): boolean {
    const page = this.#page((hi << 20) | (lo >>> 12), hi >>> 12);
    if (page.kind !== PLAIN) {
      const at = address(hi, lo);
      const region = page.kind === HOLE ? undefined : this.#special(at, 4, 'write');
      if (region === undefined) return false;
      if (region.device !== undefined) {
        region.device.write(at - region.base, 4, u64(0, value));
        return true;
      }
    }
    this.#put(page, (lo & 0xffc) >>> 2, value);
    return true;
  }

  /** Writes 64 aligned bits; false is an external abort. */
  store(at: U64, value: U64): boolean {
    const page = this.#page((at.hi << 20) | (at.lo >>> 12), at.hi >>> 12);
    if (page.kind === SPECIAL) {
      const region = this.#special(toNumber(at), 8, 'write');
      if (region?.device !== undefined) {
        region.device.write(toNumber(at) - region.base, 8, value);
        return true;
      }
      if (region === undefined) return false;
    }
    return this.store32(at.hi, at.lo, value.lo) && this.store32(at.hi, at.lo + 4, value.hi);
  }

  #put(page: Page, index: number, value: number): void {
    if (page.cells === null) {
      if (value === 0) return;
      const base = (page.top * 2 ** 32 + (page.key >>> 0)) * 4096;
      page.cells = new Cells(this.#history, 1024, Math.imul(page.key, 0x9e3779b1) ^ (page.top << 24), { kind: 'memory', name: 'memory', base });
      page.words = page.cells.data;
      this.#pages.set(page.top * 2 ** 32 + (page.key >>> 0), page);
    }
    page.cells.set(index, value);
  }

  /** Whether the 4 KB page at an address is plain memory that nothing has ever been written to. */
  isBlank(at: number): boolean {
    const page = this.#page(Math.floor(at / 4096) | 0, Math.floor(at / 2 ** 44));
    return page.kind === PLAIN && page.cells === null;
  }

  /** Copies bytes out; undefined where any of them aborts. Device registers read as whole words. */
  read(from: number, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    for (let at = from; at < from + length; ) {
      const word = at - (at % 8);
      if (at >= 2 ** 52 || !this.load(Math.floor(word / 2 ** 32), word | 0)) return undefined;
      for (const end = Math.min(from + length, word + 8); at < end; at++) {
        const byte = at - word;
        bytes[at - from] = (byte < 4 ? this.lo : this.hi) >>> ((byte & 3) * 8);
      }
    }
    return bytes;
  }

  /** Copies bytes in, word by word; false where one aborts (what lies before it has been written). */
  write(to: number, bytes: ArrayLike<number>): boolean {
    for (let i = 0; i < bytes.length; ) {
      const at = to + i;
      const word = at - (at % 4);
      const take = Math.min(4 - (at % 4), bytes.length - i);
      let value = 0;
      let mask = 0;
      for (let k = 0; k < take; k++) {
        value |= (bytes[i + k] ?? 0) << ((at % 4 + k) * 8);
        mask |= 0xff << ((at % 4 + k) * 8);
      }
      if (!this.#storeMasked(word, value, mask)) return false;
      i += take;
    }
    return true;
  }

  #storeMasked(word: number, value: number, mask: number): boolean {
    const hi = Math.floor(word / 2 ** 32);
    if (word >= 2 ** 52) return false;
    if (mask === -1) return this.store32(hi, word | 0, value);
    if (!this.load(hi, word | 0)) return false;
    const old = word % 8 < 4 ? this.lo : this.hi;
    return this.store32(hi, word | 0, (old & ~mask) | value);
  }

  /** Makes accesses to these ranges abort from now on, instead of those given before. */
  injectAborts(ranges: readonly AbortRange[]): void {
    this.#injected.value = ranges;
    this.#follow();
  }

  /** The ranges whose accesses are made to abort. */
  get injected(): readonly AbortRange[] {
    return this.#aborts;
  }

  /** Brings what pages are in line with the ranges in force. */
  #follow(): void {
    if (this.#aborts === this.#injected.value) return;
    this.#aborts = this.#injected.value;
    this.#lookaside.fill(NOWHERE);
    for (const [number, page] of this.#pages) page.kind = this.#kindOf(number * 4096);
  }
}

function address(hi: number, lo: number): number {
  return (hi >>> 0) * 2 ** 32 + (lo >>> 0);
}
