import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { DapClient, EDITOR } from './dapClient.ts';
import { ENDLESS, FIRST, LOOP, MACHINE, PATH, TURNS } from './scenes.ts';
import { go, lines, place, standing, value } from './stage.ts';

describe('life', () => {
  it('starts when the configuration is done', async () => {
    const client = new DapClient({ [PATH]: FIRST });
    await client.request('initialize', EDITOR);
    await client.request('launch', { program: PATH, stopOnEntry: true });
    await client.request('setBreakpoints', { source: { path: PATH }, breakpoints: [{ line: 9 }] });
    expect(client.events.map(({ event }) => event)).toEqual(['initialized']);
    await client.move('configurationDone');
    expect(client.events.map(({ event }) => event)).toEqual(['initialized', 'stopped', 'vsmmu/time']);
  });

  it('ends when it is told to', async () => {
    const client = await standing(FIRST);
    const ended = client.event('terminated');
    await client.request('terminate');
    await ended;
    expect((await client.request('next', { threadId: 1 })).success).toBe(false);
  });

  it('restarts from changed files', async () => {
    const files: Record<string, string> = { [PATH]: FIRST };
    const client = new DapClient(files);
    await client.launch(PATH, { stopOnEntry: false }, () => lines({ line: 11 })(client));
    files[PATH] = FIRST.replace('0x20000000 5', '0x10000000 5');
    const stopped = client.event('stopped');
    await client.request('restart');
    await stopped;
    expect(await place(client)).toBe('11 dma eth0 read 0x10000000 5');
    await go(client, 'next');
    expect(await value(client, 'last.status')).toBe('ok');
  });

  it('restarts a scenario that has become wrong with its problem, and ends', async () => {
    const files: Record<string, string> = { [PATH]: FIRST };
    const client = new DapClient(files);
    await client.launch(PATH);
    files[PATH] = 'nonsense\n';
    const ended = client.event('terminated');
    expect((await client.request('restart')).message).toContain('`nonsense` is no action');
    await ended;
  });

  it('cancels a run by its progress', async () => {
    const client = await standing(ENDLESS);
    const started = client.event('progressStart');
    const stopped = client.event('stopped');
    await client.request('continue', { threadId: client.thread });
    const { body } = await started;
    expect(body).toMatchObject({ cancellable: true });
    await client.request('cancel', { progressId: body?.['progressId'] });
    expect((await stopped).body).toMatchObject({ reason: 'pause' });
    expect(client.events.some(({ event }) => event === 'progressEnd')).toBe(true);
  });

  it('answers while it runs, and pauses', async () => {
    const client = await standing(ENDLESS);
    await client.request('continue', { threadId: client.thread });
    expect((await client.request('threads')).success).toBe(true);
    expect((await client.request('stackTrace', { threadId: 1 })).message).toBe('notStopped');
    expect((await client.request('next', { threadId: 1 })).message).toBe('notStopped');
    expect((await go(client, 'pause'))['reason']).toBe('pause');
    await go(client, 'stepBack');
    await go(client, 'stepIn');
  });

  it('debugs a text that is no file', async () => {
    const client = new DapClient({});
    await client.launch('/s/made.smmu', { scenario: FIRST });
    const { body } = await client.request('stackTrace', { threadId: client.thread });
    const { source } = body.stackFrames[0] as P.StackFrame;
    expect(source).toMatchObject({ name: 'made.smmu', sourceReference: 1 });
    expect((await client.request('source', { source, sourceReference: 1 })).body.content).toBe(FIRST);
    await client.request('setBreakpoints', { source, breakpoints: [{ line: 11 }] });
    await go(client, 'continue');
    expect(await place(client)).toMatch(/^11 /);
  });

  it('runs without stopping where nobody wants to debug', async () => {
    const client = new DapClient({ [PATH]: FIRST });
    const stop = await client.launch(PATH, { noDebug: true, stopOnEntry: true }, async () => {
      await lines({ line: 9 })(client);
      await client.request('setExceptionBreakpoints', { filters: ['event', 'expectation'] });
    });
    expect(stop.event).toBe('terminated');
    expect(client.events.find(({ event }) => event === 'exited')?.body).toEqual({ exitCode: 1 });
  });

  it('colours output only for clients that show it', async () => {
    for (const supportsANSIStyling of [true, false]) {
      const client = new DapClient({ [PATH]: 'nonsense\n' });
      await client.request('initialize', { ...EDITOR, supportsANSIStyling });
      await client.request('launch', { program: PATH });
      expect(String(client.events[0]?.body?.['output']).includes('\x1b[31m')).toBe(supportsANSIStyling);
    }
  });
});

describe('movement', () => {
  it('steps in three sizes', async () => {
    const client = await standing(FIRST, {}, lines({ line: 9 }));
    const seen: string[] = [];
    for (const granularity of ['instruction', 'instruction', 'line', 'line', 'statement'] as const) {
      await go(client, granularity === 'statement' ? 'stepOut' : 'stepIn', { granularity });
      seen.push(await place(client));
    }
    expect(seen.map((one) => one.replace(/ at .*/, ''))).toEqual([
      '9 unprivileged write of 0x10000040 by StreamID 0x8', '9 L1STD', '9 STE', '9 CD', expect.stringMatching(/^9 |^10 /),
    ]);
    await go(client, 'next');
    await go(client, 'next', { granularity: 'statement' });
  });

  it('goes back over what it went forward', async () => {
    const client = await standing(FIRST);
    const forward = [await place(client)];
    for (let i = 0; i < 20; i++) {
      await go(client, 'stepIn');
      forward.push(await place(client));
    }
    const backward = [await place(client)];
    for (let i = 0; i < 20; i++) {
      await go(client, 'stepBack');
      backward.push(await place(client));
    }
    expect(backward.toReversed()).toEqual(forward);
  });

  it('restarts a frame', async () => {
    const client = await standing(FIRST, {}, lines({ line: 9 }));
    for (let i = 0; i < 8; i++) await go(client, 'stepIn');
    const { body } = await client.request('stackTrace', { threadId: client.thread });
    const walk = (body.stackFrames as P.StackFrame[]).find(({ name }) => name.startsWith('stage 1 walk'));
    expect((await go(client, 'restartFrame', { frameId: walk?.id }))['reason']).toBe('restart');
    expect(await place(client)).toMatch(/^9 CD/);
    expect((await client.request('restartFrame', { frameId: 1 })).success).toBe(false);
  });

  it('goes to a line, ahead and back', async () => {
    const client = await standing(LOOP, {}, lines({ line: 13, hitCondition: '2' }));
    const targets = async (line: number): Promise<{ id: number; label: string }[]> => (await client.request('gotoTargets', { source: { path: PATH }, line })).body.targets;
    expect((await targets(12)).map(({ label }) => label)).toEqual(['The next time that this line runs', 'Back to before this line ran last', 'Back to before this line ran, 2 times ago']);
    expect(await targets(5)).toEqual([]);
    await go(client, 'goto', { targetId: (await targets(12))[2]?.id });
    expect([await place(client), await value(client, 'target')]).toEqual(['12 echo "round {i}" (round 1)', '0']);
    await go(client, 'goto', { targetId: (await targets(12))[0]?.id });
    expect(await place(client)).toBe('12 echo "round {i}" (round 2)');
  });

  it('steps into a chosen target', async () => {
    const client = await standing(FIRST, {}, lines({ line: 9 }));
    const { body } = await client.request('stackTrace', { threadId: client.thread });
    const { body: offered } = await client.request('stepInTargets', { frameId: body.stackFrames[0].id });
    const target = (offered.targets as P.StepInTarget[]).find(({ label }) => label.trim() === 'level 2');
    await go(client, 'stepIn', { targetId: target?.id });
    expect(await place(client)).toMatch(/^9 level 2/);
  });

  it('steps one thread', async () => {
    const client = await standing(TURNS, {}, lines({ line: 13 }));
    const { body } = await client.request('threads');
    const other = (body.threads as P.Thread[]).find(({ name }) => name.startsWith('eth1'))?.id;
    expect((await go(client, 'stepIn', { threadId: other, singleThread: true }))['threadId']).toBe(other);
    expect(await place(client)).toMatch(/^15 .*StreamID 0x9/);
    expect((await client.request('next', { threadId: 77 })).message).toBe('There is no thread 77.');
  });
});

describe('the end of a scenario', () => {
  it('tells one outcome of each line, however often it ran: the first that failed, or else the last', async () => {
    const program = `${MACHINE}repeat 3000 as i\n  expect i != 1000\n  expect i >= 0\n`;
    const client = new DapClient({ [PATH]: program });
    expect((await client.launch(PATH, { stopOnEntry: false })).event).toBe('terminated');
    const outcomes = client.events.filter(({ event }) => event === 'vsmmu/line').map(({ body }) => `${body?.['line']} ${body?.['status']}`);
    expect(outcomes).toEqual(['4 failed', '5 ok']);
    expect(client.events.find(({ event, body }) => event === 'output' && String(body?.['output']).includes('expectations hold'))?.body?.['output']).toContain('5999 of 6000');
    client.close();
  });
});

describe('a DMA that takes long', () => {
  const program = `${MACHINE}in host\n  probe\n  attach eth0\n  map eth0 0 -> 0x81001000 16M\ndma eth0 write 0 16M\n`;

  it('can be paused, and is then still to be done', async () => {
    const client = new DapClient({ [PATH]: program });
    await client.launch(PATH, { stopOnEntry: false }, () => lines({ line: 8 })(client));
    const paused = client.next(({ event }) => event === 'stopped');
    await client.request('continue', { threadId: client.thread });
    await new Promise(setImmediate);
    expect((await client.request('pause', { threadId: client.thread })).success).toBe(true);
    expect((await paused).body?.['reason']).toBe('pause');
    expect(await client.stack(client.thread)).toEqual(['dma eth0 write 0 16M @ first.smmu:8']);
    expect((await client.move('continue', { threadId: client.thread })).event).toBe('terminated');
    client.close();
  });
});
