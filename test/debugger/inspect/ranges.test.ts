import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromNumber, requestOf, Response, toNumber, u64 } from '../../../emulator/index.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import { listRanges, spaceOf, type Listing, type Space, type Stage } from '../../../debugger/inspect/ranges.ts';
import { DATA, Rig, S1, S2 } from '../../emulator/rig.ts';
import { lines, rigSystem, seen } from './support.ts';

const STREAM = { smmu: 0, sid: 8, ssid: undefined };

function space(rig: Rig, stage: Stage, half: 0 | 1 = 0): Space {
  const found = spaceOf(rig.machine, STREAM, stage, half);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

function shown(listing: Listing): string[] {
  return listing.ranges.map((r) => {
    const to = r.output === undefined ? r.problem : `0x${r.output.toString(16)} ${r.permissions}${r.owner === undefined ? '' : ` ${r.owner}`}`;
    return `0x${r.input.toString(16)}+0x${r.size.toString(16)} ${to}`;
  });
}

function list(rig: Rig, stage: Stage, half: 0 | 1 = 0): string[] {
  return shown(listRanges(space(rig, stage, half), 0, 1000));
}

describe('stage 1', () => {
  it('joins neighbours that say the same, and no others', () => {
    const rig = new Rig();
    rig.stage1(8);
    for (const [iova, pa, low] of [[0x1000, DATA, 0xf43], [0x2000, DATA + 0x1000, 0xf43], [0x3000, DATA + 0x2000, 0xfc3], [0x4000, DATA + 0x8000, 0xf43]] as const) rig.map(S1, iova, pa, { low });
    expect(list(rig, 'stage 1')).toEqual([
      '0x1000+0x2000 0x80000000 user rwx, privileged rw-', '0x3000+0x1000 0x80002000 r-x', '0x4000+0x1000 0x80008000 user rwx, privileged rw-',
    ]);
  });

  it('cuts at owners', () => {
    const rig = new Rig();
    rig.stage1(8);
    rig.map(S1, 0x20_0000, DATA, { level: 2 });
    rig.machine.owners.set(DATA + 0x1000, 0x2000, 'domd');
    expect(list(rig, 'stage 1')).toEqual([
      '0x200000+0x1000 0x80000000 user rwx, privileged rw-', '0x201000+0x2000 0x80001000 user rwx, privileged rw- domd', '0x203000+0x1fd000 0x80003000 user rwx, privileged rw-',
    ]);
  });

  it('counts the upper half from the top', () => {
    const rig = new Rig();
    rig.stage1(8, { EPD0: 1, EPD1: 0, TG1: 2, T1SZ: 16, TTB1: S1 });
    rig.map(S1, 0x1000, DATA);
    expect(space(rig, 'stage 1', 1).base).toBe(0xffff_0000_0000_0000n);
    expect(list(rig, 'stage 1', 1)).toHaveLength(1);
    expect(spaceOf(rig.machine, STREAM, 'stage 1', 0)).toBe('walks through TTB0 are disabled (EPD0)');
    expect(lines(seen(new Inspector(rigSystem(rig), { stream: STREAM }), 'Descriptors', 'Stage 1 ranges').children?.() ?? [])[0]).toMatch(/^0xffff000000001000: 4K -> 0x80000000/);
  });

  it.each([
    ['no access flag', { low: 0xb43 }, '0x1000+0x1000 0x80000000 user rwx, privileged rw- (AF=0)'],
    ['clean page', { low: 0xfc3, high: 1 << 19 }, '0x1000+0x1000 0x80000000 r-x (clean: a write makes it writable)'],
    ['privileged only', { low: 0xf03 }, '0x1000+0x1000 0x80000000 user --x, privileged rwx'],
  ])('says what permissions alone do not: %s', (_, options, text) => {
    const rig = new Rig();
    rig.stage1(8, { HA: options.low === 0xb43 ? 0 : 1, HD: 1 });
    rig.map(S1, 0x1000, DATA, options);
    expect(list(rig, 'stage 1')).toEqual([text]);
  });

  it.each([
    [2, 0x8000_0001, 'the address is beyond the output size of 32 bits: F_ADDR_SIZE', 1],
    [3, 1, 'type 01 is reserved at level 3: F_TRANSLATION', 0],
    [0, 1, 'no block may stand at level 0 of this granule: F_TRANSLATION', 0],
  ])('names a level-%i descriptor that faults otherwise', (level, low, problem, high) => {
    const rig = new Rig();
    rig.stage1(8, { IPS: 0 });
    const at = level === 0 ? S1 : rig.map(S1, 0, DATA, { level });
    rig.store(at, u64(high, low));
    expect(listRanges(space(rig, 'stage 1'), 0, 10).ranges[0]?.problem).toBe(problem);
  });

  it.each([
    ['STE', (rig: Rig) => rig.ste(8, { V: 0 }), /V is 0/],
    ['abort', (rig: Rig) => rig.ste(8, { Config: 0 }), 'the STE has no stage 1, so the stream has no CD'],
    ['CD', (rig: Rig) => rig.stage1(8, { V: 0 }), /V is 0/],
    ['stage 2', (rig: Rig) => rig.stage2(8), 'the STE has no stage 1, so the stream has no CD'],
  ])('says why there are none: %s', (_, make, message) => {
    const rig = new Rig();
    make(rig);
    expect(spaceOf(rig.machine, STREAM, 'stage 1')).toMatch(message);
  });
});

describe('stage 2 and both', () => {
  function nested(): Rig {
    const rig = new Rig();
    rig.nested(8);
    rig.identity();
    return rig;
  }

  it('lists stage 2 with owners, stage 1 without, and both together', () => {
    const rig = nested();
    rig.map(S1, 0x1000, 0x10_0000);
    rig.map(S1, 0x2000, 0x10_1000);
    rig.map(S1, 0x3000, 0x20_0000);
    rig.map(S2, 0x10_0000, DATA, { low: 0x7ff });
    rig.map(S2, 0x10_1000, DATA + 0x9000, { low: 0x77f });
    rig.machine.owners.set(DATA, 0x1000, 'dom1');
    expect(list(rig, 'stage 1')).toEqual(['0x1000+0x2000 0x100000 user rwx, privileged rw-', '0x3000+0x1000 0x200000 user rwx, privileged rw-']);
    expect(list(rig, 'stage 2').slice(0, 2)).toEqual(['0x100000+0x1000 0x80000000 rwx dom1', '0x101000+0x1000 0x80009000 r-x']);
    expect(list(rig, 'combined')).toEqual([
      '0x1000+0x1000 0x80000000 user rwx, privileged rw- dom1', '0x2000+0x1000 0x80009000 user r-x, privileged r--', '0x3000+0x1000 stage 2 does not map the output of stage 1',
    ]);
    expect(spaceOf(new Rig().machine, STREAM, 'combined')).toMatch(/V is 0/);
  });

  it('says where stage 2 hides a table of stage 1', () => {
    const rig = new Rig();
    rig.nested(8);
    rig.identity();
    rig.map(S1, 0x1000, DATA);
    rig.store(S1 + 8, 0x7f00_0000_0003);
    expect(list(rig, 'stage 1')).toContain('0x8000000000+0x8000000000 stage 2 does not map this table');
  });
});

describe('limits', () => {
  it('ends on tables that lead to themselves, and goes on where it stopped', () => {
    const rig = new Rig();
    rig.stage1(8);
    for (let i = 0; i < 512; i++) rig.store(S1 + i * 8, S1 + 3);
    const first = listRanges(space(rig, 'stage 1'), 0, 100);
    expect(first).toMatchObject({ next: 100 * 0x1000, note: undefined });
    expect(listRanges(space(rig, 'stage 1'), first.next ?? 0, 100).next).toBe(200 * 0x1000);
  });

  it('stops after so many descriptors of tables that map nothing', () => {
    const rig = new Rig();
    rig.stage1(8);
    const tables = [S1, rig.table(0x1000), rig.table(0x1000), rig.table(0x1000)];
    for (let level = 0; level < 3; level++) for (let i = 0; i < 512; i++) rig.store((tables[level] ?? 0) + i * 8, (tables[level + 1] ?? 0) + 3);
    const first = listRanges(space(rig, 'stage 1'), 0, 100);
    expect(first).toMatchObject({ ranges: [], note: `stopped after 65536 descriptors, at input 0x${(first.next ?? 0).toString(16)}` });
    expect(listRanges(space(rig, 'stage 1'), first.next ?? 0, 100).next).toBeGreaterThan(first.next ?? 0);
  });

  it('makes headway inside a large block over small pages', () => {
    const rig = new Rig();
    rig.nested(8);
    rig.identity();
    rig.map(S1, 0, 0x4000_0000, { level: 1 });
    for (let i = 0, at = rig.table(0x1000); i < 512; i++) rig.store(at + i * 8, 0);
    let from: number | undefined = 0x1000;
    for (let i = 0; i < 100 && from !== undefined; i++) {
      const next: number | undefined = listRanges(space(rig, 'combined'), from, 50).next;
      expect(next === undefined || next > from).toBe(true);
      from = next;
    }
    expect(from).toBeUndefined();
  });

  it('gives in pages what it gives at once', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(600), fc.nat(40), fc.constantFrom(0xf43, 0xfc3, 0xb43)), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (pages, most) => {
      const rig = new Rig();
      rig.stage1(8);
      for (const [page, to, low] of pages) rig.map(S1, page * 0x1000, DATA + to * 0x1000, { low });
      rig.machine.owners.set(DATA + 0x5000, 0x3000, 'dom1');
      const whole = listRanges(space(rig, 'stage 1'), 0, 10_000);
      const parts: string[] = [];
      for (let from: number | undefined = 0; from !== undefined;) {
        const part: Listing = listRanges(space(rig, 'stage 1'), from, most);
        parts.push(...shown(part));
        from = part.next;
      }
      expect(parts).toEqual(shown(whole));
    }), { numRuns: 60 });
  });
});

describe('against the translation procedure', () => {
  const page = fc.nat(0x3f);
  const mapping = fc.record({ input: page, output: page, low: fc.constantFrom(0xf43, 0xfc3, 0xb43, 0x743), level: fc.constantFrom(3, 3, 3, 2) });

  it.each(['stage 1', 'stage 2', 'combined'] as const)('%s: every range leads where transactions go, and between them none passes', (stage) => {
    fc.assert(fc.property(fc.array(mapping, { maxLength: 12 }), fc.array(mapping, { maxLength: 12 }), (first, second) => {
      const rig = new Rig({ policy: 'none' });
      if (stage === 'stage 1') rig.stage1(8);
      else if (stage === 'stage 2') rig.stage2(8);
      else rig.nested(8);
      const size = (level: number): number => (level === 2 ? 0x20_0000 : 0x1000);
      if (stage !== 'stage 2') for (const m of first) rig.map(S1, Math.floor(m.input * 0x1000 / size(m.level)) * size(m.level), (stage === 'combined' ? 0x10_0000 : DATA) + Math.floor(m.output * 0x1000 / size(m.level)) * size(m.level), { low: m.low, level: m.level });
      if (stage !== 'stage 1') {
        rig.identity();
        for (const m of second) rig.map(S2, 0x10_0000 + m.input * 0x1000, DATA + m.output * 0x1000, { low: m.low === 0xfc3 ? 0x77f : 0x7ff });
      }
      const { ranges } = listRanges(space(rig, stage), 0, 10_000);
      const reach = (address: number): number | undefined => {
        const response = new Response();
        rig.smmu.translate(requestOf({ sid: 8, address: fromNumber(address), access: 1 }), response);
        return response.status === 0 ? toNumber(u64(response.hi, response.lo)) : undefined;
      };
      for (let address = 0; address < 0x40_0000; address += 0x1000) {
        const range = ranges.find((r) => address >= r.input && address < r.input + r.size);
        const isOpen = range?.output !== undefined && range.permissions.replace(/^user /, '').startsWith('r') && !range.permissions.includes('AF=0');
        expect(reach(address)).toBe(isOpen && range.output !== undefined ? range.output + address - range.input : undefined);
      }
    }), { numRuns: 25 });
  });
});
