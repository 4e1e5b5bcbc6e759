/**
 * A step of a unit as sessions see it: what the machine reported, and for units that did not go well
 * one more step that says so, so that there is a moment to stop at.
 */
import type { Step } from '../../emulator/steps/step.ts';
import type { UnitOutcome } from '../run/unit.ts';

/** The end of a unit that failed. */
export interface OutcomeStep {
  readonly kind: 'outcome';
  readonly outcome: UnitOutcome;
  readonly smmu: -1;
  readonly position: number;
}

/** A step. */
export type TraceStep = Step | OutcomeStep;
