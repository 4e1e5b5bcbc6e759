/**
 * Who physical memory belongs to: names over address ranges, changeable and undoable. Nothing is
 * enforced by it; hypervisor models and views read it.
 */
import { Cells, type History } from '../history/history.ts';
import { seedOf } from '../history/hash.ts';
import type { Region } from './regions.ts';

/** A range with its owner. */
export interface OwnedRange {
  readonly base: number;
  readonly size: number;
  readonly owner: string;
}

/** The owners of a machine's memory. */
export class Owners {
  // Every state that ownership has been in; the history remembers which one holds.
  readonly #versions: (readonly OwnedRange[])[];
  readonly #current: Cells;

  constructor(history: History, regions: readonly Region[]) {
    const owned = regions.flatMap(({ base, size, owner }) => (owner === undefined ? [] : [{ base, size, owner }]));
    this.#versions = [owned];
    this.#current = new Cells(history, 1, seedOf('owners'));
  }

  /** All ranges that have an owner, in ascending order. */
  get ranges(): readonly OwnedRange[] {
    return this.#versions[this.#current.data[0] ?? 0] ?? [];
  }

  /** The owner of an address, or undefined. */
  at(address: number): string | undefined {
    return this.ranges.find((r) => address >= r.base && address < r.base + r.size)?.owner;
  }

  /** Gives a range to an owner, or to nobody. */
  set(base: number, size: number, owner: string | undefined): void {
    const end = base + size;
    const kept = this.ranges.flatMap((r) => {
      const left = { ...r, size: Math.min(r.base + r.size, base) - r.base };
      const right = { ...r, base: Math.max(r.base, end), size: r.base + r.size - Math.max(r.base, end) };
      return [left, right].filter((piece) => piece.size > 0);
    });
    const next = owner === undefined ? kept : [...kept, { base, size, owner }];
    this.#versions.push(next.sort((a, b) => a.base - b.base));
    this.#current.set(0, this.#versions.length - 1);
  }
}
