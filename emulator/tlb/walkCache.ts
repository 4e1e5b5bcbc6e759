/**
 * The walk cache: table descriptors above the last level, so that a walk can start further down. An
 * entry says where the table of a level lies for a stretch of addresses, and which hierarchical
 * limits were met on the way. It is what makes a TLBI with Leaf=1 too little after a table was freed.
 */
import { mixHash, Table } from './table.ts';
import type { History } from '../history/history.ts';
import type { Regime } from '../walk/regime.ts';
import type { Tag } from './tlb.ts';

/** Word offsets of an entry's record. */
export const WALK = {
  /** World [2:0], stage 2 [3], level of the table [10:8], granule code [15:14], size covered [25:20]. */
  tag: 2,
  /** VMID [15:0], ASID [31:16]. */
  ids: 3,
  addressLo: 4,
  addressHi: 5,
  tableLo: 6,
  tableHi: 7,
  limits: 8,
} as const;

const WIDTH = 9;
const NO_EVICTION = (): void => undefined;

/** A walk cache of both stages. */
export class WalkCache {
  readonly table: Table;

  constructor(history: History, name: string, limit: number) {
    this.table = new Table(history, { name, width: WIDTH, limit });
  }

  /** The record offset of the deepest table known for an address, or 0. */
  lookup(tag: Tag, regime: Regime): number {
    if (this.table.count === 0) return 0;
    for (let level = 3; level > regime.start; level--) {
      const at = this.#find(tag, regime, level);
      if (at !== 0) return at;
    }
    return 0;
  }

  #find(tag: Tag, regime: Regime, level: number): number {
    const table = this.table;
    const size = regime.page + (4 - level) * regime.stride;
    const shape = shapeOf(tag, regime, level);
    for (let slot = table.first(hashOf(tag, size, shape)); slot !== 0; slot = table.next(slot)) {
      const at = slot * WIDTH;
      const data = table.data;
      if (data[at + WALK.tag] !== shape || data[at + WALK.ids] !== (tag.vmid | (tag.asid << 16))) continue;
      if (data[at + WALK.addressLo] === baseLo(tag.lo, size) && data[at + WALK.addressHi] === baseHi(tag.hi, size)) return at;
    }
    return 0;
  }

  /** Remembers where the table of a level lies. */
  insert(tag: Tag, regime: Regime, found: TableFound): void {
    const { level } = found;
    if (this.#find(tag, regime, level) !== 0) return;
    const table = this.table;
    const size = regime.page + (4 - level) * regime.stride;
    const shape = shapeOf(tag, regime, level);
    const slot = table.insert(hashOf(tag, size, shape), NO_EVICTION);
    table.set(slot, WALK.tag, shape);
    table.set(slot, WALK.ids, tag.vmid | (tag.asid << 16));
    table.set(slot, WALK.addressLo, baseLo(tag.lo, size));
    table.set(slot, WALK.addressHi, baseHi(tag.hi, size));
    table.set(slot, WALK.tableLo, found.lo);
    table.set(slot, WALK.tableHi, found.hi);
    table.set(slot, WALK.limits, found.limits);
  }

  /** Removes every entry that a test picks; gives how many. */
  removeWhere(test: (at: number, data: Int32Array) => boolean): number {
    return this.table.removeWhere(test);
  }
}

/** A table met on a walk. */
export interface TableFound {
  readonly level: number;
  readonly hi: number;
  readonly lo: number;
  readonly limits: number;
}

function shapeOf(tag: Tag, regime: Regime, level: number): number {
  const size = regime.page + (4 - level) * regime.stride;
  return tag.world | ((regime.stage - 1) << 3) | (level << 8) | (regime.tg << 14) | (size << 20);
}

function baseLo(lo: number, size: number): number {
  return size >= 32 ? 0 : lo & (-1 << size);
}

function baseHi(hi: number, size: number): number {
  return size > 32 ? hi & (-1 << (size - 32)) : hi;
}

function hashOf(tag: Tag, size: number, shape: number): number {
  return mixHash(mixHash(baseLo(tag.lo, size), baseHi(tag.hi, size)), (tag.vmid << 16) ^ tag.asid ^ shape);
}
