/**
 * A run of units in compact form: what is needed to find one and to make its steps again, in a few
 * numbers each. The state of the interpreter is kept once for the block; all else is run again.
 */
import type { RunnerState, Unit } from '../run/unit.ts';
import type { Action } from '../scenario/program.ts';
import { filtersOf } from '../trace/exceptions.ts';
import type { TraceStep } from '../trace/traceStep.ts';

/** Units of a block at most; and steps, unless its first unit has more. */
export const BLOCK_UNITS = 64;
const BLOCK_STEPS = 1024;

/** Consecutive units. */
export class Block {
  /** Number of the first unit. */
  readonly first: number;
  /** The interpreter before the first unit. */
  readonly state: RunnerState;
  /** The history position there, before any edit. */
  readonly base: number;
  count = 0;
  readonly #starts = new Float64Array(BLOCK_UNITS);
  readonly #ends = new Float64Array(BLOCK_UNITS);
  readonly #steps = new Int32Array(BLOCK_UNITS);
  readonly #exceptional = new Uint8Array(BLOCK_UNITS);
  readonly #actions: Action[] = [];
  #sum = 0;

  constructor(first: number, state: RunnerState, base: number) {
    this.first = first;
    this.state = state;
    this.base = base;
  }

  /** Whether no further unit goes in. */
  get isFull(): boolean {
    return this.count >= BLOCK_UNITS || this.#sum >= BLOCK_STEPS;
  }

  /** How many steps there are. */
  get steps(): number {
    return this.#sum;
  }

  /** Adds the next unit. */
  add(unit: Unit, steps: readonly TraceStep[]): void {
    const i = this.count++;
    this.#starts[i] = unit.start;
    this.#ends[i] = unit.end;
    this.#steps[i] = steps.length;
    this.#actions[i] = unit.action;
    this.#exceptional[i] = steps.some((s) => filtersOf(s).length > 0) ? 1 : 0;
    this.#sum += steps.length;
  }

  /** Forgets all units from one on. */
  truncate(unit: number): void {
    this.count = Math.max(0, unit - this.first);
    this.#sum = this.#steps.subarray(0, this.count).reduce((sum, n) => sum + n, 0);
  }

  /** Position before a unit. */
  start(unit: number): number {
    return this.#starts[unit - this.first] ?? 0;
  }

  /** Position after a unit. */
  end(unit: number): number {
    return this.#ends[unit - this.first] ?? 0;
  }

  /** The line that a unit carries out. */
  action(unit: number): Action | undefined {
    return this.#actions[unit - this.first];
  }

  /** How many steps a unit has. */
  stepsOf(unit: number): number {
    return this.#steps[unit - this.first] ?? 0;
  }

  /** Whether an exception is among the steps of a unit. */
  isExceptional(unit: number): boolean {
    return this.#exceptional[unit - this.first] === 1;
  }
}
