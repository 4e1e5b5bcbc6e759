/**
 * Runs long work in slices, so that a request is never kept waiting for more than one slice. A
 * task is a generator; a newer task of the same key replaces an older one, which simply never
 * goes on. Foreground tasks run before background ones, each kind in the order of asking.
 */

/** Milliseconds that one slice may take before other events get their turn. */
const SLICE = 8;

/** Time and turns, handed in so that tests need neither. */
export interface Clock {
  now(): number;
  /** Runs `action` after the events that wait now. */
  defer(action: () => void): void;
  after(milliseconds: number, action: () => void): { cancel(): void };
}

/** One piece of work. */
export interface Task {
  readonly key: string;
  readonly background?: boolean;
  run(): Generator<void, void>;
}

/** A task that has run for longer, in milliseconds, is not about to end: a request of short patience does not wait for it at all. */
const LONG_TASK = 200;

interface Entry {
  readonly task: Task;
  steps: Generator<void, void> | undefined;
  /** When its first step ran. */
  since: number;
}

/** The one queue of the server's own work. */
export class Scheduler {
  private readonly queue = new Map<string, Entry>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private deferred = false;

  constructor(private readonly clock: Clock, private readonly failed: (error: unknown) => void) {}

  /** Queues a task in place of any earlier one of its key. */
  start(task: Task): void {
    this.queue.delete(task.key);
    this.queue.set(task.key, { task, steps: undefined, since: Infinity });
    this.wake();
  }

  cancel(key: string): void {
    this.queue.delete(key);
    this.settle(key);
  }

  isPending(key: string): boolean {
    return this.queue.has(key);
  }

  /**
   * Resolves when no task of `key` is left, at the latest after `milliseconds`; tells whether it is
   * done. Whoever has less time than a long task has taken already is told at once.
   */
  settled(key: string, milliseconds: number): Promise<boolean> {
    const entry = this.queue.get(key);
    if (entry === undefined) return Promise.resolve(true);
    if (milliseconds < LONG_TASK && this.clock.now() - entry.since > LONG_TASK) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = this.clock.after(milliseconds, () => resolve(false));
      const list = this.waiting.get(key) ?? [];
      this.waiting.set(key, list);
      list.push(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }

  private wake(): void {
    if (this.deferred || this.queue.size === 0) return;
    this.deferred = true;
    this.clock.defer(() => this.slice());
  }

  private slice(): void {
    this.deferred = false;
    const end = this.clock.now() + SLICE;
    for (let entry = this.pick(); entry !== undefined; entry = this.pick()) {
      if (!this.advance(entry, end)) break;
    }
    this.wake();
  }

  /** Runs a task until it is done (true) or the slice is over (false). */
  private advance(entry: Entry, end: number): boolean {
    try {
      if (entry.steps === undefined) entry.since = this.clock.now();
      entry.steps ??= entry.task.run();
      while (entry.steps.next().done !== true) {
        if (this.clock.now() >= end) return false;
        if (this.queue.get(entry.task.key) !== entry) return true;
      }
    } catch (error) {
      this.failed(error);
    }
    if (this.queue.get(entry.task.key) === entry) {
      this.queue.delete(entry.task.key);
      this.settle(entry.task.key);
    }
    return this.clock.now() < end;
  }

  private pick(): Entry | undefined {
    let background: Entry | undefined;
    for (const entry of this.queue.values()) {
      if (entry.task.background !== true) return entry;
      background ??= entry;
    }
    return background;
  }

  private settle(key: string): void {
    const list = this.waiting.get(key) ?? [];
    this.waiting.delete(key);
    for (const resolve of list) resolve();
  }
}
