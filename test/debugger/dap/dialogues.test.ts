/** Whole dialogues, as they go over the wire, compared with golden files: `npx vitest run test/debugger/dap -u` writes them anew. */
import { describe, expect, it } from 'vitest';
import { DapClient } from './dapClient.ts';
import { FIRST, LOOP, MACHINE, PATH, TURNS } from './scenes.ts';

/** A dialogue, and what it is about. */
interface Dialogue {
  readonly name: string;
  readonly text: string;
  talk(client: DapClient): Promise<void>;
}

const breakpoints = (client: DapClient, ...lines: number[]): Promise<unknown> =>
  client.request('setBreakpoints', { source: { path: PATH }, breakpoints: lines.map((line) => ({ line })) });

const DIALOGUES: readonly Dialogue[] = [
  {
    name: 'step-into-a-walk', text: FIRST,
    async talk(client) {
      await client.launch(PATH, { stopOnEntry: false }, () => breakpoints(client, 9));
      for (let i = 0; i < 4; i++) await client.move('stepIn', { threadId: client.thread });
      await client.request('stackTrace', { threadId: client.thread });
      await client.move('stepOut', { threadId: client.thread });
      await client.move('next', { threadId: client.thread });
      await client.move('next', { threadId: client.thread });
      await client.request('disconnect');
    },
  },
  {
    name: 'fault-and-its-explanation', text: FIRST,
    async talk(client) {
      await client.launch(PATH, { stopOnEntry: false }, () => client.request('setExceptionBreakpoints', { filters: ['event', 'expectation'] }));
      await client.request('exceptionInfo', { threadId: client.thread });
      await client.move('continue', { threadId: client.thread });
      await client.request('exceptionInfo', { threadId: client.thread });
      await client.move('continue', { threadId: client.thread });
    },
  },
  {
    name: 'back-in-time', text: LOOP,
    async talk(client) {
      await client.launch(PATH, { stopOnEntry: false }, () => breakpoints(client, 13));
      await client.move('continue', { threadId: client.thread });
      await client.move('reverseContinue', { threadId: client.thread });
      await client.move('vsmmu/stepBackOver', { threadId: client.thread });
      await client.move('stepBack', { threadId: client.thread });
      await client.move('vsmmu/present');
      await breakpoints(client);
      await client.move('reverseContinue', { threadId: client.thread });
      await client.move('continue', { threadId: client.thread });
    },
  },
  {
    name: 'another-future', text: FIRST,
    async talk(client) {
      await client.launch(PATH, { stopOnEntry: false, stopOnEnd: true }, () => breakpoints(client, 9));
      await client.request('setExpression', { expression: 'ste(8).Config', value: '0' });
      await client.request('evaluate', { expression: 'ste(8).Config', context: 'watch' });
      await client.move('next', { threadId: client.thread });
      await client.request('evaluate', { expression: 'last', context: 'repl' });
      await client.move('stepBack', { threadId: client.thread });
      await client.move('vsmmu/stepBackOut', { threadId: client.thread });
      await client.request('evaluate', { expression: 'ste(8).Config', context: 'watch' });
    },
  },
  {
    name: 'threads', text: TURNS,
    async talk(client) {
      await client.launch(PATH, { stopOnEntry: false }, () => breakpoints(client, 13));
      await client.request('threads');
      for (let i = 0; i < 2; i++) await client.move('stepIn', { threadId: 3, singleThread: true, granularity: 'line' });
      await client.request('stackTrace', { threadId: client.thread });
    },
  },
  {
    name: 'a-scenario-that-is-wrong', text: `${MACHINE}prob smmu0\ndma eth1 read 0 4\n`,
    async talk(client) {
      await client.request('initialize', { adapterID: 'vsmmu' });
      await client.request('launch', { program: PATH });
      await client.request('launch', { program: '/nowhere.smmu' });
      await client.request('launch', {});
      await client.request('configurationDone');
    },
  },
];

describe('dialogues', () => {
  it.each(DIALOGUES.map((one) => [one.name, one] as const))('%s', async (name, { text, talk }) => {
    const client = new DapClient({ [PATH]: text });
    await talk(client);
    client.close();
    const lines = client.dialogue.filter((line) => !line.startsWith('< initialize') && !line.startsWith('> initialize'));
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.txt`);
  });
});
