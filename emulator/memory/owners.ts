/**
 * Who physical memory belongs to: names over address ranges, changeable and undoable. Nothing is
 * enforced by it; hypervisor models and views read it.
 */
import { Box } from '../history/box.ts';
import type { History } from '../history/history.ts';
import type { Region } from './regions.ts';

/** A range with its owner. */
export interface OwnedRange {
  readonly base: number;
  readonly size: number;
  readonly owner: string;
}

/** The owners of a machine's memory. */
export class Owners {
  readonly #ranges: Box<readonly OwnedRange[]>;

  constructor(history: History, regions: readonly Region[]) {
    const owned = regions.flatMap(({ base, size, owner }) => (owner === undefined ? [] : [{ base, size, owner }]));
    this.#ranges = new Box<readonly OwnedRange[]>(history, 'owners', owned);
  }

  /** All ranges that have an owner, in ascending order. */
  get ranges(): readonly OwnedRange[] {
    return this.#ranges.value;
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
    this.#ranges.value = joined(next.sort((a, b) => a.base - b.base));
  }
}

/** Neighbours of one owner as one range. */
function joined(ranges: readonly OwnedRange[]): OwnedRange[] {
  const result: OwnedRange[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    if (last !== undefined && last.owner === range.owner && last.base + last.size === range.base) result[result.length - 1] = { ...last, size: last.size + range.size };
    else result.push(range);
  }
  return result;
}
