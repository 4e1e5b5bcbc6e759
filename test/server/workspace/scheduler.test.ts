import { describe, expect, it } from 'vitest';
import { Scheduler } from '../../../server/workspace/scheduler.ts';
import { HandClock } from '../memory.ts';

/** A task that takes `steps` steps of `cost` milliseconds and notes what it does. */
function work(clock: HandClock, log: string[], options: { key: string; steps?: number; cost?: number; background?: boolean }) {
  const { key, steps = 1, cost = 1, background = false } = options;
  return {
    key, background,
    *run(): Generator<void, void> {
      for (let step = 0; step < steps; step += 1) {
        clock.time += cost;
        log.push(key);
        yield;
      }
      log.push(`${key} done`);
    },
  };
}

function setUp(): { clock: HandClock; scheduler: Scheduler; log: string[] } {
  const clock = new HandClock();
  const log: string[] = [];
  return { clock, log, scheduler: new Scheduler(clock, (error) => log.push(String(error))) };
}

describe('scheduler', () => {
  it('gives way to other events after each slice', () => {
    const { clock, scheduler, log } = setUp();
    scheduler.start(work(clock, log, { key: 'a', steps: 40 }));
    expect(clock.run(1)).toBe(1);
    expect(log.length).toBeLessThan(15);
    clock.run();
    expect(log.at(-1)).toBe('a done');
  });

  it('drops a task that a newer one of its key replaces', () => {
    const { clock, scheduler, log } = setUp();
    scheduler.start(work(clock, log, { key: 'a', steps: 40 }));
    clock.run(1);
    scheduler.start(work(clock, log, { key: 'a', steps: 1 }));
    clock.run();
    expect(log.filter((entry) => entry === 'a done')).toHaveLength(1);
    expect(log.length).toBeLessThan(20);
  });

  it('runs the foreground before the background', () => {
    const { clock, scheduler, log } = setUp();
    scheduler.start(work(clock, log, { key: 'slow', steps: 30, background: true }));
    clock.run(1);
    scheduler.start(work(clock, log, { key: 'fast' }));
    clock.run();
    expect(log.indexOf('fast done')).toBeLessThan(log.indexOf('slow done'));
  });

  it('tells those who wait when a task is done, or when they have waited enough', async () => {
    const { clock, scheduler, log } = setUp();
    scheduler.start(work(clock, log, { key: 'a', steps: 40 }));
    const patient = scheduler.settled('a', 1000);
    const hasty = scheduler.settled('a', 5);
    clock.pass(5);
    expect(await hasty).toBe(false);
    clock.run();
    expect(await patient).toBe(true);
    expect(await scheduler.settled('never started', 0)).toBe(true);
  });

  it('lets nobody of short patience wait for a task that takes long', async () => {
    const { clock, scheduler, log } = setUp();
    scheduler.start(work(clock, log, { key: 'a', steps: 40, cost: 10 }));
    clock.run(25);
    expect(log.at(-1)).toBe('a');
    expect(await scheduler.settled('a', 50)).toBe(false);
    const patient = scheduler.settled('a', 1000);
    clock.run();
    expect(await patient).toBe(true);
  });

  it('goes on after a task that throws', () => {
    const { clock, scheduler, log } = setUp();
    scheduler.start({ key: 'bad', run: () => { throw new Error('no'); } });
    scheduler.start(work(clock, log, { key: 'good' }));
    clock.run();
    expect(log).toEqual(['Error: no', 'good', 'good done']);
    expect(scheduler.isPending('bad')).toBe(false);
  });

  it('tells those who wait for a cancelled task', async () => {
    const { clock, scheduler, log } = setUp();
    scheduler.start(work(clock, log, { key: 'a' }));
    const waiting = scheduler.settled('a', 1000);
    scheduler.cancel('a');
    expect(await waiting).toBe(true);
    expect(clock.run()).toBe(1);
    expect(log).toEqual([]);
  });
});
