import { describe, expect, it } from 'vitest';
import { READ, u64, type FieldInput } from '../../../emulator/index.ts';
import { CDT, DATA, PAGE, PAGE2, Rig, S1, S2 } from '../rig.ts';

const VA = 0x12_3456_7000;
const FRESH = 0x1_0000_0000;
const NOT_GLOBAL = 0x800;

/** A named translation: a stream, an address, and how to change what it maps. */
interface Victim { name: string; sid: number; change: (rig: Rig, output: number) => void }

function stream(rig: Rig, sid: number, setup: { vmid?: number; asid?: number; global?: boolean; strw?: number }): Victim {
  const root = 0x5000_0000 + sid * 0x100_0000;
  rig.stage1(sid, { ASID: setup.asid ?? 3, TTB0: root }, { S2VMID: setup.vmid ?? 0, STRW: setup.strw ?? 0 });
  const low = setup.global === true ? PAGE & ~NOT_GLOBAL : PAGE;
  const change = (r: Rig, output: number): void => { r.map(root, VA, output, { low }); };
  change(rig, DATA);
  return { name: `sid ${sid}`, sid, change };
}

/** Which victims see new tables after a command: their names. */
function removedBy(make: (rig: Rig) => Record<string, Victim>, command: [string, FieldInput], before?: (rig: Rig) => void): string {
  const rig = new Rig();
  const victims = make(rig);
  for (const v of Object.values(victims)) expect(rig.at(v.sid, VA)).toBe(DATA);
  for (const v of Object.values(victims)) v.change(rig, FRESH);
  for (const v of Object.values(victims)) expect(rig.at(v.sid, VA), 'still cached').toBe(DATA);
  before?.(rig);
  rig.cmd(...command);
  expect(rig.cmdqError).toBe(0);
  return Object.entries(victims).filter(([, v]) => rig.at(v.sid, VA) === FRESH).map(([name]) => name).join(' ');
}

const worlds = (rig: Rig): Record<string, Victim> => ({
  a3: stream(rig, 1, { vmid: 7, asid: 3 }),
  a4: stream(rig, 2, { vmid: 7, asid: 4 }),
  b3: stream(rig, 3, { vmid: 8, asid: 3 }),
  ag: stream(rig, 4, { vmid: 9, asid: 5, global: true }),
  el2: stream(rig, 5, { strw: 2, asid: 3 }),
});

describe('scopes of TLB invalidations by identity', () => {
  const cases: [command: string, fields: FieldInput, removed: string][] = [
    ['TLBI_NH_ALL', { VMID: 7 }, 'a3 a4'],
    ['TLBI_NH_ALL', { VMID: 9 }, 'ag'],
    ['TLBI_NH_ASID', { VMID: 7, ASID: 3 }, 'a3'],
    ['TLBI_NH_ASID', { VMID: 9, ASID: 5 }, ''],
    ['TLBI_NH_VA', { VMID: 7, ASID: 4, Address: VA, Leaf: 1 }, 'a4'],
    ['TLBI_NH_VA', { VMID: 9, ASID: 77, Address: VA, Leaf: 1 }, 'ag'],
    ['TLBI_NH_VA', { VMID: 7, ASID: 4, Address: VA + 0x1000, Leaf: 1 }, ''],
    ['TLBI_NH_VAA', { VMID: 7, Address: VA, Leaf: 1 }, 'a3 a4'],
    ['TLBI_NH_VAA', { VMID: 9, Address: VA, Leaf: 1 }, 'ag'],
    ['TLBI_NH_VAA', { VMID: 7, Address: VA - 0x1000, Leaf: 1 }, ''],
    ['TLBI_S12_VMALL', { VMID: 8 }, 'b3'],
    ['TLBI_NSNH_ALL', {}, 'a3 a4 b3 ag'],
    ['TLBI_EL2_ALL', {}, 'el2'],
    ['TLBI_EL2_VA', { Address: VA, ASID: 99, Leaf: 1 }, 'el2'],
    ['TLBI_EL2_VA', { Address: VA + 0x1000, Leaf: 1 }, ''],
    ['TLBI_EL2_VAA', { Address: VA, Leaf: 1 }, 'el2'],
    ['TLBI_EL2_ASID', { ASID: 0 }, ''],
    ['TLBI_S2_IPA', { VMID: 7, Address: VA }, ''],
    ['CFGI_STE_RANGE', { Range: 31 }, ''],
    ['SYNC', {}, ''],
  ];
  it.each(cases)('%s %o removes: %s', (command, fields, removed) => {
    expect(removedBy(worlds, [command, fields])).toBe(removed);
  });

  it.each([[0, 'a3 a4'], [1, 'a3 a4'], [2, 'a3 a4'], [4, 'a3 a4 b3 ag'], [7, 'a3 a4']])('VMW %i widens the VMID', (vmw, removed) => {
    const ids = { IDR0: 0x08cf369b | (1 << 17), IDR1: 0x0d4a4510, IDR3: 0x7714, IDR5: 0x0010_0075, AIDR: 3 };
    const rig = new Rig({ model: ids });
    const victims = worlds(rig);
    rig.reg(0x20, 0xd | (vmw << 6));
    for (const v of Object.values(victims)) expect(rig.at(v.sid, VA)).toBe(DATA);
    for (const v of Object.values(victims)) v.change(rig, FRESH);
    rig.cmd('TLBI_NH_ALL', { VMID: 7 });
    expect(Object.entries(victims).filter(([, v]) => rig.at(v.sid, VA) === FRESH).map(([n]) => n).join(' ')).toBe(removed);
  });

  it('EL2 with E2H has ASIDs', () => {
    const make = (rig: Rig): Record<string, Victim> => {
      rig.reg(0x20, 0xc);
      rig.reg(0x2c, 3);
      rig.reg(0x20, 0xd);
      return { e3: stream(rig, 1, { strw: 2, asid: 3 }), e4: stream(rig, 2, { strw: 2, asid: 4 }) };
    };
    expect(removedBy(make, ['TLBI_EL2_VA', { Address: VA, ASID: 4, Leaf: 1 }])).toBe('e4');
    expect(removedBy(make, ['TLBI_EL2_ASID', { ASID: 3 }])).toBe('e3');
    expect(removedBy(make, ['TLBI_EL2_VAA', { Address: VA, Leaf: 1 }])).toBe('e3 e4');
    expect(removedBy(make, ['TLBI_EL2_ALL', {}])).toBe('e3 e4');
    expect(removedBy(make, ['TLBI_NSNH_ALL', {}])).toBe('');
  });
});

describe('sharing of translations', () => {
  it('streams with the same VMID and ASID share, whatever their tables', () => {
    const rig = new Rig();
    const one = stream(rig, 1, { vmid: 7 });
    const two = stream(rig, 2, { vmid: 7 });
    two.change(rig, FRESH);
    expect([rig.at(one.sid, VA), rig.at(two.sid, VA)]).toEqual([DATA, DATA]);
  });

  it('global entries are shared by all ASIDs of the same ASET', () => {
    const rig = new Rig();
    const one = stream(rig, 1, { vmid: 7, asid: 3, global: true });
    const two = stream(rig, 2, { vmid: 7, asid: 4, global: true });
    two.change(rig, FRESH);
    expect([rig.at(one.sid, VA), rig.at(two.sid, VA)]).toEqual([DATA, DATA]);
    rig.cd(CDT + 0x2000, { ASID: 4, TTB0: 0x5200_0000, ASET: 1 });
    rig.cmd('CFGI_CD', { StreamID: 2 });
    expect(rig.at(two.sid, VA)).toBe(FRESH);
  });

  it('faults are not cached', () => {
    const rig = new Rig();
    rig.stage1(1);
    expect(rig.at(1, VA)).toBe('F_TRANSLATION');
    rig.map(S1, VA, DATA, { low: PAGE & ~0x400 });
    expect(rig.at(1, VA)).toBe('F_ACCESS');
    rig.map(S1, VA, DATA);
    expect(rig.at(1, VA)).toBe(DATA);
  });
});

/** One stage-1 stream with a leaf of a size; what a range invalidation with hints removes. */
function survives(leaf: { level: number; page?: 12 | 14 | 16 }, fields: FieldInput): boolean {
  const { level, page = 12 } = leaf;
  const rig = new Rig();
  rig.stage1(1, { TG0: { 12: 0, 14: 2, 16: 1 }[page], ASID: 3 });
  const low = level === 3 ? PAGE : PAGE & ~2;
  const base = 0x40_0000_0000;
  rig.map(S1, base, base, { page, level, low });
  expect(rig.at(1, base)).toBe(base);
  rig.map(S1, base, 0x80_0000_0000, { page, level, low });
  rig.cmd('TLBI_NH_VA', { ASID: 3, Leaf: 1, Address: base, ...fields });
  return rig.at(1, base) === base;
}

describe('hints of range invalidations', () => {
  const base = 0x40_0000_0000;
  const cases: [name: string, leaf: { level: number; page?: 12 | 14 | 16 }, fields: FieldInput, survives: boolean][] = [
    ['no granule: any entry', { level: 2 }, {}, false],
    ['no granule: NUM is ignored', { level: 3 }, { NUM: 3, SCALE: 2, Address: base - 0x1000 }, true],
    ['4K, level 3 on a page', { level: 3 }, { TG: 1, TTL: 3 }, false],
    ['4K, level 2 on a page', { level: 3 }, { TG: 1, TTL: 2 }, true],
    ['4K, level 3 on a 2M block', { level: 2 }, { TG: 1, TTL: 3 }, true],
    ['4K, level 2 on a 2M block', { level: 2 }, { TG: 1, TTL: 2 }, false],
    ['4K, level 1 on a 1G block', { level: 1 }, { TG: 1, TTL: 1 }, false],
    ['64K on a 4K page', { level: 3 }, { TG: 3, TTL: 3 }, true],
    ['64K on a 64K page', { level: 3, page: 16 }, { TG: 3, TTL: 3 }, false],
    ['16K on a 16K page', { level: 3, page: 14 }, { TG: 2, TTL: 3 }, false],
    ['4K on a 16K page', { level: 3, page: 14 }, { TG: 1, TTL: 3 }, true],
    ['16K level 1 counts as no hint', { level: 2, page: 14 }, { TG: 2, TTL: 1, NUM: 1 }, false],
    ['512 pages before and up to it', { level: 3 }, { TG: 1, SCALE: 9, Address: base - 511 * 4096 }, false],
    ['512 pages that end before it', { level: 3 }, { TG: 1, SCALE: 9, Address: base - 512 * 4096 }, true],
    ['NUM counts one more', { level: 3 }, { TG: 1, NUM: 3, TTL: 0, Address: base - 3 * 4096 }, false],
    ['NUM, one short', { level: 3 }, { TG: 1, NUM: 2, TTL: 0, Address: base - 3 * 4096 }, true],
    ['a page inside a block', { level: 2 }, { Address: base + 0x5000 }, false],
    ['a page behind a block', { level: 2 }, { Address: base + 0x20_0000 }, true],
    ['a range far away', { level: 3 }, { TG: 1, SCALE: 20, Address: 0 }, true],
    ['a range as large as it gets', { level: 3 }, { TG: 1, SCALE: 31, NUM: 31, Address: 0 }, false],
  ];
  it.each(cases)('%s', (_, leaf, fields, expected) => {
    expect(survives(leaf, fields)).toBe(expected);
  });

  it.each([[{ TG: 1 }], [{ TG: 2, TTL: 1 }], [{ TG: 3 }]])('no range and no level is illegal: %o', (fields) => {
    for (const command of ['TLBI_NH_VA', 'TLBI_NH_VAA', 'TLBI_EL2_VA', 'TLBI_S2_IPA']) {
      const rig = new Rig();
      rig.cmd(command, fields);
      expect(rig.cmdqError, command).toBe(1);
    }
  });

  it('without RIL the hints mean nothing', () => {
    const rig = new Rig({ model: 'mmu-600' });
    rig.stage1(1, { ASID: 3 });
    rig.map(S1, VA, DATA);
    expect(rig.at(1, VA)).toBe(DATA);
    rig.map(S1, VA, FRESH);
    rig.cmd('TLBI_NH_VA', { ASID: 3, Address: VA, Leaf: 1, TG: 3, TTL: 2 });
    expect(rig.cmdqError).toBe(0);
    expect(rig.at(1, VA)).toBe(FRESH);
  });
});

describe('nested invalidations', () => {
  function rigWith(low = PAGE2): Rig {
    const rig = new Rig();
    rig.nested(1);
    rig.identity();
    rig.map(S1, VA, 0x10_0000_0000);
    rig.map(S2, 0x10_0000_0000, DATA, { low });
    expect(rig.at(1, VA)).toBe(DATA);
    rig.map(S2, 0x10_0000_0000, FRESH, { low });
    return rig;
  }
  const cases: [command: string, fields: FieldInput, isFresh: boolean][] = [
    ['TLBI_S2_IPA', { VMID: 7, Address: 0x10_0000_0000 }, false],
    ['TLBI_S12_VMALL', { VMID: 7 }, true],
    ['TLBI_S12_VMALL', { VMID: 6 }, false],
    ['TLBI_NH_ALL', { VMID: 7 }, true],
    ['TLBI_NH_VA', { VMID: 7, ASID: 3, Address: VA, Leaf: 1 }, true],
    ['TLBI_NSNH_ALL', {}, true],
  ];
  it.each(cases)('%s %o: %s', (command, fields, isFresh) => {
    const rig = rigWith();
    rig.cmd(command, fields);
    expect(rig.at(1, VA)).toBe(isFresh ? FRESH : DATA);
  });

  it('a stage-1 block in stage-2 pages goes as a whole', () => {
    const rig = new Rig();
    rig.nested(1);
    rig.identity();
    const ipa = 0x10_0000_0000;
    rig.map(S1, 0, ipa, { level: 2, low: PAGE & ~2 });
    for (let i = 0; i < 4; i++) rig.map(S2, ipa + i * 0x1000, DATA + i * 0x3000, { low: PAGE2 });
    for (let i = 0; i < 4; i++) expect(rig.at(1, i * 0x1000)).toBe(DATA + i * 0x3000);
    for (let i = 0; i < 4; i++) rig.map(S2, ipa + i * 0x1000, FRESH + i * 0x1000, { low: PAGE2 });
    rig.cmd('TLBI_NH_VA', { VMID: 7, ASID: 3, Address: 0x5000, Leaf: 1 });
    for (let i = 0; i < 4; i++) expect(rig.at(1, i * 0x1000)).toBe(FRESH + i * 0x1000);
  });

  it('table accesses are cached by stage 2, and S2_IPA removes them', () => {
    const rig = new Rig();
    rig.nested(1);
    rig.identity();
    // The second table page of stage 1 lies behind an IPA that is then moved.
    const before = rig.table(4096);
    const after = rig.table(4096);
    rig.map(S2, 0x20_0000_0000, before);
    rig.store(S1, 0x20_0000_0003);
    rig.store(before, DATA - (DATA % 2 ** 30) + 0xf41);
    rig.store(after, 0xf41);
    rig.map(S2, DATA, DATA, { level: 1, low: 0x7fd });
    rig.map(S2, 0, FRESH, { level: 2, low: 0x7fd });
    expect(rig.at(1, 0)).toBe(DATA);
    rig.map(S2, 0x20_0000_0000, after);
    rig.cmd('TLBI_NH_ALL', { VMID: 7 });
    expect(rig.at(1, 0)).toBe(DATA);
    rig.cmd('TLBI_NH_ALL', { VMID: 7 });
    rig.cmd('TLBI_S2_IPA', { VMID: 7, Address: 0x20_0000_0000, Leaf: 1 });
    expect(rig.at(1, 0)).toBe(FRESH);
  });
});

describe('walk cache', () => {
  it.each([[1, true], [0, false]])('Leaf %i: a freed table is still walked: %s', (leaf, isStale) => {
    const rig = new Rig();
    rig.stage1(1);
    const old = rig.map(S1, VA, DATA);
    expect(rig.at(1, VA)).toBe(DATA);
    // The last-level table moves; the old one is reused for something else.
    const other = rig.table(4096);
    const parent = parentOf(rig, old - (old % 4096));
    rig.store(parent, other + 3);
    rig.store(other + (old % 4096), u64(Math.floor(FRESH / 2 ** 32), PAGE));
    rig.cmd('TLBI_NH_VA', { ASID: 3, Address: VA, Leaf: leaf });
    expect(rig.at(1, VA)).toBe(isStale ? DATA : FRESH);
  });

  it.each([
    ['TLBI_NH_ASID', { ASID: 3 }, true], ['TLBI_NH_ASID', { ASID: 4 }, false], ['TLBI_NH_ALL', {}, true], ['TLBI_NH_ALL', { VMID: 1 }, false],
    ['TLBI_NH_VAA', { Address: VA }, true], ['TLBI_NH_VAA', { Address: VA + 2 ** 40 }, false], ['TLBI_NH_VA', { Address: VA, ASID: 9 }, false],
    ['TLBI_NH_VA', { Address: VA, ASID: 3, TG: 1, TTL: 3 }, true], ['TLBI_NH_VA', { Address: VA, ASID: 3, TG: 1, TTL: 2 }, false],
    ['TLBI_NH_VA', { Address: VA, ASID: 3, TG: 3, TTL: 3 }, false], ['TLBI_EL2_ALL', {}, false], ['TLBI_S12_VMALL', {}, true],
  ] as [string, FieldInput, boolean][])('%s %o forgets the table: %s', (command, fields, isFresh) => {
    const rig = new Rig();
    rig.stage1(1);
    const old = rig.map(S1, VA, DATA);
    const neighbour = VA + 0x1000;
    rig.map(S1, neighbour, DATA + 0x1000);
    expect(rig.at(1, VA)).toBe(DATA);
    const other = rig.table(4096);
    rig.store(parentOf(rig, old - (old % 4096)), other + 3);
    rig.store(other + (old % 4096) + 8, u64(Math.floor(FRESH / 2 ** 32), PAGE));
    rig.cmd(command, fields);
    // The neighbour was never translated: only the walk cache can know the old table.
    expect(rig.at(1, neighbour)).toBe(isFresh ? FRESH : DATA + 0x1000);
  });

  it('of stage 2 is left alone by stage-1 commands, and goes with S2_IPA', () => {
    const rig = new Rig();
    rig.stage2(1);
    const old = rig.map(S2, VA, DATA, { low: PAGE2 });
    rig.map(S2, VA + 0x1000, DATA + 0x1000, { low: PAGE2 });
    expect(rig.at(1, VA)).toBe(DATA);
    const other = rig.table(4096);
    rig.store(parentOf(rig, old - (old % 4096), S2), other + 3);
    rig.store(other + (old % 4096) + 8, u64(Math.floor(FRESH / 2 ** 32), PAGE2));
    rig.cmd('TLBI_NH_ALL', { VMID: 7 });
    rig.cmd('TLBI_S2_IPA', { VMID: 7, Address: VA + 0x1000, Leaf: 1 });
    rig.cmd('TLBI_S2_IPA', { VMID: 6, Address: VA + 0x1000 });
    expect(rig.at(1, VA + 0x1000)).toBe(DATA + 0x1000);
    rig.cmd('TLBI_S2_IPA', { VMID: 7, Address: VA + 0x1000 });
    expect(rig.at(1, VA + 0x1000)).toBe(FRESH);
  });

  function parentOf(rig: Rig, table: number, root = S1): number {
    let at = root;
    for (let level = 0; level < 3; level++) {
      const entry = at + (Math.floor(VA / 2 ** (39 - 9 * level)) % 512) * 8;
      const next = (rig.load(entry).lo & -4096) >>> 0;
      if (next === table) return entry;
      at = next;
    }
    throw new Error('no parent');
  }
});

describe('entries', () => {
  it('lead where they should, high halves and all', () => {
    const rig = new Rig();
    rig.stage1(1);
    rig.nested(2);
    rig.identity();
    const outputs = [DATA, FRESH + 0x5000, 0x2_0000_0000, DATA + 0x3000];
    outputs.forEach((to, i) => {
      rig.map(S1, VA + i * 0x1000, to);
      rig.map(S2, to, outputs[3 - i]!, { low: PAGE2 });
    });
    for (let round = 0; round < 3; round++) {
      outputs.forEach((to, i) => {
        expect(rig.at(1, VA + i * 0x1000 + 0x18)).toBe(to + 0x18);
        expect(rig.at(2, VA + i * 0x1000 + 0x20)).toBe(outputs[3 - i]! + 0x20);
      });
    }
  });

  it('permit what their own page permits', () => {
    const rig = new Rig();
    rig.stage1(1);
    rig.map(S1, VA, DATA);
    rig.map(S1, VA + 0x1000, DATA, { low: PAGE | 0x80 });
    const rounds = Array.from({ length: 3 }, () => [rig.at(1, VA, 2), rig.at(1, VA + 0x1000, 2), rig.at(1, VA + 0x1000, 1), rig.at(1, VA, 2)]);
    expect(rounds).toEqual(Array.from({ length: 3 }, () => [DATA, 'F_PERMISSION', DATA, DATA]));
  });

  it('of stage 2 are made again after a hit, and answer until they are invalidated', () => {
    const rig = new Rig();
    rig.stage2(1);
    const leaves = [0, 1, 2].map((i) => rig.map(S2, VA + i * 0x1000, DATA + i * 0x1000, { low: PAGE2 }));
    for (const i of [0, 0, 1, 1, 2]) expect(rig.at(1, VA + i * 0x1000)).toBe(DATA + i * 0x1000);
    expect(rig.smmu.parts.caches.stage2.table.count).toBe(3);
    for (const leaf of leaves) rig.store(leaf, 0);
    for (const i of [0, 1, 2]) expect(rig.at(1, VA + i * 0x1000)).toBe(DATA + i * 0x1000);
    for (const fields of [{ TG: 1, TTL: 2 }, { TG: 3, TTL: 3 }, { TG: 1, TTL: 3, VMID: 8 }]) rig.cmd('TLBI_S2_IPA', { VMID: 7, Address: VA, ...fields });
    expect(rig.at(1, VA)).toBe(DATA);
    rig.cmd('TLBI_S2_IPA', { VMID: 7, Address: VA, TG: 1, TTL: 3 });
    expect([0, 1, 2].map((i) => rig.at(1, VA + i * 0x1000))).toEqual(['F_TRANSLATION', DATA + 0x1000, DATA + 0x2000]);
    rig.cmd('TLBI_S2_IPA', { VMID: 7, Address: VA, TG: 1, NUM: 1, SCALE: 0 });
    expect([1, 2].map((i) => rig.at(1, VA + i * 0x1000))).toEqual(['F_TRANSLATION', DATA + 0x2000]);
  });

  it('of 4 TB', () => {
    const rig = new Rig();
    const T = 2 ** 42;
    rig.stage1(1, { TG0: 1, IPS: 6 });
    rig.stage2(2, { S2TG: 1, S2SL0: 2, S2PS: 6 });
    for (const [root, low] of [[S1, PAGE & ~2], [S2, PAGE2 & ~2]] as const) {
      rig.map(root, 2 * T, 5 * T, { page: 16, level: 1, low });
      rig.map(root, 3 * T, 9 * T, { page: 16, level: 1, low });
    }
    for (const sid of [1, 2]) {
      for (let round = 0; round < 2; round++) {
        for (const offset of [0, 0x12_3456_7890, T - 8]) expect([rig.at(sid, 2 * T + offset), rig.at(sid, 3 * T + offset)]).toEqual([5 * T + offset, 9 * T + offset]);
      }
    }
    expect(rig.smmu.parts.caches.tlb.table.count).toBe(2);
    expect(rig.smmu.parts.caches.stage2.table.count).toBe(2);
    rig.map(S1, 2 * T, 6 * T, { page: 16, level: 1, low: PAGE & ~2 });
    rig.map(S1, 3 * T, 6 * T, { page: 16, level: 1, low: PAGE & ~2 });
    rig.cmd('TLBI_NH_VA', { ASID: 3, Address: 2 * T + 0x12_3456_7000, Leaf: 1 });
    expect([rig.at(1, 2 * T), rig.at(1, 3 * T)]).toEqual([6 * T, 9 * T]);
  });

  it('of every size find their own addresses only', () => {
    const sizes: [page: 12 | 14 | 16, level: number][] = [[12, 3], [12, 2], [12, 1], [14, 3], [14, 2], [16, 3], [16, 2]];
    for (const [page, level] of sizes) {
      const rig = new Rig();
      const size = 2 ** (page + (3 - level) * (page - 3));
      rig.stage1(1, { TG0: { 12: 0, 14: 2, 16: 1 }[page], IPS: 6 });
      rig.map(S1, 4 * size, 8 * size, { page, level, low: level === 3 ? PAGE : PAGE & ~2 });
      expect(rig.at(1, 4 * size + 0x100)).toBe(8 * size + 0x100);
      expect([rig.at(1, 5 * size - 8), rig.at(1, 4 * size), rig.at(1, 4 * size - 8), rig.at(1, 5 * size)]).toEqual([9 * size - 8, 8 * size, 'F_TRANSLATION', 'F_TRANSLATION']);
    }
  });
});

describe('bounded caches', () => {
  it('forget the oldest entries, and stay right', () => {
    const rig = new Rig({ policy: { tlb: 4, walks: 2, config: 2 } });
    for (let sid = 1; sid < 6; sid++) rig.stage1(sid, { ASID: sid });
    for (let i = 0; i < 16; i++) rig.map(S1, VA + i * 0x1000, DATA + i * 0x1000);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 16; i++) expect(rig.at(1 + (i % 5), VA + i * 0x1000, READ)).toBe(DATA + i * 0x1000);
    }
    expect(rig.smmu.parts.caches.tlb.table.count).toBe(4);
    expect(rig.smmu.parts.config.table.count).toBe(2);
    rig.cmd('TLBI_NSNH_ALL');
    expect(rig.smmu.parts.caches.tlb.table.count).toBe(0);
    expect(rig.smmu.parts.caches.walks.table.count).toBe(0);
  });
});
