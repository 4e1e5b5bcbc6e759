/** Work in slices: a generator is driven a few milliseconds at a time, and the event loop is free between. */
import { OWN_SLICE } from '../scenario/pace.ts';

/** Time after which a slice ends, in ms: its last action and a garbage collection come on top, and nobody shall wait for 25 ms. */
export const SLICE = 5;

/** Drives work to its end; undefined where it was cancelled. */
export async function inSlices<Result>(steps: Iterator<unknown, Result, undefined>, isCancelled: () => boolean): Promise<Result | undefined> {
  for (let end = performance.now() + SLICE; ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (step.value !== OWN_SLICE && performance.now() < end) continue;
    await new Promise(setImmediate);
    if (isCancelled()) {
      steps.return?.();
      return undefined;
    }
    end = performance.now() + SLICE;
  }
}
