/**
 * Stalled transactions: parked until CMD_RESUME or CMD_STALL_TERM names them, or SMMUEN goes off. The
 * STAG is the slot number. A stall whose event record found no room is retried once there is room.
 */
import { Cells, type History } from '../history/history.ts';
import { seedOf } from '../history/hash.ts';
import type { Request } from './request.ts';

const WORDS = 10;
const STATE = 0;

/** The slot is free. */
export const FREE = 0;
/** Parked, and its record written. */
export const PARKED = 1;
/** Parked; its record waits for room in the event queue. */
export const UNREPORTED = 2;

/** The stalled transactions of one SMMU. */
export class Stalls {
  readonly #cells: Cells;
  readonly #limit: number;

  constructor(history: History, name: string, limit: number) {
    this.#limit = limit;
    this.#cells = new Cells(history, limit * WORDS, seedOf(`${name}.stalls`), { kind: 'records', name: `${name}.stalls`, width: WORDS });
  }

  /** Parks a request; its STAG, or -1 where no more can stall. */
  park(request: Request): number {
    for (let stag = 0; stag < this.#limit; stag++) {
      if (this.state(stag) !== FREE) continue;
      const words = [PARKED, request.sid, request.ssid, request.hi, request.lo, request.access, request.kind, request.attr, request.share];
      words.forEach((word, i) => this.#cells.set(stag * WORDS + i, word));
      return stag;
    }
    return -1;
  }

  /** FREE, PARKED or UNREPORTED. */
  state(stag: number): number {
    return this.#cells.data[stag * WORDS + STATE] ?? FREE;
  }

  /** StreamID of a parked transaction. */
  sid(stag: number): number {
    return (this.#cells.data[stag * WORDS + 1] ?? 0) >>> 0;
  }

  /** Copies a parked transaction out. */
  read(stag: number, into: Request): void {
    const at = stag * WORDS;
    const word = (i: number): number => this.#cells.data[at + i] ?? 0;
    into.sid = word(1) >>> 0;
    into.ssid = word(2);
    into.hi = word(3);
    into.lo = word(4);
    into.access = word(5);
    into.kind = word(6);
    into.attr = word(7);
    into.share = word(8);
  }

  /** Notes that the record of a stall has to wait. */
  postpone(stag: number): void {
    this.#cells.set(stag * WORDS + STATE, UNREPORTED);
  }

  /** Frees a slot; its STAG may be used again. */
  free(stag: number): void {
    this.#cells.set(stag * WORDS + STATE, FREE);
  }

  /** The STAGs in a state. */
  inState(state: number): number[] {
    const found: number[] = [];
    for (let stag = 0; stag < this.#limit; stag++) if (this.state(stag) === state) found.push(stag);
    return found;
  }
}
