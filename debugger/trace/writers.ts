/**
 * Who wrote many stretches of memory last, in one look through the undo log: the position right before
 * the last change of each. In portions, and only so far back; what was not found by then stays open.
 */
import type { History } from '../../emulator/history/history.ts';

/** Records that are read without a pause. */
const PORTION = 1 << 13;

/** A stretch of physical memory. */
export interface Stretch {
  readonly base: number;
  /** Bytes. */
  readonly size: number;
}

/** What became of the search. */
export interface LastWrites {
  /** Position right before the last change of a stretch; nothing for those that no record of the log changes. */
  readonly positions: ReadonlyMap<Stretch, number>;
  /** Whether the log was read to its beginning, and that is the beginning of the run. */
  readonly isWhole: boolean;
}

interface Open {
  readonly end: number;
  readonly stretch: Stretch;
}

/** The last changes of stretches before the present, in at most `most` records of the log. The machine must stand in the same place whenever it goes on. */
export function* lastWrites(history: History, stretches: readonly Stretch[], most: number): Generator<void, LastWrites> {
  const positions = new Map<Stretch, number>();
  const here = history.position;
  const oldest = Math.max(history.oldest, here - most);
  const pages = byPage(stretches);
  for (let at = here; at > oldest && positions.size < stretches.length; ) {
    const to = Math.max(oldest, at - PORTION);
    history.find(at, to, ({ label }, index, position) => {
      if (label?.kind !== 'memory') return false;
      const address = (label.base ?? 0) + index * 4;
      for (const { stretch, end } of pages.get(Math.floor(address / 4096)) ?? []) {
        if (stretch.base < address + 4 && address < end && !positions.has(stretch)) positions.set(stretch, position);
      }
      return positions.size >= stretches.length;
    });
    at = to;
    yield;
  }
  return { positions, isWhole: oldest === 0 };
}

/** The stretches that touch each page. */
function byPage(stretches: readonly Stretch[]): ReadonlyMap<number, readonly Open[]> {
  const pages = new Map<number, Open[]>();
  for (const stretch of stretches) {
    const end = stretch.base + stretch.size;
    for (let page = Math.floor(stretch.base / 4096); page * 4096 < end; page++) {
      const known = pages.get(page);
      if (known === undefined) pages.set(page, [{ end, stretch }]);
      else known.push({ end, stretch });
    }
  }
  return pages;
}
