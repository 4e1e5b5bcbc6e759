/**
 * Carries out what was asked for in slices, so that the event loop stays free and `pause` and `cancel`
 * are always heard. One motion at a time; each ends in exactly one stop, or is abandoned.
 */
import { SLICE } from './slices.ts';

/** After this long, in ms, the client shows that something is going on; and how often it hears news. */
const PROGRESS_AFTER = 500;
const PROGRESS_EVERY = 250;

/** Something that goes on for a while: a little at each `next`, and a result in the end. */
export type Motion<Stop> = Iterator<unknown, Stop, undefined>;

/** Who is told how a long motion goes. */
export interface ProgressWatcher {
  started(): void;
  moved(): void;
  ended(): void;
}

interface Running<Stop> {
  readonly motion: Motion<Stop>;
  readonly startedAt: number;
  readonly done: (stop: Stop) => void;
  shownAt: number | undefined;
  isPaused: boolean;
}

/** Runs motions. */
export class Execution<Stop> {
  readonly #interrupted: () => Stop;
  readonly #progress: ProgressWatcher;
  #running: Running<Stop> | undefined;

  /** `interrupted` tells where a motion that was paused stands. */
  constructor(interrupted: () => Stop, progress: ProgressWatcher) {
    this.#interrupted = interrupted;
    this.#progress = progress;
  }

  /** Whether a motion is under way. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Begins a motion after the present event has been dealt with; `done` gets its stop. */
  start(motion: Motion<Stop>, done: (stop: Stop) => void): void {
    this.abandon();
    const running: Running<Stop> = { motion, done, startedAt: performance.now(), shownAt: undefined, isPaused: false };
    this.#running = running;
    setImmediate(() => this.#slice(running));
  }

  /** Makes the present motion stop where it is; false where there is none. */
  pause(): boolean {
    if (this.#running === undefined) return false;
    this.#running.isPaused = true;
    return true;
  }

  /** Forgets the present motion; it will report no stop. */
  abandon(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.motion.return?.();
    if (running.shownAt !== undefined) this.#progress.ended();
  }

  #slice(running: Running<Stop>): void {
    const end = performance.now() + SLICE;
    while (this.#running === running) {
      if (running.isPaused) {
        running.motion.return?.();
        return this.#finish(running, this.#interrupted());
      }
      const result = running.motion.next();
      if (result.done === true) return this.#finish(running, result.value);
      if (performance.now() >= end) break;
    }
    if (this.#running !== running) return;
    this.#show(running);
    setImmediate(() => this.#slice(running));
  }

  #show(running: Running<Stop>): void {
    const now = performance.now();
    if (running.shownAt === undefined) {
      if (now - running.startedAt < PROGRESS_AFTER) return;
      this.#progress.started();
    } else if (now - running.shownAt < PROGRESS_EVERY) {
      return;
    } else {
      this.#progress.moved();
    }
    running.shownAt = now;
  }

  #finish(running: Running<Stop>, stop: Stop): void {
    this.#running = undefined;
    if (running.shownAt !== undefined) this.#progress.ended();
    running.done(stop);
  }
}
