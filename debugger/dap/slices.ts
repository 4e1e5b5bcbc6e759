/** Work in slices: a generator is driven a few milliseconds at a time, and the event loop is free between. */

/** Time that one slice may take, in ms: a garbage collection in it takes as long again, and nobody shall wait for 25 ms. */
export const SLICE = 8;

/** Drives work to its end; undefined where it was cancelled. */
export async function inSlices<Result>(steps: Iterator<unknown, Result, undefined>, isCancelled: () => boolean): Promise<Result | undefined> {
  for (let end = performance.now() + SLICE; ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < end) continue;
    await new Promise(setImmediate);
    if (isCancelled()) {
      steps.return?.();
      return undefined;
    }
    end = performance.now() + SLICE;
  }
}
