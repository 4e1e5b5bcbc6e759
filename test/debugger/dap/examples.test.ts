/** Every example scenario under the debugger: its expectations hold, and going back and forward agree. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DapClient } from './dapClient.ts';

const FOLDER = `${process.cwd()}/examples/scenarios`;
const EXAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith('.smmu'));

describe.each(EXAMPLES)('%s', (name) => {
  const program = `${FOLDER}/${name}`;

  it('keeps its expectations where it only runs', async () => {
    const client = new DapClient();
    await client.launch(program, { noDebug: true });
    expect(client.events.filter(({ event }) => event === 'output').map(({ body }) => body?.['output']).at(-1)).toMatch(/holds?\.\n$/);
    expect(client.events.find(({ event }) => event === 'exited')?.body).toEqual({ exitCode: 0 });
  });

  it('shows the same on the way back', async () => {
    const client = new DapClient();
    await client.launch(program, { stopOnEnd: true });
    const look = async (): Promise<string> => `${(await client.stack(client.thread)).join(' < ')} ${JSON.stringify((await client.request('evaluate', { expression: 'evtq' })).body?.result)}`;
    const walk = async (): Promise<string[]> => {
      const seen = [await look()];
      for (let n = 0; n < 60 && !seen.at(-1)?.startsWith('end of'); n++) {
        await client.move(n % 4 === 0 ? 'next' : 'stepIn', { threadId: client.thread });
        seen.push(await look());
      }
      return seen;
    };
    const first = await walk();
    await client.move('reverseContinue', { threadId: client.thread });
    expect(await walk()).toEqual(first);
    expect(first.length).toBeGreaterThan(10);
  });

  it('has scopes and variables that can all be opened', async () => {
    const client = new DapClient();
    await client.launch(program, { stopOnEntry: false, stopOnEnd: true }, () => client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'walk.*' }] }));
    const { body: stack } = await client.request('stackTrace', { threadId: client.thread });
    const pending = ((await client.request('scopes', { frameId: stack?.stackFrames[0]?.id })).body?.scopes ?? []) as { variablesReference: number }[];
    let opened = 0;
    for (let next = pending.shift(); next !== undefined && opened < 400; next = pending.shift(), opened++) {
      const { success, message, body } = await client.request('variables', { variablesReference: next.variablesReference, count: 40 });
      expect([success, message]).toEqual([true, undefined]);
      pending.push(...(body.variables as { variablesReference: number }[]).filter(({ variablesReference }) => variablesReference > 0));
    }
    expect(opened).toBeGreaterThan(10);
  });
});
