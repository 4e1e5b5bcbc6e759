import { describe, expect, it } from 'vitest';
import { Execution, type ProgressWatcher } from '../../../debugger/dap/execution.ts';

const SILENT: ProgressWatcher = { started: () => undefined, moved: () => undefined, ended: () => undefined };

/** A motion of many short pieces of work, and how many it has done. */
function busy(pieces: number, milliseconds = 0): { motion: Iterator<unknown, string, undefined>; done: () => number } {
  let count = 0;
  function* work(): Generator<undefined, string> {
    for (; count < pieces; count++) {
      for (const end = performance.now() + milliseconds; performance.now() < end;);
      yield;
    }
    return 'arrived';
  }
  return { motion: work(), done: () => count };
}

function start(execution: Execution<string>, motion: Iterator<unknown, string, undefined>): { stops: string[]; ended: Promise<void> } {
  const stops: string[] = [];
  const ended = new Promise<void>((resolve) => execution.start(motion, (stop) => {
    stops.push(stop);
    resolve();
  }));
  return { stops, ended };
}

describe('execution', () => {
  it('ends in one stop', async () => {
    const execution = new Execution<string>(() => 'interrupted', SILENT);
    const { stops, ended } = start(execution, busy(10_000).motion);
    expect(execution.isRunning).toBe(true);
    await ended;
    expect([stops, execution.isRunning]).toEqual([['arrived'], false]);
  });

  it('leaves the event loop free every few milliseconds', async () => {
    const execution = new Execution<string>(() => 'interrupted', SILENT);
    const { ended } = start(execution, busy(300, 0.5).motion);
    let turns = 0;
    while (execution.isRunning) {
      await new Promise(setImmediate);
      turns++;
    }
    await ended;
    // 150 ms of work in slices of a few.
    expect(turns).toBeGreaterThan(10);
  });

  it('stops where it is when it is paused', async () => {
    const execution = new Execution<string>(() => 'interrupted', SILENT);
    const { motion, done } = busy(Number.POSITIVE_INFINITY);
    const { stops, ended } = start(execution, motion);
    await new Promise(setImmediate);
    expect(execution.pause()).toBe(true);
    await ended;
    expect(stops).toEqual(['interrupted']);
    expect(done()).toBeGreaterThan(0);
    expect(execution.pause()).toBe(false);
  });

  it('reports nothing of what was abandoned', async () => {
    const execution = new Execution<string>(() => 'interrupted', SILENT);
    const first = start(execution, busy(Number.POSITIVE_INFINITY).motion);
    const second = start(execution, busy(10).motion);
    await second.ended;
    await new Promise(setImmediate);
    expect([first.stops, second.stops]).toEqual([[], ['arrived']]);
  });

  it('shows progress of what takes long, from its start to its end', async () => {
    const heard: string[] = [];
    const watcher = { started: () => heard.push('started'), moved: () => heard.push('moved'), ended: () => heard.push('ended') };
    const execution = new Execution<string>(() => 'interrupted', watcher);
    await start(execution, busy(100).motion).ended;
    expect(heard).toEqual([]);
    await start(execution, busy(90, 10).motion).ended;
    expect([heard[0], heard.at(-1)]).toEqual(['started', 'ended']);
    expect(heard.filter((word) => word === 'started')).toHaveLength(1);
  });
});
