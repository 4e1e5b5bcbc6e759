/**
 * A run of units in compact form: what is needed to find one and to make its steps again, in a few
 * numbers each. The state of the interpreter is kept once for the block; all else is run again.
 */
import type { RunnerState, Unit } from '../run/unit.ts';
import type { Action } from '../scenario/program.ts';
import { filtersOf } from '../trace/exceptions.ts';
import type { TraceStep } from '../trace/traceStep.ts';

/**
 * Units of a block at most; and steps, unless its first unit has more. A step into the past makes a whole
 * block again, so these bound how long that takes.
 */
export const BLOCK_UNITS = 32;
const BLOCK_STEPS = 256;
/** Of each unit: where it starts and ends, counted from where the block does, how many steps it has, whether it is exceptional. */
const WIDTH = 4;
const START = 0;
const END = 1;
const STEPS = 2;
const EXCEPTIONAL = 3;

/** Consecutive units. */
export class Block {
  /** Number of the first unit. */
  readonly first: number;
  /** The interpreter before the first unit. */
  readonly state: RunnerState;
  /** The history position there, before any edit. */
  readonly base: number;
  count = 0;
  readonly #units = new Int32Array(BLOCK_UNITS * WIDTH);
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
    this.#actions[i] = unit.action;
    const isExceptional = steps.some((s) => filtersOf(s).length > 0);
    this.#units.set([unit.start - this.base, unit.end - this.base, steps.length, isExceptional ? 1 : 0], i * WIDTH);
    this.#sum += steps.length;
  }

  /** Forgets all units from one on. */
  truncate(unit: number): void {
    this.count = Math.max(0, unit - this.first);
    this.#sum = 0;
    for (let i = 0; i < this.count; i++) this.#sum += this.stepsOf(this.first + i);
  }

  /** Position before a unit. */
  start(unit: number): number {
    return this.base + this.#of(unit, START);
  }

  /** Position after a unit. */
  end(unit: number): number {
    return this.base + this.#of(unit, END);
  }

  /** The line that a unit carries out. */
  action(unit: number): Action | undefined {
    return this.#actions[unit - this.first];
  }

  /** How many steps a unit has. */
  stepsOf(unit: number): number {
    return this.#of(unit, STEPS);
  }

  /** Whether an exception is among the steps of a unit. */
  isExceptional(unit: number): boolean {
    return this.#of(unit, EXCEPTIONAL) === 1;
  }

  #of(unit: number, what: number): number {
    return this.#units[(unit - this.first) * WIDTH + what] ?? 0;
  }
}
