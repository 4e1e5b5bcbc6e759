/**
 * Who physical memory belongs to: names over address ranges, changeable and undoable. Nothing is
 * enforced by it; hypervisor models and views read it.
 */
import type { History } from '../history/history.ts';
import { ReplayedLog } from '../history/replayedLog.ts';
import type { Region } from './regions.ts';

/** A range with its owner. */
export interface OwnedRange {
  readonly base: number;
  readonly size: number;
  readonly owner: string;
}

/** A range that changes hands; undefined gives it to nobody. */
interface Handover {
  readonly base: number;
  readonly size: number;
  readonly owner: string | undefined;
}

/** The owners of a machine's memory. */
export class Owners {
  readonly #log: ReplayedLog<Handover, OwnedRange[]>;

  constructor(history: History, regions: readonly Region[]) {
    const owned = regions.flatMap(({ base, size, owner }) => (owner === undefined ? [] : [{ base, size, owner }]));
    this.#log = new ReplayedLog<Handover, OwnedRange[]>(history, 'owners', { start: () => [...owned], apply: handOver });
  }

  /** All ranges that have an owner, in ascending order; neighbours of one owner are one. */
  get ranges(): readonly OwnedRange[] {
    return this.#log.state;
  }

  /** The owner of an address, or undefined. */
  at(address: number): string | undefined {
    const { state } = this.#log;
    const range = state[firstBehind(state, address) - 1];
    return range !== undefined && address < range.base + range.size ? range.owner : undefined;
  }

  /** Gives a range to an owner, or to nobody. */
  set(base: number, size: number, owner: string | undefined): void {
    if (size > 0) this.#log.push({ base, size, owner });
  }
}

/** Index of the first range that begins behind an address. */
function firstBehind(ranges: readonly OwnedRange[], address: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.base ?? 0) > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Puts a range in place of what was there. */
function handOver(ranges: OwnedRange[], { base, size, owner }: Handover): void {
  const end = base + size;
  // One range further on each side, so that neighbours can be joined.
  const from = Math.max(0, firstBehind(ranges, base) - 2);
  const to = Math.min(ranges.length, firstBehind(ranges, end) + 1);
  const kept = ranges.slice(from, to).flatMap((r) => {
    const left = { ...r, size: Math.min(r.base + r.size, base) - r.base };
    const right = { ...r, base: Math.max(r.base, end), size: r.base + r.size - Math.max(r.base, end) };
    return [left, right].filter((piece) => piece.size > 0);
  });
  const pieces = owner === undefined ? kept : [...kept, { base, size, owner }];
  ranges.splice(from, to - from, ...joined(pieces.sort((a, b) => a.base - b.base)));
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
