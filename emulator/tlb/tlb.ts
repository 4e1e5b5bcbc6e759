/**
 * A translation lookaside buffer. One class serves both kinds: translations of virtual addresses
 * (stage 1, or both stages combined) and of intermediate addresses (stage 2). Entries are tagged as
 * the architecture tags them, and exactly those are removed that a command names. Which entries may
 * exist at all (never faults, never AF=0) is up to the walk.
 */
import { META_FREE, mixHash, Table, type TableOptions } from './table.ts';
import type { History } from '../history/history.ts';

/** Word offsets of an entry's record. */
export const ENTRY = {
  /** World in [2:0], ASET [3], global [4], size [13:8], granule code [15:14], level [18:16], stage-1 size [25:20]. */
  tag: 2,
  /** VMID in [15:0], ASID in [31:16]. */
  ids: 3,
  addressLo: 4,
  addressHi: 5,
  outLo: 6,
  outHi: 7,
  ipaLo: 8,
  ipaHi: 9,
  /** Stage-1 permissions [7:0], stage-2 [15:8], clean at stage 1 [16] and 2 [17], translated by stage 2 [18]. */
  perm: 10,
  /** MAIR byte [7:0], shareability [9:8], stage-2 MemAttr [15:12]. */
  attr: 11,
  /** The stream that filled the entry, and its CD index. */
  sid: 12,
  substream: 13,
} as const;

const WIDTH = 14;
/** Sizes are counted from 2^12 up to 2^43. */
const SMALLEST = 12;
const SIZES = 32;
const MASK_OWN = META_FREE;
const MASK_GLOBAL = META_FREE + 1;
const FRACTURED = META_FREE + 2;
const COUNTS_OWN = META_FREE + 3;
const COUNTS_GLOBAL = COUNTS_OWN + SIZES;
const META = 3 + 2 * SIZES;

/** Bit of `ENTRY.tag` that marks a global entry. */
export const TAG_GLOBAL = 16;
const TAG_ASET = 8;

/** What a lookup brings: the address and who asks. All numbers are signed 32-bit halves or small. */
export class Tag {
  world = 0;
  vmid = 0;
  asid = 0;
  aset = 0;
  hi = 0;
  lo = 0;
}

function hashOf(tag: Tag, size: number, asid: number): number {
  const page = size >= 32 ? mixHash(tag.hi >>> (size - 32), 0) : mixHash(tag.lo >>> size, tag.hi);
  return mixHash(page, (tag.vmid << 16) ^ asid ^ (tag.world << 14) ^ (size << 8));
}

/** A TLB. */
export class Tlb {
  readonly table: Table;
  readonly #evict = (slot: number): void => this.#uncount(slot);

  constructor(history: History, name: string, limit: number) {
    const options: TableOptions = { name, width: WIDTH, limit, meta: META };
    this.table = new Table(history, options);
  }

  /** The record offset of the entry for an address, or 0. The newest of several matches is found first. */
  lookup(tag: Tag): number {
    const meta = this.table.meta.data;
    const own = meta[MASK_OWN] ?? 0;
    const global = meta[MASK_GLOBAL] ?? 0;
    let at = 0;
    if (own !== 0) at = this.#probe(tag, own, tag.asid);
    if (at === 0 && global !== 0) at = this.#probe(tag, global, -1);
    return at;
  }

  #probe(tag: Tag, mask: number, asid: number): number {
    const table = this.table;
    for (let left = mask; left !== 0; left &= left - 1) {
      const size = SMALLEST + 31 - Math.clz32(left & -left);
      const hash = hashOf(tag, size, asid);
      for (let slot = table.first(hash); slot !== 0; slot = table.next(slot)) {
        const at = slot * WIDTH;
        if (this.#matches(at, tag, size, asid)) return at;
      }
    }
    return 0;
  }

  #matches(at: number, tag: Tag, size: number, asid: number): boolean {
    const data = this.table.data;
    const word = data[at + ENTRY.tag] ?? 0;
    if (((word >>> 8) & 63) !== size || (word & 7) !== tag.world) return false;
    const lo = data[at + ENTRY.addressLo] ?? 0;
    const hi = data[at + ENTRY.addressHi] ?? 0;
    const isSame = size >= 32 ? hi >>> (size - 32) === tag.hi >>> (size - 32) : hi === tag.hi && lo >>> size === tag.lo >>> size;
    if (!isSame) return false;
    const ids = data[at + ENTRY.ids] ?? 0;
    if ((ids & 0xffff) !== tag.vmid) return false;
    // Global entries match every ASID, but only of their own ASET.
    if (asid === -1) return (word & TAG_GLOBAL) !== 0 && ((word & TAG_ASET) !== 0) === (tag.aset !== 0);
    return (word & TAG_GLOBAL) === 0 && ids >>> 16 === asid;
  }

  /** Adds an entry; gives its slot, whose output words the caller fills. Address bits below the size are dropped. */
  insert(tag: Tag, shape: number): number {
    const table = this.table;
    const size = (shape >>> 8) & 63;
    const isGlobal = (shape & TAG_GLOBAL) !== 0;
    const asid = isGlobal ? -1 : tag.asid;
    const slot = table.insert(hashOf(tag, size, asid), this.#evict);
    table.set(slot, ENTRY.tag, shape | tag.world | (tag.aset !== 0 ? TAG_ASET : 0));
    table.set(slot, ENTRY.ids, tag.vmid | (isGlobal ? 0 : tag.asid << 16));
    table.set(slot, ENTRY.addressLo, size >= 32 ? 0 : tag.lo & (-1 << size));
    table.set(slot, ENTRY.addressHi, size > 32 ? tag.hi & (-1 << (size - 32)) : tag.hi);
    this.#count(slot, 1);
    return slot;
  }

  /** Takes an entry out. */
  remove(slot: number): void {
    this.#uncount(slot);
    this.table.remove(slot);
  }

  #uncount(slot: number): void {
    this.#count(slot, -1);
  }

  #count(slot: number, by: number): void {
    const meta = this.table.meta;
    const word = this.table.data[slot * WIDTH + ENTRY.tag] ?? 0;
    const size = (word >>> 8) & 63;
    const isGlobal = (word & TAG_GLOBAL) !== 0;
    const cell = (isGlobal ? COUNTS_GLOBAL : COUNTS_OWN) + size - SMALLEST;
    const count = (meta.data[cell] ?? 0) + by;
    meta.set(cell, count);
    const bit = 1 << (size - SMALLEST);
    const mask = isGlobal ? MASK_GLOBAL : MASK_OWN;
    const old = meta.data[mask] ?? 0;
    meta.set(mask, count > 0 ? old | bit : old & ~bit);
    if (size !== ((word >>> 20) & 63)) meta.set(FRACTURED, (meta.data[FRACTURED] ?? 0) + by);
  }

  /** Whether some entry covers less than the stage-1 mapping that it came from. */
  get isFractured(): boolean {
    return (this.table.meta.data[FRACTURED] ?? 0) !== 0;
  }

  /** Removes every entry that a test picks; gives how many. */
  removeWhere(test: (at: number, data: Int32Array) => boolean): number {
    let removed = 0;
    const table = this.table;
    if (table.count === 0) return 0;
    for (let slot = 1; slot <= table.used; slot++) {
      if (table.isLive(slot) && test(slot * WIDTH, table.data)) {
        this.remove(slot);
        removed++;
      }
    }
    return removed;
  }

  /** Removes the entries of one address and ASID (-1: the global ones) that a test picks. */
  removeAt(tag: Tag, asid: number, test: (at: number, data: Int32Array) => boolean): number {
    const table = this.table;
    let removed = 0;
    const masks = table.meta.data[asid === -1 ? MASK_GLOBAL : MASK_OWN] ?? 0;
    for (let left = masks; left !== 0; left &= left - 1) {
      const size = SMALLEST + 31 - Math.clz32(left & -left);
      const hash = hashOf(tag, size, asid);
      for (let slot = table.first(hash); slot !== 0; ) {
        const after = table.next(slot);
        if (test(slot * WIDTH, table.data)) {
          this.remove(slot);
          removed++;
        }
        slot = after;
      }
    }
    return removed;
  }
}
