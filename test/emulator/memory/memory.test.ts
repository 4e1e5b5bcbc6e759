import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromNumber, History, Memory, Owners, u64, type Region } from '../../../emulator/index.ts';

const REGIONS: Region[] = [
  { name: 'low', kind: 'ram', base: 0x1000, size: 0x2800, owner: 'xen' },
  { name: 'high', kind: 'ram', base: 2 ** 51, size: 2 ** 51, owner: 'dom1' },
];

function memory(regions = REGIONS): Memory {
  return new Memory(new History(), regions);
}

describe('memory', () => {
  it('reads what was written, anywhere, in any size', () => {
    const places = [0x1000, 0x1ffd, 0x2001, 2 ** 51, 2 ** 52 - 64];
    fc.assert(fc.property(fc.constantFrom(...places), fc.uint8Array({ minLength: 1, maxLength: 40 }), (at, bytes) => {
      const m = memory();
      return m.write(at, bytes) && JSON.stringify(m.read(at, bytes.length)) === JSON.stringify(bytes);
    }));
  });

  it('aborts where there is nothing, and reads zero where nothing was written', () => {
    const m = memory();
    expect([m.load(0, 0x1000), m.load(0, 0x37f8), m.load(0, 0x3800), m.load(0, 0xff8), m.load(0x8_0000, 0), m.load(0x7_ffff, 0), m.load(0x10_0000, 0)]).toEqual([true, true, false, false, true, false, false]);
    expect([m.store32(0, 0x3800, 1), m.write(0x37fe, [1, 2, 3]), m.read(0x37fe, 3), m.read(2 ** 52 - 1, 2), m.write(2 ** 52, [1])]).toEqual([false, false, undefined, undefined, false]);
    expect(m.pages).toBe(1);
    m.store32(0, 0x1000, 0);
    expect(m.pages).toBe(1);
  });

  it('reading all over fills nothing', () => {
    const m = memory();
    for (let i = 0; i < 5000; i++) m.load(0x8_0000 + i, i << 12);
    expect(m.pages).toBe(0);
  });

  it('device registers get whole accesses', () => {
    const seen: string[] = [];
    const device = { read: (o: number, s: number) => { seen.push(`r${o}/${s}`); return u64(1, 2); }, write: (o: number, s: number, v: { hi: number; lo: number }) => { seen.push(`w${o}/${s}=${v.lo}`); } };
    const m = memory([...REGIONS, { name: 'uart', kind: 'mmio', base: 0x2000, size: 0x100, device }]);
    expect(m.load(0, 0x2010)).toBe(true);
    expect([m.hi, m.lo]).toEqual([1, 2]);
    m.store32(0, 0x2014, 9);
    m.store(u64(0, 0x2018), u64(0, 7));
    expect(seen).toEqual(['r16/8', 'w20/4=9', 'w24/8=7']);
    expect(m.store32(0, 0x2100, 5) && m.load(0, 0x2100) && m.lo).toBe(5);
  });

  it('later regions hide earlier ones, and give way to nothing', () => {
    const m = memory([{ name: 'all', kind: 'ram', base: 0, size: 0x10000 }, { name: 'mid', kind: 'ram', base: 0x4000, size: 0x1000, owner: 'x' }]);
    expect(m.map.regions.map((r) => [r.name, r.base, r.size])).toEqual([['all', 0, 0x4000], ['mid', 0x4000, 0x1000], ['all', 0x5000, 0xb000]]);
    expect(m.map.at(0x4fff)?.name).toBe('mid');
    expect(m.map.at(0x10000)).toBeUndefined();
  });

  it('aborts can be injected byte for byte, and taken back', () => {
    const m = memory();
    m.write(0x1100, [1, 2, 3, 4, 5, 6, 7, 8]);
    m.injectAborts([{ base: 0x1104, size: 4 }]);
    expect([m.load(0, 0x1100), m.load(0, 0x1108), m.store32(0, 0x1100, 9), m.store32(0, 0x1104, 9), m.load(0, 0x2000)]).toEqual([false, true, true, false, true]);
    m.injectAborts([{ base: 0x1100, size: 4, on: 'write' }, { base: 0x1200, size: 4, on: 'read' }]);
    expect([m.load(0, 0x1100), m.store32(0, 0x1100, 1), m.load(0, 0x1200), m.store32(0, 0x1200, 1)]).toEqual([true, false, false, true]);
    m.injectAborts([]);
    expect([...m.read(0x1100, 8)!]).toEqual([9, 0, 0, 0, 5, 6, 7, 8]);
  });
});

describe('injected aborts', () => {
  it('are state: they come and go with the history', () => {
    const history = new History();
    const m = new Memory(history, [{ name: 'ram', kind: 'ram', base: 0, size: 0x4000 }]);
    history.recording = true;
    expect(m.load(0, 0x1000)).toBe(true);
    m.injectAborts([{ base: 0x1000, size: 8 }]);
    expect(m.load(0, 0x1000)).toBe(false);
    history.seek(0);
    expect([m.load(0, 0x1000), m.injected]).toEqual([true, []]);
    history.seek(history.newest);
    expect(m.load(0, 0x1000)).toBe(false);
    history.speculate(() => m.injectAborts([]));
    expect(m.load(0, 0x1000)).toBe(false);
  });
});

describe('owners', () => {
  it('answers as a table of bytes does, whatever changes hands, back and forth', () => {
    const change = fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 12 }), fc.constantFrom('a', 'b', undefined));
    fc.assert(fc.property(fc.array(change, { maxLength: 30 }), fc.nat(30), (changes, back) => {
      const history = new History();
      history.recording = true;
      const owners = new Owners(history, [{ name: 'r', kind: 'ram', base: 8, size: 16, owner: 'a' }]);
      const tables = [Array.from({ length: 60 }, (_, i) => (i >= 8 && i < 24 ? 'a' : undefined) as string | undefined)];
      const positions = [history.position];
      for (const [base, size, owner] of changes) {
        owners.set(base, size, owner);
        tables.push(tables.at(-1)!.map((o, i) => (i >= base && i < base + size ? owner : o)));
        positions.push(history.position);
      }
      const seen = (): (string | undefined)[] => Array.from({ length: 60 }, (_, i) => owners.at(i));
      expect(seen()).toEqual(tables.at(-1));
      const at = Math.min(back, changes.length);
      history.seek(positions[at]!);
      expect(seen()).toEqual(tables[at]);
      for (const [i, range] of owners.ranges.entries()) {
        const next = owners.ranges[i + 1];
        if (next !== undefined) expect(range.base + range.size < next.base || (range.base + range.size === next.base && range.owner !== next.owner)).toBe(true);
      }
    }));
  });

  it('joins neighbours of one owner', () => {
    const history = new History();
    const owners = new Owners(history, []);
    owners.set(0x1000, 0x1000, 'a');
    owners.set(0x2000, 0x1000, 'a');
    expect(owners.ranges).toEqual([{ base: 0x1000, size: 0x2000, owner: 'a' }]);
  });

  it('change by range, and come back by undo', () => {
    const history = new History();
    const owners = new Owners(history, REGIONS);
    expect([owners.at(0x1000), owners.at(0x37ff), owners.at(0x3800), owners.at(2 ** 51)]).toEqual(['xen', 'xen', undefined, 'dom1']);
    history.recording = true;
    owners.set(0x2000, 0x1000, 'dom2');
    expect([owners.at(0x1fff), owners.at(0x2000), owners.at(0x2fff), owners.at(0x3000)]).toEqual(['xen', 'dom2', 'dom2', 'xen']);
    const first = history.position;
    owners.set(0, 0x10000, undefined);
    expect(owners.ranges.map((r) => r.owner)).toEqual(['dom1']);
    history.seek(first);
    expect(owners.at(0x2000)).toBe('dom2');
    history.seek(0);
    expect(owners.at(0x2000)).toBe('xen');
    expect(fromNumber(2 ** 51).hi).toBe(0x8_0000);
  });
});
