/** Trying again what a busy window swallows: a key that came too early, a row that was made anew under the pointer. */

/** How long one try waits, in milliseconds. */
export const TRY = 10_000;
const TRIES = 5;

/** Does a step, which may be done twice, until it does not fail; fails with its last error. */
export async function insist(step: () => Promise<void>): Promise<void> {
  for (let n = 1; ; n += 1) {
    try {
      await step();
      return;
    } catch (error) {
      if (n === TRIES) throw error;
    }
  }
}
