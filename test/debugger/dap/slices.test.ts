/** Work in slices: to its end, with the event loop free between, given up where it is cancelled. */
import { expect, it } from 'vitest';
import { inSlices, SLICE } from '../../../debugger/dap/slices.ts';
import { OWN_SLICE, type Pause } from '../../../debugger/scenario/pace.ts';

/** Keeps the processor for some milliseconds. */
function toil(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** How often the event loop came round while something was done. */
async function roundsDuring<T>(work: Promise<T>): Promise<{ readonly result: T; readonly rounds: number }> {
  let rounds = 0;
  let isOver = false;
  const turn = (): void => {
    rounds++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const result = await work;
  isOver = true;
  return { result, rounds };
}

it('does little work at once', async () => {
  function* little(): Generator<void, number> {
    for (let i = 0; i < 5; i++) yield;
    return 7;
  }
  expect(await roundsDuring(inSlices(little(), () => false))).toEqual({ result: 7, rounds: 0 });
});

it('leaves the event loop free after each slice', async () => {
  function* much(): Generator<void, string> {
    for (let i = 0; i < 6; i++) {
      toil(SLICE);
      yield;
    }
    return 'done';
  }
  const { result, rounds } = await roundsDuring(inSlices(much(), () => false));
  expect(result).toBe('done');
  expect(rounds).toBeGreaterThanOrEqual(5);
});

it('begins a new slice before what takes a whole one', async () => {
  function* work(): Generator<Pause, string> {
    yield OWN_SLICE;
    yield OWN_SLICE;
    return 'done';
  }
  const { rounds } = await roundsDuring(inSlices(work(), () => false));
  expect(rounds).toBeGreaterThanOrEqual(1);
});

it('gives up what was cancelled, and lets it clean up', async () => {
  const seen: string[] = [];
  function* endless(): Generator<Pause, never> {
    try {
      for (;;) yield OWN_SLICE;
    } finally {
      seen.push('cleaned up');
    }
  }
  let asked = 0;
  expect(await inSlices(endless(), () => ++asked > 3)).toBeUndefined();
  expect([asked, seen]).toEqual([4, ['cleaned up']]);
});
