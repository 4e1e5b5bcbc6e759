import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { FIRST, LOOP, MACHINE, PATH } from './scenes.ts';
import { go, lines, place, scope, standing, value, variables } from './stage.ts';

const EVK = 'examples/merlin/merlin-evk.dts';
const BOARD = `board "${process.cwd()}/${EVK}"
in host
  probe smmu_io
  attach eth0
  map eth0 0x1000 -> 0x90000000 4K rw
dma eth0 write 0x1000 "x"
`;

const at9 = lines({ line: 9 });

async function insideTheWalk(): Promise<Awaited<ReturnType<typeof standing>>> {
  const client = await standing(FIRST, {}, at9);
  for (let i = 0; i < 8; i++) await go(client, 'stepIn');
  return client;
}

describe('the stack', () => {
  it('gives a stack in pages', async () => {
    const client = await insideTheWalk();
    const page = async (startFrame: number, levels: number): Promise<{ frames: string[]; total: number }> => {
      const { body } = await client.request('stackTrace', { threadId: client.thread, startFrame, levels });
      return { frames: (body.stackFrames as P.StackFrame[]).map(({ name }) => name), total: body.totalFrames };
    };
    const all = await page(0, 0);
    expect(all.frames.length).toBe(all.total);
    expect(all.total).toBeGreaterThan(4);
    expect([...(await page(0, 2)).frames, ...(await page(2, 100)).frames]).toEqual(all.frames);
    expect((await client.request('stackTrace', { threadId: 1 })).body).toEqual({ stackFrames: [], totalFrames: 0 });
    expect((await client.request('stackTrace', { threadId: 99 })).success).toBe(false);
  });

  it('leads from a transaction to the line of the device tree that describes its device', async () => {
    const client = await standing(BOARD, {}, lines({ line: 6 }));
    await go(client, 'stepIn');
    const { body } = await client.request('stackTrace', { threadId: client.thread });
    const device = (body.stackFrames as P.StackFrame[]).find(({ name }) => name.startsWith('device'));
    expect(device?.source?.name).toBe('merlin.dtsi');
    expect(device?.line).toBeGreaterThan(100);
  });
});

describe('variables', () => {
  it('refuses what belongs to another moment', async () => {
    const client = await insideTheWalk();
    const reference = await scope(client, 'STE');
    await go(client, 'stepIn');
    expect((await client.request('variables', { variablesReference: reference })).success).toBe(false);
    expect((await client.request('scopes', { frameId: 1 })).success).toBe(false);
  });

  it('gives long lists in pages', async () => {
    const client = await insideTheWalk();
    const slots = (await variables(client, await scope(client, 'Command queue'))).find(({ name }) => name === 'slots');
    expect(slots?.indexedVariables).toBe(256);
    const page = await variables(client, slots?.variablesReference ?? 0, { filter: 'indexed', start: 2, count: 3 });
    expect(page.map(({ name }) => name)).toEqual([expect.stringContaining('2'), expect.stringContaining('3'), expect.stringContaining('4')]);
    expect(await variables(client, slots?.variablesReference ?? 0, { filter: 'named' })).toEqual([]);
  });

  it('formats values in hex', async () => {
    const client = await insideTheWalk();
    const producer = async (format: object): Promise<string | undefined> =>
      (await variables(client, await scope(client, 'Command queue'), { format })).find(({ name }) => name === 'producer')?.value;
    expect(await producer({ hex: false })).toMatch(/^\d+ \(/);
    expect(await producer({ hex: true })).toMatch(/^0x[0-9a-f]+ \(/);
    expect([await value(client, '12'), await value(client, '7', { format: { hex: true } })]).toEqual(['0xc', '0x7']);
  });

  it('sets a variable, and what follows is another future', async () => {
    const client = await insideTheWalk();
    await go(client, 'vsmmu/stepBackOut');
    for (let i = 0; i < 8 && !(await place(client)).startsWith('9 dma'); i++) await go(client, 'stepBack');
    const reference = await scope(client, 'STE');
    const ste = await variables(client, reference);
    const node = ste.find(({ name }) => name.startsWith('stream 0x8'));
    const config = (await variables(client, node?.variablesReference ?? 0)).find(({ name }) => name.startsWith('Config'));
    const told = client.event('invalidated');
    const { body } = await client.request('setVariable', { variablesReference: node?.variablesReference, name: config?.name, value: 'bypass' });
    expect(body.value).toMatch(/^4 \(.*bypass/);
    await told;
    await go(client, 'next');
    expect(await value(client, 'last.pa')).toBe('0x10000040');
    expect((await client.request('setVariable', { variablesReference: 1, name: 'x', value: '1' })).success).toBe(false);
  });

  it('says why a variable cannot be set', async () => {
    const client = await standing(FIRST);
    const reference = (await variables(client, await scope(client, 'Registers'))).find(({ name }) => name === 'Identification')?.variablesReference;
    const refused = await client.request('setVariable', { variablesReference: reference, name: 'IDR0', value: '1' });
    expect(refused.success).toBe(false);
    expect(refused.message).toContain('IDR0');
  });

  it('sets an expression', async () => {
    const client = await standing(FIRST, {}, at9);
    expect((await client.request('setExpression', { expression: 'mem32(0x81000040)', value: '0x1234 + 1' })).body.value).toBe('0x1235');
    expect(await value(client, 'mem32(0x81000040)')).toBe('0x1235');
    expect((await client.request('setExpression', { expression: '1 + 1', value: '3' })).success).toBe(false);
    expect((await client.request('setExpression', { expression: 'ste(8).Config', value: '99' })).message).toContain('3 bits');
  });

  it('leads from a value to its line', async () => {
    const client = await standing(BOARD, {}, lines({ line: 6 }));
    await go(client, 'stepIn');
    const stream = (await variables(client, await scope(client, 'STE'))).find(({ name }) => name === 'stream');
    expect(stream?.valueLocationReference).toBeGreaterThan(0);
    const { body } = await client.request('locations', { locationReference: stream?.valueLocationReference });
    expect(body).toMatchObject({ source: { name: 'merlin.dtsi' }, line: expect.any(Number) });
    expect((await client.request('locations', { locationReference: 12345 })).success).toBe(false);
  });
});

describe('expressions', () => {
  it('evaluates for hovers, watches, the console and the clipboard', async () => {
    const client = await insideTheWalk();
    for (const context of ['watch', 'hover', 'repl', 'variables']) {
      expect((await client.request('evaluate', { expression: 'ste(8).Config', context })).body.result).toContain('5');
    }
    const { body } = await client.request('evaluate', { expression: 'ste(8)', context: 'clipboard' });
    expect(body.result.split('\n').length).toBeGreaterThan(10);
    expect((await client.request('evaluate', { expression: 'nothing(', context: 'hover' })).success).toBe(false);
  });

  it('completes expressions', async () => {
    const client = await standing(FIRST, {}, at9);
    const targets = async (text: string): Promise<string[]> =>
      ((await client.request('completions', { text, column: text.length + 1 })).body.targets as P.CompletionItem[]).map(({ label }) => label);
    expect(await targets('ste(8).Con')).toContain('Config');
    expect(await targets('wal')).toContain('walk');
    expect(await targets('')).toContain('eth0');
  });
});

describe('what takes part', () => {
  it('explains an exception', async () => {
    const client = await standing(FIRST, {}, (c) => c.request('setExceptionBreakpoints', { filters: ['event', 'expectation'] }));
    const { body: fault } = await client.request('exceptionInfo', { threadId: client.thread });
    expect(fault).toMatchObject({ exceptionId: expect.stringContaining('F_TRANSLATION'), breakMode: 'always' });
    expect(fault.details.stackTrace).toMatch(/^Cause:\n- The stage-1 level-2 descriptor[^]*InputAddr \[191:128\] +0x20000000/);
    await go(client, 'continue');
    const { body: failed } = await client.request('exceptionInfo', { threadId: client.thread });
    expect(failed.details.stackTrace).toMatch(/^expected .*\nactual .*\n {2}at \/s\/first\.smmu:2:1/);
    await go(client, 'stepBack');
    expect((await client.request('exceptionInfo', { threadId: client.thread })).success).toBe(false);
  });

  it('explains a fault of which nothing is found by what is usual', async () => {
    const text = `${MACHINE}in host\n  probe\n  attach eth0\ndma eth0 read 0x8000000000000000 4\n`;
    const client = await standing(text, {}, (c) => c.request('setExceptionBreakpoints', { filters: ['event'] }));
    const { body } = await client.request('exceptionInfo', { threadId: client.thread });
    expect(body.details.stackTrace).toMatch(/^Usual causes:\n- [^]*Look at:\n- [^]*InputAddr/);
  });

  it('lists SMMUs as modules', async () => {
    const client = await standing(BOARD);
    const { body } = await client.request('modules', { startModule: 0, moduleCount: 1 });
    expect(body).toMatchObject({ totalModules: 2, modules: [{ name: 'smmu_io', streams: expect.stringContaining('0x'), queues: expect.stringContaining('2^'), addressRange: expect.stringMatching(/^0x.*-0x/) }] });
  });

  it('calls threads by the labels of the board', async () => {
    const client = await standing(BOARD);
    const { body } = await client.request('threads');
    const names = (body.threads as P.Thread[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['eth0 StreamID 0x20', 'smmu_io command queue', 'smmu_pcie command queue', 'host']));
    expect(names.join()).not.toContain('@');
  });

  it('gives sources with checksums', async () => {
    const client = await standing(BOARD);
    const { body } = await client.request('loadedSources');
    expect((body.sources as P.Source[]).map(({ name }) => name)).toEqual(expect.arrayContaining(['first.smmu', 'merlin.dtsi']));
    expect((body.sources as P.Source[])[0]?.checksums).toMatchObject([{ algorithm: 'SHA256' }]);
    expect((await client.request('source', { source: { path: PATH }, sourceReference: 0 })).body.content).toBe(BOARD);
    expect((await client.request('source', { sourceReference: 7 })).success).toBe(false);
  });

  it('shows what came of each line, and the stream of a device', async () => {
    const client = await standing(LOOP, { stopOnEnd: true }, async () => undefined);
    const { body } = await client.request('vsmmu/inlineValues', { path: PATH, start: 0, end: 99 });
    expect((body.values as { line: number; text: string }[]).map(({ line, text }) => `${line + 1} ${text}`).toSorted()).toEqual(expect.arrayContaining([
      expect.stringMatching(/^13 reached 0x81003000 \(round 4\)$/), expect.stringMatching(/^6 /),
    ]));
    const board = await standing(BOARD, { stopOnEnd: true }, async () => undefined);
    const { body: hover } = await board.request('vsmmu/hover', { path: `${process.cwd()}/examples/merlin/merlin.dtsi`, line: 156, column: 0 });
    expect(hover.markdown).toContain('Config=5');
    expect((await board.request('vsmmu/hover', { path: PATH, line: 0, column: 0 })).body.markdown).toBeNull();
  });
});

describe('what is long', () => {
  const MANY = `smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=${Array.from({ length: 12 }, (_, i) => i).join()}\nmemory ram 0x80000000 256M\n`;

  it('is cut in modules', async () => {
    const client = await standing(`${MANY}echo "x"\n`);
    expect((await client.request('modules')).body.modules[0].streams).toBe('0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, ... (12)');
  });

  it('is cut beside lines, with a mark before what failed', async () => {
    const client = await standing(`${MACHINE}expect 1 == 2\necho "${'long '.repeat(40)}"\n`, { stopOnEnd: true }, async () => undefined);
    const { body } = await client.request('vsmmu/inlineValues', { path: PATH, start: 0, end: 99 });
    const texts = (body.values as { text: string }[]).map(({ text }) => text);
    expect(texts).toContainEqual(expect.stringMatching(/^✗ /));
    expect(texts).toContainEqual(expect.stringMatching(/^(?:long ){20}\.\.\.$/));
  });

  it('is cut on the clipboard, which says so', async () => {
    const client = await standing(FIRST, {}, at9);
    const { body } = await client.request('evaluate', { expression: 'cmdq', context: 'clipboard' });
    const rows = (body.result as string).split('\n');
    expect([rows.length, rows.at(-1)]).toEqual([501, '...']);
    expect((await client.request('evaluate', { expression: 'ste(8).V', context: 'clipboard' })).body.result).toBe('1');
  });
});

describe('the last words', () => {
  it.each([
    ['echo "x"', 'The scenario is over; it expects nothing.'],
    ['expect 1 == 1', 'The scenario is over: its expectation holds.'],
    ['expect 1 == 1\nexpect 2 == 2', 'The scenario is over: all 2 expectations hold.'],
    ['expect 1 == 1\nexpect 2 == 3', 'The scenario is over: 1 of 2 expectations hold.'],
    ['poke 0 1', 'The scenario is over; it expects nothing, and 1 action failed.'],
    ['expect 1 == 1\npoke 0 1\npoke 8 1', 'The scenario is over: its expectation holds, and 2 actions failed.'],
    ['expect 1 == 2\npoke 0 1', 'The scenario is over: 0 of 1 expectations hold, and 1 action failed.'],
  ])('after %j', async (text, words) => {
    const client = await standing(`${MACHINE}${text}\n`, {}, async () => undefined);
    expect(client.events.filter(({ event }) => event === 'output').map(({ body }) => body?.['output'])).toContain(`${words}\n`);
  });
});

describe('memory', () => {
  it('reads and writes memory', async () => {
    const client = await standing(FIRST, {}, at9);
    const write = (memoryReference: string, data: string, more: object = {}): ReturnType<typeof client.request> =>
      client.request('writeMemory', { memoryReference, data: Buffer.from(data).toString('base64'), ...more });
    const told = client.event('memory');
    expect((await write('0x81000100', 'data')).body).toEqual({ bytesWritten: 4 });
    expect((await told).body).toEqual({ memoryReference: '0x81000100', offset: 0, count: 4 });
    const { body } = await client.request('readMemory', { memoryReference: '0x81000000', offset: 0x100, count: 4 });
    expect([body.address, Buffer.from(body.data, 'base64').toString()]).toEqual(['0x81000100', 'data']);
    expect((await client.request('readMemory', { memoryReference: '0x0', count: 16 })).body).toMatchObject({ data: '', unreadableBytes: 16 });
    expect((await write('0x8ffffffe', 'data')).message).toContain('Only 2 of 4 bytes');
    expect((await write('0x8ffffffe', 'data', { allowPartial: true })).body).toEqual({ bytesWritten: 2 });
  });

  it.each([
    ['readMemory', { memoryReference: 'x', count: 4 }], ['readMemory', { memoryReference: '0x0', offset: -8, count: 4 }],
    ['readMemory', { memoryReference: '0x80000000', count: -1 }], ['readMemory', {}], ['writeMemory', { memoryReference: '0x80000000', data: '%%' }],
    ['writeMemory', { memoryReference: '0x80000000' }], ['disassemble', { memoryReference: '0x80000000', instructionCount: 'x' }], ['disassemble', {}],
  ])('refuses %s with %j', async (command, args) => {
    const client = await standing(FIRST);
    expect((await client.request(command, args)).success).toBe(false);
  });

  it('disassembles tables and queues', async () => {
    const client = await standing(FIRST, {}, at9);
    const rows = async (memoryReference: string, args: object): Promise<P.DisassembledInstruction[]> =>
      (await client.request('disassemble', { memoryReference, ...args })).body.instructions;
    const queue = /0x[0-9a-f]+/.exec(await value(client, 'smmu0.CMDQ_BASE.ADDR'))?.[0] ?? '';
    const commands = await rows(queue, { instructionCount: 4 });
    expect(commands.map(({ instruction }) => instruction)).toEqual(expect.arrayContaining([expect.stringContaining('CMD_')]));
    expect(await rows(queue, { instructionOffset: -3, instructionCount: 10 })).toHaveLength(10);
    expect(await rows('0x0', { instructionOffset: -5, instructionCount: 10 })).toHaveLength(10);
  });
});
