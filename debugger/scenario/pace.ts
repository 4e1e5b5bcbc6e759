/**
 * Work in slices: when it is to pause, and how to run it to its end at once. Counted in characters and
 * things looked at, not in time, so that the same text always pauses in the same places.
 */

/** What is done between two pauses: about a millisecond's work. */
const BETWEEN = 2000;

/** What the least thing costs, in characters. */
const LEAST = 40;

/** The pace of one piece of work. */
export class Pace {
  #done = 0;

  /** Counts a thing, with its length in characters where that matters; true where a pause is due. */
  isDue(length = 0): boolean {
    this.#done += LEAST + length;
    if (this.#done < BETWEEN) return false;
    this.#done = 0;
    return true;
  }
}

/** What work may give at a pause: what comes next is as much as a whole slice, and shall not begin at the end of one. */
export const OWN_SLICE = 'own slice';

/** A pause of work. */
export type Pause = typeof OWN_SLICE | void;

/** Something done at once, or in slices where it takes long. */
export type Work<T> = T | Generator<void, T>;

/** Whether work is done in slices. */
export function isSteps<T extends object>(work: Work<T>): work is Generator<void, T> {
  return Symbol.iterator in work && 'return' in work;
}

/** Runs work in slices to its end. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
