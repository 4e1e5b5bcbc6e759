/**
 * Takes the steps of one unit while it runs, and applies edits right after the steps that they belong
 * to. Steps beyond the cap are counted as one: the last moment of the unit is its end.
 */
import type { History } from '../../emulator/history/history.ts';
import type { Observer, Step } from '../../emulator/steps/step.ts';
import type { TraceStep } from '../trace/traceStep.ts';

/** Something done to the machine by hand, right after a step of a unit. */
export interface Edit {
  readonly step: number;
  readonly apply: () => void;
}

/** The observer of a session. */
export class Collector implements Observer {
  readonly #history: History;
  readonly #most: number;
  #steps: TraceStep[] = [];
  #positions: number[] = [];
  #edits: readonly Edit[] = [];
  #isOn = false;

  constructor(history: History, most: number) {
    this.#history = history;
    this.#most = most;
  }

  /** Begins to collect. */
  begin(edits: readonly Edit[]): void {
    this.#steps = [];
    this.#positions = [];
    this.#edits = edits;
    this.#isOn = true;
  }

  /** Takes a step. */
  step(step: Step): void {
    if (!this.#isOn || this.#steps.length >= this.#most) return;
    const number = this.#steps.push(step);
    this.#positions.push(step.position);
    if (this.#edits.length === 0) return;
    // What an edit sets off is no step of the unit.
    this.#isOn = false;
    for (const edit of this.#edits) if (edit.step === number) edit.apply();
    this.#isOn = true;
    this.#positions[number - 1] = this.#history.position;
  }

  /** Ends; gives what was collected, with the position of the machine right after each step. */
  end(): { readonly steps: TraceStep[]; readonly positions: number[] } {
    this.#isOn = false;
    return { steps: this.#steps, positions: this.#positions };
  }
}
