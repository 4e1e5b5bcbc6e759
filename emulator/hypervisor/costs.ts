/**
 * What a piece of work costs, as counts: no times, since those depend on the machine. Counters are
 * state under the undo log like everything else.
 */
import type { History } from '../history/history.ts';
import { Fields } from './state.ts';

/** What is counted, with its meaning. */
export const COST_NAMES = {
  traps: 'Accesses of a guest to emulated registers.',
  hypercalls: 'Calls of a guest or of a tool into the hypervisor or kernel.',
  guestCommands: 'Commands of guests that the hypervisor carried out.',
  commands: 'Commands put into the queue of a physical SMMU.',
  syncs: 'CMD_SYNC among them: each is waited for.',
  invalidations: 'CFGI, TLBI and ATC_INV among them.',
  tableReads: 'Reads of tables, queues and entries in the memory of a guest.',
  tableWrites: 'Descriptors written into translation tables.',
  entryWrites: 'Stream table entries and context descriptors written.',
  interrupts: 'Interrupts given to a guest.',
} as const;

/** The name of a counter. */
export type CostName = keyof typeof COST_NAMES;

/** The values of all counters. */
export type CostTable = Readonly<Record<CostName, number>>;

const NAMES = Object.keys(COST_NAMES) as CostName[];

/** The counters of one hypervisor. */
export class Costs {
  readonly #fields: Fields<CostName>;

  constructor(history: History, name: string) {
    this.#fields = new Fields(history, `${name}.costs`, NAMES);
  }

  /** Counts something. */
  count(name: CostName, by = 1): void {
    this.#fields.add(name, by);
  }

  /** The value of one counter. */
  get(name: CostName): number {
    return this.#fields.get(name);
  }

  /** All values now. */
  get table(): CostTable {
    return Object.fromEntries(NAMES.map((n) => [n, this.get(n)])) as CostTable;
  }

  /** What was counted since an earlier `table`. */
  since(earlier: CostTable): CostTable {
    return Object.fromEntries(NAMES.map((n) => [n, this.get(n) - earlier[n]])) as CostTable;
  }
}
