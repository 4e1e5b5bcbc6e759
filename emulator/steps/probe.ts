/** Where the parts of one SMMU report their steps; costs one comparison while nobody observes. */
import type { History } from '../history/history.ts';
import type { Observer, StepBody } from './step.ts';

/** The observer of a machine, shared by all its SMMUs. */
export interface Watch {
  observer: Observer | null;
}

/** The probe of one SMMU. */
export class Probe {
  readonly #watch: Watch;
  readonly #history: History;
  readonly #smmu: number;

  constructor(watch: Watch, history: History, smmu: number) {
    this.#watch = watch;
    this.#history = history;
    this.#smmu = smmu;
  }

  /** Whether anybody observes; build a step only then. */
  get isOn(): boolean {
    return this.#watch.observer !== null;
  }

  /** Reports a step; the body becomes the step. */
  step(body: StepBody): void {
    // Completing the object in place is several times faster than a copy of so many shapes.
    this.#watch.observer?.step(Object.assign(body, { smmu: this.#smmu, position: this.#history.position }));
  }
}
