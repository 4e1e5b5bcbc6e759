import { describe, expect, it } from 'vitest';
import { READ, u64, WRITE } from '../../../emulator/index.ts';
import { CDT, DATA, PAGE, PAGE2, Rig, S1, S2 } from '../rig.ts';

const VA = 0x12_3456_7000;
const HOLE = 0x10_0000_0000;
const AF = 0x400;

describe('stage-1 faults', () => {
  it('say what the record needs, and nothing more', () => {
    const rig = new Rig();
    rig.stage1(5);
    expect(rig.at(5, VA + 0xabc, WRITE)).toBe('F_TRANSLATION');
    expect(rig.events()).toEqual([{
      name: 'F_TRANSLATION', Type: 0x10, SSV: 0, SubstreamID: 0, StreamID: 5, STAG: 0, Stall: 0, PnU: 0, InD: 0, RnW: 0, S2: 0, CLASS: 2,
      InputAddr: VA + 0xabc, IPA: 0,
    }]);
  });

  it.each([0, 1, 2])('a table beyond the output size at level %i', (level) => {
    const rig = new Rig();
    rig.stage1(1, { IPS: 1 });
    let table = S1;
    for (let l = 0; l < level; l++) {
      const at = table + (Math.floor(VA / 2 ** (39 - 9 * l)) % 512) * 8;
      table = rig.table(4096);
      rig.store(at, table + 3);
    }
    const at = table + (Math.floor(VA / 2 ** (39 - 9 * level)) % 512) * 8;
    rig.store(at, 2 ** 36 + 3);
    expect(rig.at(1, VA)).toBe('F_ADDR_SIZE');
    rig.store(at, 2 ** 35 + 3);
    expect(rig.at(1, VA)).toBe('F_WALK_EABT');
    expect(rig.events()).toMatchObject([{ name: 'F_ADDR_SIZE' }, { name: 'F_WALK_EABT', S2: 0, CLASS: 1, InputAddr: VA }]);
  });

  it('order: size before access flag before permission', () => {
    const rig = new Rig();
    rig.stage1(1, { IPS: 1 });
    rig.map(S1, VA, 2 ** 36, { low: (PAGE | 0x80) & ~AF });
    expect(rig.at(1, VA, WRITE)).toBe('F_ADDR_SIZE');
    rig.map(S1, VA, DATA, { low: (PAGE | 0x80) & ~AF });
    expect(rig.at(1, VA, WRITE)).toBe('F_ACCESS');
    rig.map(S1, VA, DATA, { low: PAGE | 0x80 });
    expect(rig.at(1, VA, WRITE)).toBe('F_PERMISSION');
  });

  it('the page type 01 at level 3 is reserved', () => {
    const rig = new Rig();
    rig.stage1(1);
    const at = rig.map(S1, VA, DATA);
    rig.store(at, DATA + 0xf41);
    expect(rig.at(1, VA)).toBe('F_TRANSLATION');
  });

  it('AFFD lets the access flag be', () => {
    const rig = new Rig();
    rig.stage1(1, { AFFD: 1 });
    rig.map(S1, VA, DATA, { low: PAGE & ~AF });
    expect(rig.at(1, VA)).toBe(DATA);
    rig.stage2(2, { S2AFFD: 1 });
    rig.map(S2, VA, DATA, { low: PAGE2 & ~AF });
    expect(rig.at(2, VA)).toBe(DATA);
  });

  it.each([[1, 1, 1], [1, 0, 1], [0, 1, 2], [0, 0, 2]])('A %i, R %i', (a, r, status) => {
    const rig = new Rig({ model: { IDR0: 0x0800_000f & ~4, IDR1: 0x0273_0010, IDR3: 0x14, IDR5: 0x0010_0075, AIDR: 1 } });
    rig.stage1(1, { A: a, R: r });
    expect(rig.dma(1, VA).status).toBe(status);
    expect(rig.events()).toHaveLength(r);
  });
});

describe('stage-2 faults', () => {
  it.each([1, 0])('S2R %i', (s2r) => {
    const rig = new Rig();
    rig.stage2(1, { S2R: s2r });
    expect(rig.dma(1, VA + 0x123).status).toBe(1);
    expect(rig.events()).toHaveLength(s2r);
  });

  it('report the IPA without its low bits', () => {
    const rig = new Rig();
    rig.stage2(1);
    expect(rig.at(1, VA + 0xabc)).toBe('F_TRANSLATION');
    expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 2, IPA: VA, InputAddr: VA + 0xabc }]);
  });

  it('order at the leaf, and the address beyond S2T0SZ', () => {
    const rig = new Rig();
    rig.stage2(1, { S2PS: 1, S2T0SZ: 25, S2SL0: 1, S2TTB: S2 });
    rig.map(S2, 0x1000, 2 ** 36, { ia: 39, start: 1, low: 0x3c3 & ~0x80 });
    expect(rig.at(1, 0x1000, WRITE)).toBe('F_ADDR_SIZE');
    rig.map(S2, 0x1000, DATA, { ia: 39, start: 1, low: 0x343 });
    expect(rig.at(1, 0x1000, WRITE)).toBe('F_ACCESS');
    rig.map(S2, 0x1000, DATA, { ia: 39, start: 1, low: 0x743 });
    expect(rig.at(1, 0x1000, WRITE)).toBe('F_PERMISSION');
    expect(rig.at(1, 2 ** 39)).toBe('F_TRANSLATION');
    rig.events();
    expect(rig.at(1, u64(0x10_0000, 0))).toBe('F_ADDR_SIZE');
    expect(rig.events()).toMatchObject([{ S2: 0, IPA: 0 }]);
  });

  it('abort of the walk: the descriptor is named', () => {
    const rig = new Rig();
    rig.stage2(1);
    rig.store(S2, HOLE * 64 + 3);
    expect(rig.at(1, 0x8000_0000)).toBe('F_WALK_EABT');
    expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 2, FetchAddr: HOLE * 64 + 16 }]);
  });
});

describe('nested faults', () => {
  function nested(ste = {}): Rig {
    const rig = new Rig();
    rig.nested(1, {}, ste);
    rig.identity();
    return rig;
  }

  it('of the CD', () => {
    const rig = nested();
    rig.ste(1, { Config: 7, S1ContextPtr: HOLE, S2VMID: 7, S2T0SZ: 16, S2SL0: 2, S2PS: 5, S2AA64: 1, S2R: 1, S2TTB: S2 });
    expect(rig.at(1, VA)).toBe('F_TRANSLATION');
    expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 0, IPA: HOLE, InputAddr: VA, RnW: 1 }]);
  });

  it('of the CD, when stage 2 leads nowhere', () => {
    const rig = nested();
    rig.map(S2, 0xc000_0000, HOLE, { low: PAGE2 });
    rig.ste(1, { Config: 7, S1ContextPtr: 0xc000_0040, S2VMID: 7, S2T0SZ: 16, S2SL0: 2, S2PS: 5, S2AA64: 1, S2R: 1, S2TTB: S2 });
    expect(rig.at(1, VA)).toBe('F_CD_FETCH');
    expect(rig.events()).toMatchObject([{ FetchAddr: HOLE + 0x40 }]);
  });

  it('of a stage-1 table: the descriptor, at the level where it is', () => {
    const rig = nested();
    rig.store(S1 + Math.floor(VA / 2 ** 39) * 8, HOLE + 3);
    expect(rig.at(1, VA, WRITE)).toBe('F_TRANSLATION');
    const at = HOLE + (Math.floor(VA / 2 ** 30) % 512) * 8;
    expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 1, IPA: at - (at % 4096), RnW: 0 }]);
    rig.map(S2, HOLE, HOLE, { low: PAGE2 });
    expect(rig.at(1, VA, WRITE)).toBe('F_WALK_EABT');
    expect(rig.events()).toMatchObject([{ S2: 0, CLASS: 1, FetchAddr: at }]);
  });

  it('of a stage-1 table that may not be read: TTRnW says read', () => {
    const rig = nested();
    rig.store(S1 + Math.floor(VA / 2 ** 39) * 8, HOLE + 3);
    rig.map(S2, HOLE, DATA, { low: PAGE2 & ~0x40 });
    expect(rig.at(1, VA, WRITE)).toBe('F_PERMISSION');
    expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 1, TTRnW: 1, RnW: 0 }]);
  });

  it.each([[0, 1], [0, 0], [1, 1]])('tables in Device memory, MemAttr %i, S2PTW %i', (memAttr, ptw) => {
    const rig = nested({ S2PTW: ptw });
    rig.map(S1, VA, DATA);
    rig.map(S2, DATA, DATA);
    rig.store(S1 + Math.floor(VA / 2 ** 39) * 8, HOLE + 3);
    rig.map(S2, HOLE, DATA + 0x1000, { low: (PAGE2 & ~0x3c) | (memAttr << 2) });
    const next = DATA + 0x1000 + (Math.floor(VA / 2 ** 30) % 512) * 8;
    rig.store(next, DATA - (DATA % 2 ** 30) + 0xf41);
    rig.map(S2, DATA + (VA % 2 ** 30), DATA, { low: PAGE2 });
    expect(rig.at(1, VA)).toBe(ptw === 1 ? 'F_PERMISSION' : DATA);
    if (ptw === 1) expect(rig.events()).toMatchObject([{ CLASS: 1, S2: 1 }]);
  });

  it('of the output, with its own IPA', () => {
    const rig = nested();
    rig.map(S1, VA, HOLE);
    expect(rig.at(1, VA + 8)).toBe('F_TRANSLATION');
    expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 2, IPA: HOLE }]);
  });
});

describe('hardware update', () => {
  const DBM = 1 << 19;

  it('sets the access flag once, and keeps nothing before', () => {
    const rig = new Rig();
    rig.stage1(1, { HA: 1 });
    const at = rig.map(S1, VA, DATA, { low: PAGE & ~AF });
    expect(rig.at(1, VA)).toBe(DATA);
    expect(rig.load(at).lo & AF).toBe(AF);
    rig.stage2(2, { S2HA: 1 });
    const at2 = rig.map(S2, VA, DATA, { low: PAGE2 & ~AF });
    expect(rig.at(2, VA)).toBe(DATA);
    expect(rig.load(at2).lo & AF).toBe(AF);
  });

  it('does not set the access flag where the access is denied', () => {
    const rig = new Rig();
    rig.stage1(1, { HA: 1 });
    const at = rig.map(S1, VA, DATA, { low: (PAGE & ~AF) | 0x80 });
    expect(rig.at(1, VA, WRITE)).toBe('F_PERMISSION');
    expect(rig.load(at).lo & AF).toBe(0);
  });

  it.each(['none', 'architecture'] as const)('makes clean pages dirty on the first write only, caches %s', (policy) => {
    const rig = new Rig({ policy });
    rig.stage1(1, { HA: 1, HD: 1 });
    const at = rig.map(S1, VA, DATA, { low: PAGE | 0x80, high: DBM });
    expect(rig.at(1, VA, READ)).toBe(DATA);
    expect(rig.load(at).lo & 0x80).toBe(0x80);
    expect(rig.at(1, VA, WRITE)).toBe(DATA);
    expect(rig.load(at).lo & 0x80).toBe(0);
    expect(rig.at(1, VA, WRITE)).toBe(DATA);
  });

  it.each([[{ HA: 1 }, DBM, 0], [{ HA: 1, HD: 1 }, 0, 0], [{ HD: 1 }, DBM, 0], [{ HA: 1, HD: 1 }, DBM, 1 << 30]] as const)('does not with %o, DBM %i', (cd, high, table) => {
    const rig = new Rig();
    rig.stage1(1, cd);
    rig.map(S1, VA, DATA, { low: PAGE | 0x80, high });
    const level0 = S1 + Math.floor(VA / 2 ** 39) * 8;
    const old = rig.load(level0);
    rig.store(level0, { hi: (old.hi | table) >>> 0, lo: old.lo });
    expect(rig.at(1, VA, WRITE)).toBe('F_PERMISSION');
  });

  it.each(['none', 'architecture'] as const)('of stage 2, caches %s', (policy) => {
    const rig = new Rig({ policy });
    rig.stage2(1, { S2HA: 1, S2HD: 1 });
    const at = rig.map(S2, VA, DATA, { low: PAGE2 & ~0x80, high: DBM });
    expect(rig.at(1, VA)).toBe(DATA);
    expect(rig.load(at).lo & 0x80).toBe(0);
    expect(rig.at(1, VA, WRITE)).toBe(DATA);
    expect(rig.load(at).lo & 0x80).toBe(0x80);
    expect(rig.at(1, VA, WRITE)).toBe(DATA);
  });

  it('pages that are not clean stay as they are at stage 2', () => {
    const rig = new Rig();
    rig.stage2(1, { S2HA: 1, S2HD: 1 });
    rig.stage2(2, { S2HA: 1, S2TTB: 0x6800_0000, S2VMID: 8 });
    rig.map(S2, VA, DATA, { low: PAGE2 & ~0x80 });
    rig.map(0x6800_0000, VA, DATA, { low: PAGE2 & ~0x80, high: DBM });
    expect([rig.at(1, VA, WRITE), rig.at(2, VA, WRITE)]).toEqual(['F_PERMISSION', 'F_PERMISSION']);
  });

  it('leaves one TLB entry for a page that became dirty', () => {
    const rig = new Rig();
    rig.stage1(1, { HA: 1, HD: 1 });
    rig.stage2(2, { S2HA: 1, S2HD: 1 });
    rig.map(S1, VA, DATA, { low: PAGE | 0x80, high: DBM });
    rig.map(S2, VA, DATA, { low: PAGE2 & ~0x80, high: DBM });
    for (const sid of [1, 2]) expect([READ, WRITE, READ, WRITE].map((how) => rig.at(sid, VA, how))).toEqual([DATA, DATA, DATA, DATA]);
    expect([rig.smmu.parts.caches.tlb.table.count, rig.smmu.parts.caches.stage2.table.count]).toEqual([1, 1]);
  });

  it('a clean page may be executed where a writable one may', () => {
    const rig = new Rig();
    rig.stage1(1, { HA: 1, HD: 1 });
    rig.map(S1, VA, DATA, { low: PAGE | 0x80, high: DBM });
    expect([rig.at(1, VA, READ | 8), rig.at(1, VA, READ | 8 | 4)]).toEqual([DATA, 'F_PERMISSION']);
  });

  it('a clean page counts as writable where that takes execution away', () => {
    const rig = new Rig();
    rig.stage1(1, { HA: 1, HD: 1, WXN: 1 });
    rig.map(S1, VA, DATA, { low: PAGE | 0x80, high: DBM });
    expect(rig.at(1, VA, READ | 8)).toBe('F_PERMISSION');
    expect(rig.at(1, VA, READ | 8 | 4)).toBe('F_PERMISSION');
    expect(rig.at(1, VA, READ)).toBe(DATA);
  });

  it('of a nested stage-1 table needs stage 2 to let it write', () => {
    const rig = new Rig();
    rig.nested(1, { HA: 1 });
    rig.identity();
    rig.map(S2, DATA, DATA);
    const at = rig.map(S1, VA, DATA, { low: PAGE & ~AF });
    const table = at - (at % 4096);
    // Stage 1 reaches its last table through an IPA that stage 2 makes read-only.
    rig.map(S2, 0x20_0000_0000, table, { low: PAGE2 & ~0x80 });
    const parent = findParent(rig, table);
    rig.store(parent, 0x20_0000_0003);
    expect(rig.at(1, VA, READ)).toBe('F_PERMISSION');
    expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 1, TTRnW: 0, IPA: 0x20_0000_0000 }]);
    rig.map(S2, 0x20_0000_0000, table, { low: PAGE2 });
    rig.cmd('TLBI_S12_VMALL', { VMID: 7 });
    expect(rig.at(1, VA, READ)).toBe(DATA);
    expect(rig.load(at).lo & AF).toBe(AF);
  });

  it('that memory does not take is a walk abort', () => {
    const rig = new Rig();
    rig.stage1(1, { HA: 1 });
    rig.stage2(2, { S2HA: 1 });
    const one = rig.map(S1, VA, DATA, { low: PAGE & ~AF });
    const two = rig.map(S2, VA, DATA, { low: PAGE2 & ~AF });
    rig.machine.memory.injectAborts([{ base: one, size: 8, on: 'write' }, { base: two, size: 8, on: 'write' }]);
    expect([rig.at(1, VA), rig.at(2, VA)]).toEqual(['F_WALK_EABT', 'F_WALK_EABT']);
    expect(rig.events()).toMatchObject([{ S2: 0, CLASS: 1, FetchAddr: one }, { S2: 1, CLASS: 2, FetchAddr: two }]);
  });

  it('of big-endian tables', () => {
    const rig = new Rig({ model: { IDR0: 0x0800_0087 | (2 << 2), IDR1: 0x0273_0010, IDR3: 0x14, IDR5: 0x0010_0075, AIDR: 1 } });
    rig.stage1(1, { ENDI: 1, HA: 1, HD: 1 });
    const swap = (x: number): number => new DataView(Uint32Array.of(x).buffer).getUint32(0, false);
    rig.store(S1, u64(swap(0x7000_0003), 0));
    // A clean 1G block without access flag: DBM is bit 51, AP[2] bit 7.
    rig.store(0x7000_0000, u64(swap(0x8000_00c1), swap(1 << 19)));
    expect(rig.at(1, 0x1234, WRITE)).toBe(0x8000_1234);
    expect(rig.load(0x7000_0000)).toEqual(u64(swap(0x8000_0441), swap(1 << 19)));
  });

  function findParent(rig: Rig, table: number): number {
    let at = S1;
    for (let level = 0; level < 3; level++) {
      const entry = at + (Math.floor(VA / 2 ** (39 - 9 * level)) % 512) * 8;
      const next = (rig.load(entry).lo & -4096) >>> 0;
      if (next === table) return entry;
      at = next;
    }
    throw new Error('no parent');
  }
});

describe('external aborts', () => {
  it('can be injected into RAM', () => {
    const rig = new Rig();
    rig.stage1(1);
    const at = rig.map(S1, VA, DATA);
    rig.machine.memory.injectAborts([{ base: at, size: 8 }]);
    expect(rig.at(1, VA)).toBe('F_WALK_EABT');
    rig.machine.memory.injectAborts([{ base: CDT + 0x1000, size: 64 }]);
    rig.cmd('CFGI_STE_RANGE', { Range: 31 });
    expect(rig.at(1, VA)).toBe('F_CD_FETCH');
    rig.machine.memory.injectAborts([]);
    expect(rig.at(1, VA)).toBe(DATA);
  });
});
