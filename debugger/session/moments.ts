/** The order of moments. */
import type { Moment } from './types.ts';

/** Negative where a is before b, 0 where they are the same. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.unit - b.unit || a.step - b.step;
}

/** Whether two moments are one. */
export function isSameMoment(a: Moment, b: Moment): boolean {
  return a.unit === b.unit && a.step === b.step;
}
