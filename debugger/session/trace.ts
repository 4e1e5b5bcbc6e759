/** One unit with everything that is known of it: its steps, and on demand their frames and threads. */
import type { Unit } from '../run/unit.ts';
import { frameTree, type FrameTree } from '../trace/frames.ts';
import type { Threads } from '../trace/threads.ts';
import type { TraceStep } from '../trace/traceStep.ts';

/** A unit and its steps. */
export class UnitTrace {
  readonly unit: Unit;
  readonly steps: readonly TraceStep[];
  /** Position of the history right after each step. */
  readonly positions: readonly number[];
  readonly #threads: Threads;
  #tree: FrameTree | undefined;
  #byStep: Uint16Array | undefined;

  constructor(unit: Unit, collected: { readonly steps: readonly TraceStep[]; readonly positions: readonly number[] }, threads: Threads) {
    this.unit = unit;
    this.steps = collected.steps;
    this.positions = collected.positions;
    this.#threads = threads;
  }

  /** The frames of the steps. */
  get tree(): FrameTree {
    return (this.#tree ??= frameTree(this.steps));
  }

  /** The thread that makes a step; for 0 the thread that makes the unit. */
  threadOf(step: number): number {
    if (step <= 0) return this.#threads.ofActor(this.unit.actor);
    this.#byStep ??= this.#threads.ofSteps(this.steps, this.tree, this.unit.actor);
    return this.#byStep[step - 1] ?? this.threadOf(0);
  }

  /** Number of the first step that is right after a position; one more than there are steps where none is. */
  stepAfter(position: number): number {
    let low = 0;
    let high = this.positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.positions[middle] ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return low + 1;
  }
}
