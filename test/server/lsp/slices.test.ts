import { describe, expect, it, vi } from 'vitest';
import { CancellationToken, CancellationTokenSource } from 'vscode-languageserver/node';
import { afterAnswers, inSlices } from '../../../server/lsp/slices.ts';

/** Work of so many milliseconds, a step each. */
function* work(milliseconds: number, done: () => void): Generator<void, string> {
  for (let n = 0; n < milliseconds; n += 1) {
    const end = performance.now() + 1;
    while (performance.now() < end);
    yield;
  }
  done();
  return 'made';
}

const deferred = (order: string[], name: string): Promise<void> => new Promise((resolve) => afterAnswers(() => {
  order.push(name);
  resolve();
}));

describe('answers in slices', () => {
  it('come before other work, and let other events in', async () => {
    const order: string[] = [];
    const answer = inSlices(work(30, () => order.push('answer')), CancellationToken.None);
    setImmediate(() => order.push('event'));
    const background = deferred(order, 'background');
    expect(await answer).toBe('made');
    await background;
    expect(order).toEqual(['event', 'answer', 'background']);
  });

  it('hold other work up for a moment only', async () => {
    const order: string[] = [];
    const answer = inSlices(work(400, () => order.push('answer')), CancellationToken.None);
    await deferred(order, 'background');
    await answer;
    expect(order).toEqual(['background', 'answer']);
  });

  it('are waited for while they are on their way', async () => {
    const order: string[] = [];
    let unsent = 3;
    const length = vi.spyOn(process.stdout, 'writableLength', 'get').mockImplementation(() => {
      order.push(`${unsent} to send`);
      return unsent--;
    });
    await deferred(order, 'background');
    length.mockRestore();
    expect(order).toEqual(['3 to send', '2 to send', '1 to send', '0 to send', 'background']);
  });

  it('hold nothing up once nobody wants them', async () => {
    const order: string[] = [];
    const source = new CancellationTokenSource();
    const answer = inSlices(work(1000, () => order.push('answer')), source.token);
    source.cancel();
    await expect(answer).rejects.toThrow('cancelled');
    await deferred(order, 'background');
    expect(order).toEqual(['background']);
  });

  it('hold nothing up where they fail', async () => {
    const order: string[] = [];
    await expect(inSlices(work(1, () => { throw new Error('no'); }), CancellationToken.None)).rejects.toThrow('no');
    await deferred(order, 'background');
    expect(order).toEqual(['background']);
  });
});
