import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { testIo, type TestIo } from './support.ts';

const CASES = readFileSync(join(import.meta.dirname, '../fixtures/qemu/cases.jsonl'), 'utf8').trim().split('\n');
const FIRST = CASES[0] ?? '';

async function replay(content: string | Uint8Array, ...args: string[]): Promise<TestIo & { code: number }> {
  const io = testIo({ '/project/cases.jsonl': content });
  return { ...io, code: await run(['replay', ...args, 'cases.jsonl'], io) };
}

describe('vsmmu replay', () => {
  it('answers a case with one line', async () => {
    const { code, out, err } = await replay(`${FIRST}\n`);
    expect({ code, err: err() }).toEqual({ code: 0, err: '' });
    expect(out()).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(out())).toEqual({
      id: 's1 gran12 T0SZ16', dma: [{ ok: true, pa: '0x48000040', perm: '0x3' }], events: [], gerror: '0x0', cmdq_cons: '0x0', eventq_prod: '0x0',
    });
  });

  it('takes bare cases, gzip and blank lines alike', async () => {
    const bare = JSON.stringify((JSON.parse(FIRST) as { case: unknown }).case);
    const expected = (await replay(FIRST)).out();
    expect((await replay(`\n${bare}\n\n`)).out()).toBe(expected);
    expect((await replay(gzipSync(FIRST))).out()).toBe(expected);
  });

  it('answers every case in order', async () => {
    const { out } = await replay(CASES.join('\n'));
    const ids = out().trim().split('\n').map((l) => (JSON.parse(l) as { id: string }).id);
    expect(ids).toEqual(CASES.map((l) => (JSON.parse(l) as { case: { id: string } }).case.id));
  });

  it('reads standard input as -', async () => {
    const io = testIo({}, { stdin: () => Promise.resolve(new TextEncoder().encode(FIRST)) });
    expect(await run(['replay', '-'], io)).toBe(0);
    expect(io.out()).toContain('0x48000040');
  });

  it.each([
    ['{', /cases\.jsonl:2: not JSON: /],
    ['7', /cases\.jsonl:2: the line is no JSON object/],
    ['{"id":"x"}', /:2: 'steps' is no list/],
    ['{"stage":"3","steps":[]}', /:2: 'stage' is "3"/],
    ['{"steps":[7]}', /:2: step 0 is no object/],
    ['{"steps":[{"op":"jump"}]}', /:2: step 0: 'op' is "jump"/],
    ['{"steps":[{"op":"mem","addr":"0x0"}]}', /step 0: neither 'hex' nor 'fill'/],
    ['{"steps":[{"op":"mem","addr":"0x0","hex":"0"}]}', /step 0: 'hex' is not pairs/],
    ['{"steps":[{"op":"mem","addr":"0x0","fill":0,"len":"0xffffffffff"}]}', /step 0: 'len' is too large/],
    ['{"steps":[{"op":"mem","addr":"0xzz","hex":""}]}', /step 0: 'addr' is "0xzz", not a number/],
    ['{"steps":[{"op":"mmio","off":"0x20","size":3}]}', /step 0: 'size' is 3/],
    ['{"steps":[{"op":"mmio","off":"0x20"},{"op":"dma","sid":"0x8","iova":"0x0","len":4}]}', /step 1: 'rw' is missing/],
    ['{"steps":[{"op":"dma","sid":"0x100000000","iova":"0x0","rw":"r"}]}', /step 0: 'sid' is too large/],
  ])('names the line of a wrong case and answers the next: %s', async (line, message) => {
    const { code, out, err } = await replay(`${FIRST}\n${line}\n${FIRST}\n`);
    expect(code).toBe(1);
    expect(err()).toMatch(message);
    const lines = out().trim().split('\n').map((l) => JSON.parse(l) as { line?: number; error?: string; id?: string });
    expect(lines.map((l) => l.line ?? l.id)).toEqual(['s1 gran12 T0SZ16', 2, 's1 gran12 T0SZ16']);
    expect(err()).toContain(lines[1]?.error);
  });

  it.each([[['replay'], /one file of cases/], [['replay', 'none.jsonl'], /no such file/], [['replay', '--cache', 'much', 'cases.jsonl'], /--cache takes/]])('refuses %j', async (args, message) => {
    const io = testIo({ '/project/cases.jsonl': FIRST });
    expect(await run(args, io)).toBe(2);
    expect(io.err()).toMatch(message);
  });
});

describe('steps of a case', () => {
  it('read registers and memory back', async () => {
    const steps = [
      { op: 'mem', addr: '0x40000000', hex: '0102' }, { op: 'mem', addr: 0x40000004, fill: '0xff', len: 2 },
      { op: 'readmem', addr: '0x40000000', len: 8 }, { op: 'readmem', addr: '0x10', len: 4 },
      { op: 'mmio', off: '0x28', val: '0xffffffff' }, { op: 'mmio', off: '0x28' },
    ];
    const { out } = await replay(JSON.stringify({ id: 7, steps }));
    expect(JSON.parse(out())).toMatchObject({
      id: '7', reads: [{ addr: '0x40000000', hex: '01020000ffff0000' }, { addr: '0x10', hex: null }, { off: '0x28', val: '0xfff' }],
    });
  });

  it('write what a device writes, page by page', async () => {
    const steps = [
      { op: 'dma', sid: 8, iova: '0x40000ffe', len: 4, rw: 'w', data: '01020304' },
      { op: 'readmem', addr: '0x40000ff8', len: 16 },
    ];
    const { out } = await replay(JSON.stringify({ id: 'x', steps }));
    expect(JSON.parse(out())).toMatchObject({ dma: [{ ok: true, pa: '0x40000ffe', perm: '0x3' }], reads: [{ hex: '00000000000001020304000000000000' }] });
  });

  it('start from reset', async () => {
    const write = JSON.stringify({ id: 'a', steps: [{ op: 'mem', addr: '0x40000000', hex: 'ff' }, { op: 'mmio', off: '0x28', val: '0xff' }] });
    const read = JSON.stringify({ id: 'b', steps: [{ op: 'readmem', addr: '0x40000000', len: 1 }, { op: 'mmio', off: '0x28' }] });
    const { out } = await replay(`${write}\n${read}`);
    expect(JSON.parse(out().split('\n')[1] ?? '')).toMatchObject({ reads: [{ hex: '00' }, { val: '0x0' }] });
  });
});
