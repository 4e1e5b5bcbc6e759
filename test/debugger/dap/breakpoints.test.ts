import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { DapClient, EDITOR } from './dapClient.ts';
import { FIRST, LOOP, MACHINE, PATH } from './scenes.ts';
import { go, lines, place, scope, standing, value, variables } from './stage.ts';

describe('breakpoints on lines', () => {
  it('says where breakpoints can stand', async () => {
    const client = await standing(FIRST);
    const { body } = await client.request('breakpointLocations', { source: { path: PATH }, line: 1, endLine: 20 });
    expect((body.breakpoints as P.BreakpointLocation[]).map(({ line }) => line)).toEqual([6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('moves a breakpoint to the next line that does something', async () => {
    const client = await standing(FIRST);
    const { body } = await client.request('setBreakpoints', { source: { path: PATH }, breakpoints: [{ line: 1 }, { line: 99 }] });
    expect(body.breakpoints).toMatchObject([{ verified: true, line: 6 }, { verified: false, message: expect.any(String) }]);
  });

  it('stops only where a condition holds', async () => {
    const client = await standing(LOOP, {}, lines({ line: 13, condition: 'target == 0x2000' }));
    expect([await place(client), await value(client, 'target')]).toEqual(['13 dma eth0 write target "x" (round 3)', '0x2000']);
  });

  it('stops at a condition that cannot be computed, and says so', async () => {
    const client = await standing(LOOP, {}, lines({ line: 13, condition: 'nothing == 1' }));
    expect(client.events.find(({ event }) => event === 'output' )?.body).toBeDefined();
    expect(client.events.filter(({ event }) => event === 'output').map(({ body }) => String(body?.['output'])).join('')).toContain('nothing == 1');
  });

  it.each([['3', 3], ['>= 2', 2], ['% 4', 4]])('stops at the n-th time: %s', async (hitCondition, round) => {
    const client = await standing(LOOP, {}, lines({ line: 13, hitCondition }));
    expect(await place(client)).toContain(`round ${round}`);
  });

  it('stops at the n-th time', async () => {
    const client = await standing(LOOP, {}, lines({ line: 13, hitCondition: '2' }));
    expect(await place(client)).toContain('round 2');
  });

  it('prints a log message and goes on', async () => {
    const client = await standing(LOOP, { stopOnEnd: true }, lines({ line: 13, logMessage: 'writes to {target}' }));
    const printed = client.events.filter(({ event }) => event === 'output').map(({ body }) => body?.['output']);
    expect(printed.filter((text) => String(text).startsWith('writes'))).toEqual(['writes to 0\n', 'writes to 0x1000\n', 'writes to 0x2000\n', 'writes to 0x3000\n']);
  });
});

describe('breakpoints on what happens', () => {
  it.each([
    ['CMD_CFGI_STE', 7, /CMD_CFGI_STE/], ['F_TRANSLATION', 11, /F_TRANSLATION/], ['walk.s1.l3', 9, /level 3/],
  ])('stops at %s', async (name, line, what) => {
    const client = await standing(FIRST, {}, (c) => c.request('setFunctionBreakpoints', { breakpoints: [{ name }] }));
    expect(client.events.find(({ event }) => event === 'stopped')?.body).toMatchObject({ reason: 'function breakpoint' });
    expect(await place(client)).toMatch(new RegExp(`^${line} .*${what.source}`));
  });

  it('stops at a function: a command, an event, a level of a walk', async () => {
    const client = await standing(FIRST, {}, (c) => c.request('setFunctionBreakpoints', { breakpoints: [{ name: 'CMD_*', hitCondition: '2' }, { name: ' ' }] }));
    expect(await place(client)).toMatch(/CMD_/);
  });

  it.each<[string, object, string]>([
    ['filters', { filters: ['F_TRANSLATION'] }, '11'],
    ['a condition', { filters: [], filterOptions: [{ filterId: 'event', condition: 'sid == 9' }, { filterId: 'expectation' }] }, '13'],
    ['a condition that holds', { filters: [], filterOptions: [{ filterId: 'event', condition: 'sid == 8' }] }, '11'],
    ['a path', { filters: [], exceptionOptions: [{ path: [{ names: ['F_TRANSLATION'] }], breakMode: 'always' }] }, '11'],
    ['everything', { filters: [], exceptionOptions: [{ breakMode: 'always' }] }, '11'],
    ['all but one', { filters: [], exceptionOptions: [{ path: [{ negate: true, names: ['F_TRANSLATION', 'event'] }], breakMode: 'always' }] }, '13'],
  ])('stops at exceptions chosen by %s', async (_, args, line) => {
    const client = await standing(FIRST, {}, (c) => c.request('setExceptionBreakpoints', args));
    expect(client.events.find(({ event }) => event === 'stopped')?.body).toMatchObject({ reason: 'exception' });
    expect((await place(client)).split(' ')[0]).toBe(line);
  });

  it('stops at exceptions that were chosen', async () => {
    const client = await standing(FIRST, {}, (c) => c.request('setExceptionBreakpoints', { filters: ['nothing', 'expectation'] }));
    expect(await place(client)).toMatch(/^13/);
    expect(client.dialogue.find((line) => line.startsWith('< setExceptionBreakpoints'))).toContain('There is no exception filter nothing');
  });
});

describe('breakpoints on data and addresses', () => {
  const watch = (address: string, bytes: number, accessType: string) => async (client: Parameters<ReturnType<typeof lines>>[0]): Promise<void> => {
    const { body } = await client.request('dataBreakpointInfo', { name: address, asAddress: true, bytes });
    await client.request('setDataBreakpoints', { breakpoints: [{ dataId: body.dataId, accessType }, { dataId: 'nonsense' }] });
  };

  it('stops where data is written', async () => {
    const client = await standing(FIRST);
    await watch('0x81000040', 4, 'write')(client);
    expect((await go(client, 'continue'))['reason']).toBe('data breakpoint');
    expect(await place(client)).toMatch(/^9 /);
    await client.request('setDataBreakpoints', { breakpoints: [] });
  });

  it('watches a field from its row, and a register by its expression', async () => {
    const client = await standing(FIRST);
    await go(client, 'next');
    const registers = await scope(client, 'Registers');
    const [control] = await variables(client, registers);
    const { body } = await client.request('dataBreakpointInfo', { name: 'CR0', variablesReference: control?.variablesReference });
    expect(body).toMatchObject({ dataId: 'register 0 0x20 4', accessTypes: ['read', 'write', 'readWrite'] });
    const queue = await client.request('dataBreakpointInfo', { name: 'smmu0.CMDQ_PROD' });
    await client.request('setDataBreakpoints', { breakpoints: [{ dataId: queue.body.dataId, accessType: 'write' }] });
    expect((await go(client, 'continue'))['reason']).toBe('data breakpoint');
    expect(await place(client)).toMatch(/^7 /);
    const { body: nothing } = await client.request('dataBreakpointInfo', { name: '1 + 1' });
    expect(nothing.dataId).toBeNull();
  });

  it('goes back to whoever wrote a value', async () => {
    const client = await standing(FIRST, {}, lines({ line: 11 }));
    expect((await go(client, 'vsmmu/runBackToWriter', { expression: 'mem32(0x81000040)' }))['reason']).toBe('data breakpoint');
    expect(await place(client)).toMatch(/^9 /);
    expect((await client.request('vsmmu/runBackToWriter', { expression: '1 + 1' })).success).toBe(false);
  });

  it.each([
    ['dataBreakpointInfo', { name: 'x', asAddress: true }, { dataId: null, description: "'x' is no address" }],
    ['dataBreakpointInfo', { name: '0x81000000', asAddress: true, bytes: 0 }, { dataId: null, description: "'0x81000000' is no address" }],
    ['dataBreakpointInfo', { name: '0x81000000', asAddress: true }, { dataId: expect.any(String), description: '8 bytes at 0x81000000' }],
    ['dataBreakpointInfo', { name: 'eth0.sid' }, { dataId: null, description: 'only fields of structures, registers and memory can be watched' }],
    ['setInstructionBreakpoints', { breakpoints: [{ instructionReference: 'x' }] }, { breakpoints: [{ verified: false, message: "'x' is no address.", reason: 'failed' }] }],
    ['setDataBreakpoints', { breakpoints: [{ dataId: 'x' }] }, { breakpoints: [{ verified: false, message: 'This is nothing that can be watched.', reason: 'failed' }] }],
    ['breakpointLocations', { source: {}, line: 1 }, { breakpoints: [] }],
  ])('%s of %j', async (command, args, body) => {
    expect((await (await standing(FIRST)).request(command, args)).body).toMatchObject(body);
  });

  it.each([
    ['setBreakpoints', { source: { name: 'x' }, breakpoints: [] }, 'The source of the breakpoints has no path.'],
    ['vsmmu/goTo', { unit: 1 }, 'A moment is needed.'],
    ['goto', { targetId: 99, threadId: 1 }, 'That target is no longer there.'],
    ['stepIn', { targetId: 99, threadId: 1 }, 'That target is no longer there.'],
    ['restartFrame', { frameId: 99 }, 'That frame is no longer there.'],
    ['source', { source: { path: '/nowhere' }, sourceReference: 0 }, 'There is no such source.'],
  ])('refuses %s of %j', async (command, args, message) => {
    expect(await (await standing(FIRST)).request(command, args)).toMatchObject({ success: false, message });
  });

  it('takes breakpoints before there is a scenario', async () => {
    const client = new DapClient({ [PATH]: FIRST });
    await client.request('initialize', EDITOR);
    expect((await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'CMD_SYNC' }] })).body).toEqual({ breakpoints: [{ verified: false, reason: 'pending' }] });
    expect((await client.request('breakpointLocations', { source: { path: PATH }, line: 6 })).body).toEqual({ breakpoints: [] });
    expect((await client.request('modules')).body).toEqual({ modules: [], totalModules: 0 });
    expect((await client.request('loadedSources')).body).toEqual({ sources: [] });
    expect((await client.request('vsmmu/inlineValues', { path: PATH, start: 0, end: 9 })).success).toBe(false);
    expect((await client.request('vsmmu/hover', { path: PATH, line: 0 })).success).toBe(false);
    expect((await client.request('stepInTargets', { frameId: 0 })).success).toBe(false);
  });

  it('stops where an address is read', async () => {
    const client = await standing(FIRST, {}, lines({ line: 9 }));
    const address = /0x[0-9a-f]+/.exec(await value(client, 'cd(8, 0).TTB0'))?.[0];
    const { body } = await client.request('setInstructionBreakpoints', { breakpoints: [{ instructionReference: address }, { instructionReference: 'x' }] });
    expect(body.breakpoints).toMatchObject([{ verified: true }, { verified: false }]);
    expect((await go(client, 'continue'))['reason']).toBe('instruction breakpoint');
    expect(await place(client)).toMatch(/^9 level 0/);
  });

  it('takes breakpoints in a device tree: where the device starts a transaction', async () => {
    const client = await standing(MACHINE + 'in host\n  probe\n');
    const { body } = await client.request('setBreakpoints', { source: { path: '/elsewhere.dts' }, breakpoints: [{ line: 3 }] });
    expect(body.breakpoints).toMatchObject([{ verified: false }]);
  });
});
