import { describe, expect, it } from 'vitest';
import { encode, L1CD, L1STD, STE, type FieldInput } from '../../../emulator/index.ts';
import { CDT, DATA, GOOD_CD, Rig, S1, S2, STRTAB } from '../rig.ts';

const VA = 0x1000;
const L2 = 0x4180_0000;

/** Turns the SMMU off, gives it another stream table, and turns it on again. */
function table(rig: Rig, base: number, cfg: number): void {
  rig.reg(0x20, 0xc);
  rig.reg(0x80, base, 8);
  rig.reg(0x88, cfg);
  rig.reg(0x20, 0xd);
  rig.cmd('CFGI_STE_RANGE', { Range: 31 });
}

function twoLevel(split: number, log2: number): number {
  return log2 | (split << 6) | (1 << 16);
}

function rigWithData(policy: 'none' | 'architecture' = 'architecture'): Rig {
  const rig = new Rig({ policy });
  rig.cd(CDT);
  rig.map(S1, VA, DATA);
  return rig;
}

const STREAM = encode(STE, { V: 1, Config: 5, S1ContextPtr: CDT });

describe('stream table', () => {
  it.each([[6, 64], [8, 256], [10, 1024]])('two-level, split %i', (split, size) => {
    const rig = rigWithData();
    rig.put(STRTAB, encode(L1STD, { Span: split + 1, L2Ptr: L2 }));
    rig.put(STRTAB + 8, encode(L1STD, { Span: 3, L2Ptr: L2 + 0x10_0000 }));
    rig.put(STRTAB + 16, encode(L1STD, { Span: 0, L2Ptr: L2 }));
    rig.put(STRTAB + 24, encode(L1STD, { Span: 12, L2Ptr: L2 }));
    rig.put(STRTAB + 32, encode(L1STD, { Span: split + 2, L2Ptr: L2 }));
    rig.put(L2 + (size - 1) * 64, STREAM);
    rig.put(L2 + 0x10_0000 + 3 * 64, STREAM);
    rig.put(L2 + 0x10_0000 + 4 * 64, STREAM);
    table(rig, STRTAB, twoLevel(split, 14));
    const results = [size - 1, size + 3, size + 4, 2 * size, 3 * size, 4 * size, 2 ** 14].map((sid) => rig.at(sid, VA));
    expect(results).toEqual([DATA, DATA, ...Array.from({ length: 5 }, () => 'C_BAD_STREAMID')]);
  });

  it.each([0, 5, 7, 9, 31])('split %i behaves as 6', (split) => {
    const rig = rigWithData();
    rig.put(STRTAB + 8, encode(L1STD, { Span: 7, L2Ptr: L2 }));
    rig.put(L2 + 5 * 64, STREAM);
    table(rig, STRTAB, twoLevel(split, 14));
    expect(rig.at(64 + 5, VA)).toBe(DATA);
  });

  it('level-2 arrays are aligned to their size', () => {
    const rig = rigWithData();
    rig.put(STRTAB, encode(L1STD, { Span: 9, L2Ptr: L2 + 0x40 }));
    rig.put(L2 + 3 * 64, STREAM);
    table(rig, STRTAB, twoLevel(8, 8));
    expect(rig.at(3, VA)).toBe(DATA);
    rig.put(STRTAB, encode(L1STD, { Span: 9, L2Ptr: L2 + 0x4000 }));
    rig.put(L2 + 0x4000 + 5 * 64, STREAM);
    rig.cmd('CFGI_STE_RANGE', { Range: 31 });
    expect([rig.at(5, VA), rig.at(3, VA)]).toEqual([DATA, 'C_BAD_STE']);
  });

  it('the table is aligned to its size, linear and two-level', () => {
    const rig = rigWithData();
    rig.put(STRTAB + 3 * 64, STREAM);
    table(rig, STRTAB + 0x2000, 8);
    expect(rig.at(3, VA)).toBe(DATA);
    rig.put(STRTAB, encode(L1STD, { Span: 7, L2Ptr: L2 }));
    rig.put(L2 + 3 * 64, STREAM);
    table(rig, STRTAB + 0x400, twoLevel(6, 14));
    expect(rig.at(3, VA)).toBe(DATA);
  });

  it.each([2, 3])('format %i is linear', (format) => {
    const rig = rigWithData();
    rig.put(STRTAB + 3 * 64, STREAM);
    table(rig, STRTAB, 8 | (format << 16));
    expect(rig.at(3, VA)).toBe(DATA);
  });

  it('without two levels the format does not matter', () => {
    const rig = new Rig({ model: 'v3.0-minimal' });
    rig.cd(CDT, { IPS: 2 });
    rig.map(S1, VA, DATA);
    rig.put(STRTAB + 3 * 64, STREAM);
    table(rig, STRTAB, 6 | (1 << 16));
    expect(rig.at(3, VA)).toBe(DATA);
    expect(rig.at(64, VA)).toBe('C_BAD_STREAMID');
  });

  it('what cannot be read is a fetch fault with its address', () => {
    const rig = rigWithData();
    table(rig, 0x80_0000_0000, 8);
    expect(rig.at(3, VA)).toBe('F_STE_FETCH');
    table(rig, 0x80_0000_0000, twoLevel(8, 16));
    expect(rig.at(0x300, VA)).toBe('F_STE_FETCH');
    table(rig, STRTAB, twoLevel(8, 16));
    rig.put(STRTAB, encode(L1STD, { Span: 9, L2Ptr: 0x80_0000_0000 }));
    expect(rig.at(3, VA, 1, 9)).toBe('F_STE_FETCH');
    expect(rig.events()).toMatchObject([
      { StreamID: 3, FetchAddr: 0x80_0000_00c0, SSV: 0 }, { StreamID: 0x300, FetchAddr: 0x80_0000_0018 }, { FetchAddr: 0x80_0000_00c0, SSV: 1, SubstreamID: 9 },
    ]);
  });

  it('C_BAD_STREAMID is recorded only with RECINVSID', () => {
    const rig = new Rig();
    rig.at(999, VA);
    expect(rig.events()).toMatchObject([{ name: 'C_BAD_STREAMID', StreamID: 999 }]);
    rig.reg(0x20, 0xc);
    rig.reg(0x2c, 0);
    rig.reg(0x20, 0xd);
    expect(rig.dma(999, VA).status).toBe(1);
    expect(rig.events()).toEqual([]);
  });
});

describe('CD tables', () => {
  const cds = (ste: FieldInput, ssids: (number | undefined)[]): (number | string)[] => {
    const rig = rigWithData();
    rig.ste(1, { Config: 5, S1ContextPtr: CDT, S1CDMax: 12, ...ste });
    for (let i = 0; i < 16; i++) rig.cd(CDT + i * 64, { ASID: i });
    return ssids.map((ssid) => rig.at(1, VA, 1, ssid));
  };

  it('linear', () => {
    expect(cds({ S1CDMax: 2 }, [1, 3, 4, undefined])).toEqual([DATA, DATA, 'C_BAD_SUBSTREAMID', 'F_STREAM_DISABLED']);
    expect(cds({ S1CDMax: 2, S1DSS: 1 }, [undefined, 0, 1])).toEqual([VA, DATA, DATA]);
    expect(cds({ S1CDMax: 2, S1DSS: 2 }, [undefined, 0, 1])).toEqual([DATA, 'F_STREAM_DISABLED', DATA]);
    expect(cds({ S1CDMax: 2, S1DSS: 3 }, [undefined])).toEqual(['F_STREAM_DISABLED']);
    expect(cds({ S1CDMax: 2, S1Fmt: 3 }, [3])).toEqual([DATA]);
    expect(cds({ S1CDMax: 0 }, [undefined, 0])).toEqual([DATA, 'C_BAD_SUBSTREAMID']);
    expect(cds({ S1CDMax: 4, S1ContextPtr: CDT + 0x40 }, [1])).toEqual([DATA]);
  });

  it.each([[1, 6, 12], [2, 10, 16]])('two-level, S1Fmt %i', (format, split, bits) => {
    const rig = rigWithData();
    rig.ste(1, { Config: 5, S1ContextPtr: CDT, S1CDMax: split + 3, S1Fmt: format });
    const leaf = CDT + 0x2_0000;
    rig.put(CDT + 8, encode(L1CD, { V: 1, L2Ptr: leaf }));
    rig.put(CDT + 16, encode(L1CD, { V: 0, L2Ptr: leaf }));
    rig.put(CDT + 24, encode(L1CD, { V: 1, L2Ptr: 2 ** 52 }));
    rig.put(CDT + 32, encode(L1CD, { V: 1, L2Ptr: 0x80_0000_0000 }));
    rig.put(CDT + 40, encode(L1CD, { V: 1, L2Ptr: leaf + 0x1000 }));
    rig.cd(leaf + 5 * 64);
    const n = 2 ** split;
    expect([n + 5, 2 * n + 5, 3 * n + 5, 4 * n + 5].map((ssid) => rig.at(1, VA, 1, ssid))).toEqual([DATA, 'C_BAD_SUBSTREAMID', 'C_BAD_SUBSTREAMID', 'F_CD_FETCH']);
    expect(rig.events()).toMatchObject([{ SubstreamID: 2 * n + 5 }, { SubstreamID: 3 * n + 5 }, { FetchAddr: 0x80_0000_0000 + 5 * 64 }]);
    // With 64K leaves the pointer's bits 15:12 do not count.
    expect(rig.at(1, VA, 1, 5 * n + 5)).toBe(bits === 16 ? DATA : 'C_BAD_CD');
  });

  it.each([[1, 12, 0x200], [2, 12, 0x40], [0, 4, 0x400]])('the table is aligned to its size: S1Fmt %i, S1CDMax %i', (format, max, size) => {
    const rig = rigWithData();
    rig.ste(1, { Config: 5, S1ContextPtr: CDT + 0x4000 + size / 2, S1CDMax: max, S1Fmt: format });
    if (format === 0) rig.cd(CDT + 0x4000 + 9 * 64);
    else {
      const split = format === 1 ? 6 : 10;
      rig.put(CDT + 0x4000 + (9 >>> split) * 8, encode(L1CD, { V: 1, L2Ptr: CDT + 0x1_0000 }));
      rig.cd(CDT + 0x1_0000 + (9 % 2 ** split) * 64);
    }
    expect(rig.at(1, VA, 1, 9)).toBe(DATA);
  });

  it('a level-1 CD table that cannot be read', () => {
    const rig = rigWithData();
    rig.ste(1, { Config: 5, S1ContextPtr: 0x80_0000_0000, S1CDMax: 8, S1Fmt: 1 });
    expect(rig.at(1, VA, 1, 65)).toBe('F_CD_FETCH');
    expect(rig.events()).toMatchObject([{ FetchAddr: 0x80_0000_0008 }]);
  });

  it('substreams do not exist without stage 1', () => {
    const rig = rigWithData();
    rig.ste(1, { Config: 4 });
    rig.stage2(2);
    expect([rig.at(1, VA, 1, 0), rig.at(2, VA, 1, 0), rig.at(1, VA)]).toEqual(['C_BAD_SUBSTREAMID', 'C_BAD_SUBSTREAMID', VA]);
  });
});

describe('configuration caches', () => {
  const commands: [command: string, fields: FieldInput, fresh: string][] = [
    ['CFGI_STE', { StreamID: 1, Leaf: 1 }, 'ste1 cd1'], ['CFGI_STE', { StreamID: 2 }, 'ste2'], ['CFGI_STE_RANGE', { StreamID: 0, Range: 0 }, 'ste1 cd1'],
    ['CFGI_STE_RANGE', { StreamID: 3, Range: 0 }, 'ste2'], ['CFGI_STE_RANGE', { StreamID: 0, Range: 1 }, 'ste1 ste2 cd1'], ['CFGI_STE_RANGE', { Range: 31 }, 'ste1 ste2 cd1'],
    ['CFGI_CD', { StreamID: 1 }, 'cd1'], ['CFGI_CD', { StreamID: 1, SubstreamID: 1 }, ''], ['CFGI_CD', { StreamID: 2 }, ''], ['CFGI_CD_ALL', { StreamID: 1 }, 'cd1'], ['CFGI_CD_ALL', { StreamID: 2 }, ''],
    ['TLBI_NSNH_ALL', {}, ''],
  ];
  it.each(commands)('%s %o: %s', (command, fields, fresh) => {
    const rig = rigWithData();
    rig.map(S1, 0x2000, DATA);
    // sid 1 keeps its STE and gets another CD; sid 2 gets another STE; sid 3 shares the CD table with sid 1.
    rig.ste(1, { Config: 5, S1ContextPtr: CDT });
    rig.ste(2, { Config: 4 });
    expect([rig.at(1, VA), rig.at(2, VA)]).toEqual([DATA, VA]);
    rig.cd(CDT, { V: 0 });
    rig.ste(2, { Config: 0 });
    rig.cmd(command, fields);
    const seen = [rig.at(1, VA) === 'C_BAD_CD' ? 'cd1' : '', rig.at(2, VA) === 'abort' ? 'ste2' : ''];
    const expected = fresh.split(' ').filter((f) => f !== 'ste1');
    expect(seen.filter((s) => s !== '').sort()).toEqual(expected.filter((s) => s !== '').sort());
  });

  it('keep invalid entries too', () => {
    const rig = rigWithData();
    rig.ste(1, { V: 0 });
    expect(rig.at(1, VA)).toBe('C_BAD_STE');
    rig.ste(1, { Config: 5, S1ContextPtr: CDT });
    expect(rig.at(1, VA)).toBe('C_BAD_STE');
    rig.cmd('CFGI_STE', { StreamID: 1, Leaf: 1 });
    expect(rig.at(1, VA)).toBe(DATA);
  });

  it('survive SMMUEN', () => {
    const rig = rigWithData();
    rig.ste(1, { Config: 5, S1ContextPtr: CDT });
    expect(rig.at(1, VA)).toBe(DATA);
    rig.ste(1, { V: 0 });
    rig.reg(0x20, 0xc);
    rig.reg(0x20, 0xd);
    expect(rig.at(1, VA)).toBe(DATA);
  });

  it.each([[1, 200, 'C_BAD_STREAMID'], [0, 200, DATA], [0, 0, DATA], [0, 255, DATA], [0, 256, 'C_BAD_STREAMID']])('level-1 stream descriptor, Leaf %i for StreamID %i', (leaf, sid, result) => {
    const rig = rigWithData();
    rig.put(L2 + 64, STREAM);
    table(rig, STRTAB + 0x4000, twoLevel(8, 16));
    expect(rig.at(1, VA)).toBe('C_BAD_STREAMID');
    rig.put(STRTAB + 0x4000, encode(L1STD, { Span: 9, L2Ptr: L2 }));
    rig.cmd('CFGI_STE', { StreamID: sid, Leaf: leaf });
    expect(rig.at(1, VA)).toBe(result);
  });

  it.each([[1, 0, 'C_BAD_SUBSTREAMID'], [0, 5, DATA], [0, 64, 'C_BAD_SUBSTREAMID']])('level-1 CD, Leaf %i for SubstreamID %i', (leaf, ssid, result) => {
    const rig = rigWithData();
    rig.ste(1, { Config: 5, S1ContextPtr: CDT + 0x4000, S1CDMax: 8, S1Fmt: 1 });
    expect(rig.at(1, VA, 1, 3)).toBe('C_BAD_SUBSTREAMID');
    rig.put(CDT + 0x4000, encode(L1CD, { V: 1, L2Ptr: CDT }));
    rig.cd(CDT + 3 * 64, GOOD_CD);
    rig.cmd('CFGI_CD', { StreamID: 1, SubstreamID: ssid, Leaf: leaf });
    expect(rig.at(1, VA, 1, 3)).toBe(result);
  });

  it('hold what lies above 4 GB', () => {
    const rig = rigWithData();
    const high = 0x1_2345_0000;
    rig.put(STRTAB, encode(L1STD, { Span: 9, L2Ptr: high - (high % 0x4000) }));
    for (const sid of [1, 2]) rig.put(high - (high % 0x4000) + sid * 64, encode(STE, { V: 1, Config: 5, S1ContextPtr: CDT + 0x4000, S1CDMax: 8, S1Fmt: 1 }));
    table(rig, STRTAB, twoLevel(8, 16));
    rig.put(CDT + 0x4000, encode(L1CD, { V: 1, L2Ptr: high + 0x1_0000 }));
    for (const ssid of [3, 4]) rig.cd(high + 0x1_0000 + ssid * 64, { ASID: ssid });
    for (const sid of [1, 2]) for (const ssid of [3, 4, 3]) expect(rig.at(sid, VA, 1, ssid)).toBe(DATA);
  });

  it('a cached level-1 CD of a nested stream needs stage 2 for the CD only', () => {
    const rig = rigWithData();
    rig.nested(1, {}, { S1ContextPtr: 0x20_0000_0000, S1CDMax: 8, S1Fmt: 1 });
    rig.identity();
    rig.map(S2, DATA, DATA);
    rig.map(S2, 0x20_0000_0000, CDT + 0x4000);
    rig.put(CDT + 0x4000, encode(L1CD, { V: 1, L2Ptr: CDT + 0x8000 }));
    for (const ssid of [3, 4]) rig.cd(CDT + 0x8000 + ssid * 64);
    expect(rig.at(1, VA, 1, 3)).toBe(DATA);
    rig.store(rig.map(S2, 0x20_0000_0000, 0), 0);
    rig.cmd('TLBI_S2_IPA', { VMID: 7, Address: 0x20_0000_0000 });
    expect(rig.at(1, VA, 1, 4)).toBe(DATA);
    rig.cmd('CFGI_CD_ALL', { StreamID: 1 });
    expect(rig.at(1, VA, 1, 4)).toBe('F_TRANSLATION');
    expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 0, IPA: 0x20_0000_0000 }]);
  });

  it('CDs shared by two streams are cached for each', () => {
    const rig = rigWithData();
    for (const sid of [1, 2]) rig.ste(sid, { Config: 5, S1ContextPtr: CDT });
    expect([rig.at(1, VA), rig.at(2, VA)]).toEqual([DATA, DATA]);
    rig.cd(CDT, { V: 0 });
    rig.cmd('CFGI_CD', { StreamID: 1 });
    expect([rig.at(1, VA), rig.at(2, VA)]).toEqual(['C_BAD_CD', DATA]);
  });

  it('without caches every change is seen at once', () => {
    const rig = rigWithData('none');
    rig.ste(1, { Config: 5, S1ContextPtr: CDT });
    expect(rig.at(1, VA)).toBe(DATA);
    rig.cd(CDT, { V: 0 });
    expect(rig.at(1, VA)).toBe('C_BAD_CD');
    rig.ste(1, { Config: 4 });
    expect(rig.at(1, VA)).toBe(VA);
  });
});

describe('SMMU off', () => {
  it('GBPA decides', () => {
    const rig = new Rig();
    rig.reg(0x20, 0xc);
    expect(rig.at(7, 0x1234, 1, 3)).toBe(0x1234);
    expect(rig.at(7, 2 ** 52)).toBe('abort');
    rig.reg(0x44, 0x10_0000);
    expect(rig.at(7, 0x1234)).toBe(0x1234);
    rig.reg(0x44, 0x8010_0000);
    expect(rig.get(0x44)).toBe(0x10_0000);
    expect(rig.at(7, 0x1234)).toBe('abort');
    expect(rig.events()).toEqual([]);
  });

  it('bypass streams', () => {
    const rig = new Rig();
    rig.ste(1, { Config: 4 });
    expect([rig.at(1, 2 ** 52 - 1), rig.at(1, 2 ** 52)]).toEqual([2 ** 52 - 1, 'F_ADDR_SIZE']);
    expect(rig.events()).toMatchObject([{ S2: 0, CLASS: 2, InputAddr: 2 ** 52 }]);
  });
});
