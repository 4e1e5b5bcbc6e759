/**
 * The machine as it is at another recorded position, seen from where it stands: the log between the two
 * is read in portions, and what differs is put into the machine for as long as a question takes. Caches
 * are left as they are: nothing that is asked this way may look into them.
 */
import type { Cells, History } from '../../emulator/history/history.ts';
import type { Machine } from '../../emulator/machine/machine.ts';

/** Records that are read without a pause. */
const PORTION = 1 << 15;

/** The cells that differ at another position, with what they hold there. */
export type OtherState = ReadonlyMap<Cells, ReadonlyMap<number, number>>;

/**
 * What is different at another position. Undefined where that is no longer held, or where more than
 * `most` cells differ. The machine must stand in the same place whenever it goes on.
 */
export function* stateAt(history: History, position: number, most: number): Generator<void, OtherState | undefined> {
  if (position < history.oldest || position > history.newest) return undefined;
  const here = history.position;
  const direction = position < here ? -1 : 1;
  const state = new Map<Cells, Map<number, number>>();
  let count = 0;
  for (let at = here; at !== position; ) {
    const to = direction < 0 ? Math.max(position, at - PORTION) : Math.min(position, at + PORTION);
    // Going away from the present, what a cell holds at the end of the way is the last that is met.
    history.find(at, to, (cells, index, _position, other) => {
      if (cells.label?.kind === 'records') return false;
      let known = state.get(cells);
      if (known === undefined) state.set(cells, (known = new Map()));
      if (!known.has(index)) count++;
      known.set(index, other);
      return count > most;
    });
    if (count > most) return undefined;
    at = to;
    if (at !== position) yield;
  }
  return state;
}

/** Asks something of the machine in another state; all is as before afterwards. */
export function inState<T>({ history }: Machine, state: OtherState, ask: () => T): T {
  if (state.size === 0) return ask();
  return history.speculate(() => {
    for (const [cells, values] of state) for (const [index, value] of values) cells.set(index, value);
    // What is derived from cells follows the moves of the history.
    history.seek(history.position);
    return ask();
  });
}
