/**
 * What the interpreter says about what it did: units, and what came of each. The session and the
 * command line read these; neither looks inside the interpreter.
 */
import type { ExpressionValue } from '../expression/value.ts';
import type { Work } from '../scenario/pace.ts';
import type { Action } from '../scenario/program.ts';
import type { DmaOutcome } from '../system/system.ts';
import type { SourceRange } from '../../model/problem.ts';

/** What came of a unit. */
export interface UnitOutcome {
  /** `failed`: an expectation did not hold. `error`: the action could not be carried out. */
  readonly status: 'ok' | 'failed' | 'error';
  /** One sentence for people: what happened. */
  readonly text: string;
  /** For expectations: both sides as text, so that they can be compared line by line. */
  readonly expected?: string;
  readonly actual?: string;
  /** Where to look for the cause, where that is known: a board, a config, an earlier line. */
  readonly cause?: SourceRange;
  /** A driver or hypervisor refused the action; `status` is then `ok` only where the next line expects that. */
  readonly isRefusal?: boolean;
}

/** The place of the interpreter in the program and its variables: plain immutable data. */
export interface RunnerState {
  /** Opaque to everybody but the runner; comparing two with JSON tells whether they are the same. */
  readonly frames: readonly unknown[];
  /** Values of `let` by name; those of `repeat ... as NAME` are in `Runner.loops`. */
  readonly variables: ReadonlyMap<string, ExpressionValue>;
  /** What came of the last DMA: `last` in expressions. */
  readonly last: DmaOutcome | undefined;
}

/** One action carried out once. */
export interface Unit {
  /** From 0, in the order of execution. */
  readonly index: number;
  readonly action: Action;
  /** Who acts: the domain of the `in` block, the device of a `dma`; undefined for the scenario itself. */
  readonly actor: string | undefined;
  /** Counters of the `repeat` blocks around it, outermost first. */
  readonly iterations: readonly number[];
  readonly before: RunnerState;
  /** History positions before and after. */
  readonly start: number;
  readonly end: number;
  /** How many steps were reported. */
  readonly steps: number;
  readonly outcome: UnitOutcome;
}

/** The interpreter of one program on one system. */
export interface Runner {
  /** The state now; assigning an earlier one continues from there (the machine must be sought there as well). */
  state: RunnerState;
  /** The action that `run` would carry out next; undefined at the end. */
  readonly next: { readonly action: Action; readonly actor: string | undefined; readonly iterations: readonly number[] } | undefined;
  /** Counters of the `repeat` blocks around the next action that have a name. */
  readonly loops: ReadonlyMap<string, number>;
  /** Carries out the next action; undefined at the end. Steps go to the system's observer. */
  run(): Ran | undefined;
  /** The same, in slices where the action takes long; one that is left in the middle is to be undone by whoever left it. */
  start(): Work<Ran> | undefined;
}

/** What was carried out. */
export type Ran = Omit<Unit, 'index' | 'steps'>;
