/** A file system in memory, and time that a test moves by hand. */
import type { Disk, DiskEntry } from '../../server/workspace/disk.ts';
import type { Clock } from '../../server/workspace/scheduler.ts';

/** Files by absolute path; folders exist where a file lies below them. The object may change. */
export function memoryDisk(files: Record<string, string>, links: Record<string, string> = {}): Disk & { reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    readBytes: (path) => {
      reads.push(path);
      const text = files[path];
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    stamp: (path) => (files[path] === undefined ? undefined : String(files[path])),
    list: (folder) => {
      const base = folder === '/' ? '/' : `${folder}/`;
      const found = new Map<string, DiskEntry>();
      for (const path of Object.keys(files)) {
        if (!path.startsWith(base)) continue;
        const [name = '', ...rest] = path.slice(base.length).split('/');
        found.set(name, { name, folder: rest.length > 0 });
      }
      return [...found.values()];
    },
    real: (path) => {
      const target = links[path] ?? path;
      return Object.keys(files).some((file) => file === target || file.startsWith(`${target}/`)) ? target : undefined;
    },
  };
}

/** A clock that stands still until told. */
export class HandClock implements Clock {
  time = 0;
  private turns: (() => void)[] = [];
  private timers: { at: number; action: () => void }[] = [];

  now(): number {
    return this.time;
  }

  defer(action: () => void): void {
    this.turns.push(action);
  }

  after(milliseconds: number, action: () => void): { cancel(): void } {
    const timer = { at: this.time + milliseconds, action };
    this.timers.push(timer);
    return { cancel: () => void (this.timers = this.timers.filter((other) => other !== timer)) };
  }

  /** Runs deferred actions until there are none, or `turns` of them; tells how many ran. */
  run(turns = 10_000): number {
    let ran = 0;
    for (let action = this.turns.shift(); action !== undefined; action = this.turns.shift()) {
      action();
      ran += 1;
      if (ran >= turns) break;
    }
    return ran;
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    this.time += milliseconds;
    const due = this.timers.filter((timer) => timer.at <= this.time);
    this.timers = this.timers.filter((timer) => timer.at > this.time);
    for (const timer of due) timer.action();
  }
}
