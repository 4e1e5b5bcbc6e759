import { describe, expect, it } from 'vitest';
import { encode, fromNumber, L1CD, L1STD, u64 } from '../../../emulator/index.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import { liveStreams, readCd, readSte, steArrays, streamTable } from '../../../debugger/inspect/streams.ts';
import { CDT, Rig, S1, STRTAB } from '../../emulator/rig.ts';
import { find, lines, rigSystem, seen } from './support.ts';

const ARRAY = 0x4180_0000;

/** Two levels, 16 StreamID bits, 256 STEs in each array. */
function twoLevel(spans: Readonly<Record<number, number>>): Rig {
  const rig = new Rig();
  rig.reg(0x20, 0xc);
  rig.reg(0x88, 0x1_0210);
  rig.reg(0x20, 0xd);
  for (const [index, span] of Object.entries(spans)) rig.put(STRTAB + Number(index) * 8, encode(L1STD, { Span: span, L2Ptr: ARRAY + Number(index) * 0x4000 }));
  return rig;
}

describe('stream tables', () => {
  it('are read as their registers say', () => {
    expect(streamTable(new Rig().machine, 0)).toEqual({ base: STRTAB, isTwoLevel: false, bits: 8, split: 6, size: 64 * 256 });
    expect(streamTable(twoLevel({}).machine, 0)).toEqual({ base: STRTAB, isTwoLevel: true, bits: 16, split: 8, size: 8 * 256 });
    expect(streamTable(new Rig().machine, 5)).toBeUndefined();
  });

  it('have their STEs in arrays; spans that are invalid or reserved have none', () => {
    expect(steArrays(twoLevel({ 0: 9, 1: 0, 2: 12, 3: 4, 4: 31 }).machine, 0)).toEqual([
      { base: ARRAY, first: 0, count: 256 }, { base: ARRAY + 0xc000, first: 0x300, count: 8 },
    ]);
    expect(steArrays(new Rig().machine, 0)).toEqual([{ base: STRTAB, first: 0, count: 256 }]);
    expect(steArrays(new Rig().machine, 9)).toEqual([]);
  });

  it('give the streams that pass in some way, and no more than the cap', () => {
    const rig = twoLevel({ 0: 9, 3: 4 });
    rig.put(ARRAY + 5 * 64, Uint32Array.of(9, 0));
    rig.put(ARRAY + 6 * 64, Uint32Array.of(1, 0));
    rig.put(ARRAY + 0xc000 + 64, Uint32Array.of(0xb, 0));
    expect(liveStreams(rig.machine, 0)).toEqual([5, 0x301]);
    const full = new Rig();
    full.reg(0x20, 0xc);
    full.reg(0x88, 16);
    full.reg(0x20, 0xd);
    for (let i = 0; i < 3000; i++) full.put(STRTAB + i * 64, Uint32Array.of(9, 0));
    expect(liveStreams(full.machine, 0)).toHaveLength(1024);
  });
});

describe('structures', () => {
  it('come with the level-1 descriptor that leads to them', () => {
    const rig = twoLevel({ 0: 9 });
    rig.put(ARRAY + 5 * 64, Uint32Array.of(9, 0, ...new Array<number>(14).fill(0)));
    expect(readSte(rig.machine, 0, 5)).toMatchObject({ address: ARRAY + 5 * 64, level1: { name: 'L1STD', address: STRTAB }, problem: undefined });
    expect(lines(seen(new Inspector(rigSystem(rig), { stream: { smmu: 0, sid: 5, ssid: undefined } }), 'STE').children?.() ?? []).slice(0, 3)).toEqual(['stream: stream 0x5', `L1STD: Span=9 L2Ptr=0x${ARRAY.toString(16)}`, 'address: 0x41800140']);
  });

  it.each([
    ['no such SMMU', () => readSte(new Rig().machine, 3, 0), 'there is no SMMU 3'],
    ['outside', () => readSte(new Rig().machine, 0, 256), /^C_BAD_STREAMID/],
    ['level 1 invalid', () => readSte(twoLevel({}).machine, 0, 7), /^C_BAD_STREAMID/],
    ['level 1 leads nowhere', () => {
      const rig = twoLevel({});
      rig.put(STRTAB, encode(L1STD, { Span: 9, L2Ptr: 0x1000_0000 }));
      return readSte(rig.machine, 0, 7);
    }, /^F_STE_FETCH/],
    ['illegal', () => readSte(new Rig().machine, 0, 7), /V is 0/],
  ])('say why they cannot be read: %s', (_, read, problem) => {
    expect(read().problem).toMatch(problem);
  });

  it('follow CD tables of two levels, and their ends', () => {
    const rig = new Rig();
    const leafTable = 0x4500_0000;
    rig.ste(8, { Config: 5, S1ContextPtr: CDT, S1CDMax: 10, S1Fmt: 1, S1DSS: 2 });
    rig.put(CDT + 8, encode(L1CD, { V: 1, L2Ptr: leafTable }));
    rig.cd(leafTable + 3 * 64);
    const stream = { smmu: 0, sid: 8 };
    expect(readCd(rig.machine, stream, 64 + 3)).toMatchObject({ address: leafTable + 3 * 64, level1: { name: 'L1CD', address: CDT + 8 }, problem: undefined });
    expect(readCd(rig.machine, stream, 3).problem).toMatch(/^C_BAD_SUBSTREAMID/);
    expect(readCd(rig.machine, stream, 1024).problem).toBe('the stream has 1024 CDs (STE.S1CDMax is 10)');
    expect(readCd(rig.machine, stream, 64).problem).toMatch(/V is 0/);
    expect(readCd(rig.machine, { smmu: 0, sid: 9 }, 0).problem).toMatch(/^the STE|V is 0/);
  });
});

describe('substreams', () => {
  it('list the CDs that are filled, each with its own tables', () => {
    const rig = new Rig();
    rig.ste(8, { Config: 5, S1ContextPtr: CDT, S1CDMax: 3, S1DSS: 2 });
    rig.cd(CDT + 2 * 64, { ASID: 2 });
    rig.cd(CDT + 5 * 64, { ASID: 5, TTB0: S1 + 0x10_0000 });
    rig.map(S1 + 0x10_0000, 0x1000, 0x8000_0000);
    const inspector = new Inspector(rigSystem(rig, { devices: [{ name: 'gpu' }] }));
    expect((seen(inspector, 'CD').children?.() ?? []).map((n) => n.name)).toEqual(['CD 2 of stream 0x8 (gpu)', 'CD 5 of stream 0x8 (gpu)']);
    expect(inspector.symbols.name(S1 + 0x10_0000)).toBe('stage 1 level-0 entry of 0x0, stream 0x8 (gpu)');
    const of5 = new Inspector(rigSystem(rig), { stream: { smmu: 0, sid: 8, ssid: 5 } });
    expect(lines(seen(of5, 'Descriptors', 'Stage 1 ranges').children?.() ?? [])[0]).toMatch(/^0x1000: 4K -> 0x80000000/);
    expect(find(of5.scopes(), 'CD', 'ASID')?.value).toBe('5');
    const walk = of5.evaluate('walk(8, 0x1000, 5).pa');
    expect(walk.ok && walk.node.value).toBe('0x80000000');
  });
});

describe('long lists of ranges', () => {
  it('go on behind the first page', () => {
    const rig = new Rig();
    rig.stage1(8);
    for (let i = 0; i < 250; i++) rig.map(S1, i * 0x2000, 0x8000_0000);
    const first = seen(new Inspector(rigSystem(rig), { stream: { smmu: 0, sid: 8, ssid: undefined } }), 'Descriptors', 'Stage 1 ranges').children?.() ?? [];
    expect(first).toHaveLength(101);
    expect(first.at(-1)).toMatchObject({ name: 'from 0xc8000', value: 'more', isLazy: true });
    const second = first.at(-1)?.children?.() ?? [];
    const third = second.at(-1)?.children?.() ?? [];
    expect([second.length, third.length]).toEqual([101, 50]);
    expect(third.at(-1)?.name).toBe('0x1f2000');
  });
});

describe('words of memory', () => {
  it('are the same through every way to them', () => {
    const rig = new Rig();
    rig.machine.memory.store(fromNumber(0x8000_0000), u64(0x11223344, 0x55667788));
    const inspector = new Inspector(rigSystem(rig));
    const value = (text: string): string => {
      const result = inspector.evaluate(text);
      return result.ok ? result.node.value : result.message;
    };
    expect(['mem64', 'mem32', 'mem16', 'mem8'].map((f) => value(`${f}(0x80000000)`))).toEqual(['0x1122334455667788', '0x55667788', '0x7788', '0x88']);
    expect(Array.from(inspector.readMemory(0x8000_0000, 4).bytes)).toEqual([0x88, 0x77, 0x66, 0x55]);
    expect(inspector.disassemble(0x8000_0000, 0, 1)[0]).toMatchObject({ bytes: '88 77 66 55 44 33 22 11', text: '.quad 0x1122334455667788' });
  });
});
