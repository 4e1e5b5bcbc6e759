/** Trees of page tables against a map from page to what it says; what is open, in pages, gone and looked for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeChanges, type RangeChange } from '../../../../debugger/inspect/rangeChanges.ts';
import { listRanges, spaceOf, type Space, type Stage } from '../../../../debugger/inspect/ranges.ts';
import { columnsOf } from '../../../../debugger/views/pageTables/columns.ts';
import { type Draft, type Folds, treeRows } from '../../../../debugger/views/pageTables/tree.ts';
import { DATA, Rig, S1, S2 } from '../../../emulator/rig.ts';

const STREAM = { smmu: 0, sid: 8, ssid: undefined };
const ALL_OPEN: Folds = { opened: { has: () => true } as unknown as ReadonlySet<string>, closed: new Set() };
const AS_IT_IS: Folds = { opened: new Set(), closed: new Set() };

function space(rig: Rig, stage: Stage = 'stage 1'): Space {
  const found = spaceOf(rig.machine, STREAM, stage);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

function toEnd<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

interface Options { readonly stage?: Stage; readonly changes?: readonly RangeChange[]; readonly folds?: Folds; readonly wanted?: number; readonly left?: number; readonly objection?: (output: number | undefined) => string }

function rows(rig: Rig, { stage = 'stage 1', changes = [], folds = AS_IT_IS, wanted, left = 10_000, objection = () => '' }: Options = {}): Draft[] {
  return toEnd(treeRows({
    id: 'x', space: space(rig, stage), second: stage === 'combined' ? space(rig, 'stage 2') : undefined, root: { name: 'TTB0', entry: undefined }, changes, folds, wanted,
    objection: ({ output }) => objection(output), budget: { left },
  }));
}

const textOf = (draft: Draft, key: keyof Draft['cells']): string => draft.cells[key]?.parts.map(({ text }) => text).join(' ') ?? '';

/** `depth input [output] note` of each row. */
function seen(drafts: readonly Draft[]): string[] {
  return drafts.map((d) => `${'  '.repeat(d.depth - 1)}${d.fold === 'open' ? '- ' : d.fold === 'closed' ? '+ ' : ''}${textOf(d, 'input')} ${textOf(d, 'output')}${d.note === '' ? '' : ` (${d.note})`}`.trimEnd());
}

interface Mapped { readonly from: number; readonly to: number; readonly output: number; readonly note: string }

/** The ranges of a tree as numbers, without its tables. */
function leaves(drafts: readonly Draft[]): Mapped[] {
  return drafts.filter(({ id }) => /\/(range|gone):/.test(id)).map((d) => {
    const [from = '', to = ''] = textOf(d, 'input').split('–');
    return { from: Number(from), to: Number(to) + 1, output: Number(textOf(d, 'output')), note: d.note };
  });
}

const page = fc.record({
  page: fc.oneof(fc.nat(40), fc.nat(40).map((n) => 500 + n), fc.nat(5).map((n) => 0x40_000 + n)), to: fc.nat(60), low: fc.constantFrom(0xf43, 0xfc3),
});
type Page = typeof page extends fc.Arbitrary<infer T> ? T : never;
const pages = fc.array(page, { maxLength: 30 }).chain((some) => fc.boolean().map((isLinear) => (isLinear ? some.map((p) => ({ ...p, to: p.page % 512 })) : some)));

function mapped(some: readonly Page[], rig = new Rig()): Rig {
  rig.stage1(8);
  for (const { page: at, to, low } of some) rig.map(S1, at * 0x1000, DATA + to * 0x1000, { low });
  return rig;
}

describe('a tree with everything open', () => {
  it('says of every page what the tables say, once, joined as far as one table goes', () => {
    fc.assert(fc.property(pages, (some) => {
      const drafts = rows(mapped(some), { folds: ALL_OPEN });
      const model = new Map(some.map((p) => [p.page, p]));
      const found = new Map<number, number>();
      for (const { from, to, output } of leaves(drafts)) {
        for (let at = from; at < to; at += 0x1000) {
          expect(found.has(at / 0x1000)).toBe(false);
          found.set(at / 0x1000, output + at - from);
        }
      }
      expect([...found].sort((a, b) => a[0] - b[0])).toEqual([...model.values()].map((p): [number, number] => [p.page, DATA + p.to * 0x1000]).sort((a, b) => a[0] - b[0]));
      const ranges = leaves(drafts);
      for (const [i, { from, output }] of ranges.entries()) {
        const before = ranges[i - 1];
        if (before === undefined || before.to !== from || before.output + before.to - before.from !== output || from % 0x20_0000 === 0) continue;
        expect(model.get(from / 0x1000)?.low).not.toBe(model.get(from / 0x1000 - 1)?.low);
      }
    }), { numRuns: 60 });
  });

  it('marks exactly the pages that differ, and shows what is gone where it was', () => {
    fc.assert(fc.property(pages, pages, (old, now) => {
      const before = listRanges(space(mapped(old)), 0, 1000).ranges;
      const rig = mapped(now);
      const changes = rangeChanges(before, listRanges(space(rig), 0, 1000).ranges);
      const notes = new Map<number, string>();
      const order: number[] = [];
      for (const { from, to, note } of leaves(rows(rig, { changes, folds: ALL_OPEN }))) {
        order.push(from);
        for (let at = from; at < to; at += 0x1000) notes.set(at / 0x1000, note.replace(/^was .*/, 'was'));
      }
      const [a, b] = [old, now].map((some) => new Map(some.map((p) => [p.page, `${p.to} ${p.low}`])));
      for (const at of new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])) {
        expect(notes.get(at)).toBe(b?.has(at) !== true ? 'gone' : !a?.has(at) ? 'new' : a.get(at) === b.get(at) ? '' : 'was');
      }
      expect(order).toEqual([...order].sort((x, y) => x - y));
    }), { numRuns: 60 });
  });
});

describe('a tree', () => {
  const THREE: readonly Page[] = [{ page: 1, to: 1, low: 0xf43 }, { page: 2, to: 2, low: 0xf43 }, { page: 700, to: 9, low: 0xfc3 }];

  it('opens what is small, with levels, sizes, entries and their addresses', () => {
    const drafts = rows(mapped(THREE));
    expect(seen(drafts).map((line) => line.replace(/table 0x.*/, 'table'))).toEqual([
      '- TTB0 table', '  - 0x0–0x7fffffffff table', '    - 0x0–0x3fffffff table', '      - 0x0–0x1fffff table', '        0x1000–0x2fff 0x80001000', '      - 0x200000–0x3fffff table', '        0x2bc000–0x2bcfff 0x80009000',
    ]);
    expect(drafts.map((d) => textOf(d, 'what'))).toEqual([
      'level 0, 4K pages', 'level 0 [0x0], a table', 'level 1 [0x0], a table', 'level 2 [0x0], a table', 'level 3, 2 pages', 'level 2 [0x1], a table', 'level 3, 1 page',
    ]);
    const range = drafts.find(({ id }) => id.endsWith('range:1000'));
    expect([textOf(range ?? drafts[0]!, 'size'), textOf(range ?? drafts[0]!, 'access')]).toEqual(['8K', 'user: read, write, execute; privileged: read, write']);
    expect(range?.stretches).toEqual([{ base: Number(textOf(range ?? drafts[0]!, 'descriptor')), size: 16 }]);
  });

  it('keeps closed what somebody closed, and says what differs below', () => {
    const rig = mapped(THREE);
    const changes = rangeChanges([], listRanges(space(rig), 0, 10).ranges);
    const drafts = rows(rig, { changes, folds: { opened: new Set(), closed: new Set(['x/1:0']) } });
    expect(seen(drafts).at(-1)).toMatch(/^ {4}\+ 0x0–0x3fffffff table 0x\w+ \(2 differences below\)$/);
    expect(drafts.at(-1)?.mark).toBe('present');
    expect(rows(rig, { folds: { opened: new Set(), closed: new Set(['x']) } })).toHaveLength(1);
  });

  const MANY: readonly Page[] = Array.from({ length: 250 }, (_, i) => ({ page: 2 * i, to: i, low: 0xf43 }));

  it('gives long tables in pages, and says how many follow', () => {
    const first = rows(mapped(MANY));
    expect([leaves(first).length, seen(first).at(-1)]).toEqual([100, '        + 150 more from 0xc8000']);
    const second = rows(mapped(MANY), { folds: { opened: new Set([first.at(-1)?.id ?? '']), closed: new Set() } });
    expect([leaves(second).length, seen(second).at(-1)]).toEqual([200, '        + 50 more from 0x190000']);
  });

  it('comes to an address that is looked for, however far down it is', () => {
    const drafts = rows(mapped(MANY), { wanted: 2 * 222 * 0x1000 + 0x10, folds: { opened: new Set(), closed: new Set() } });
    expect(drafts.filter(({ note }) => note.includes('is here')).map((d) => `${textOf(d, 'input')} ${d.note}`)).toEqual(['0x1bc000–0x1bcfff 0x1bc010 is here']);
  });

  it('makes no more rows than there is room for, and says so', () => {
    const drafts = rows(mapped(MANY), { left: 20 });
    expect(drafts).toHaveLength(21);
    expect(drafts.at(-1)?.note).toMatch(/^Too many rows are open/);
  });

  it('tells what is wrong with an entry, and with where a range leads', () => {
    const rig = mapped([{ page: 1, to: 1, low: 0xf43 }]);
    rig.store(S1 + 8, 1);
    const drafts = rows(rig, { objection: (output) => (output === DATA + 0x1000 ? 'not yours' : '') });
    expect(drafts.filter(({ mark }) => mark === 'warning').map(({ note }) => note)).toEqual(['not yours', 'no block may stand at level 0 of this granule: F_TRANSLATION']);
  });

  it('bears tables that lead to themselves', () => {
    const rig = new Rig();
    rig.stage1(8);
    for (let i = 0; i < 512; i++) rig.store(S1 + i * 8, S1 + 3);
    const drafts = rows(rig, { folds: ALL_OPEN, left: 3000 });
    expect(drafts.length).toBe(3001);
    expect(Math.max(...drafts.map(({ depth }) => depth))).toBe(5);
  });

  it('names what tables take away from all below them', () => {
    const rig = mapped([{ page: 1, to: 1, low: 0xf43 }]);
    rig.store(S1, { hi: (0x7000_0000 << 1) | 0, lo: rig.load(S1).lo });
    expect(textOf(rows(rig)[1] ?? rows(rig)[0]!, 'access')).toBe('no writing, privileged only');
  });
});

describe('both stages', () => {
  it('lead from IOVA over IPA to PA, with the entries of both', () => {
    const rig = new Rig();
    rig.nested(8);
    rig.identity();
    const [first, second] = [rig.map(S1, 0x1000, 0x10_0000), rig.map(S2, 0x10_0000, DATA, { low: 0x77f })];
    const [, range] = rows(rig, { stage: 'combined' });
    if (range === undefined) throw new Error('no range');
    expect(columnsOf('combined', true).keys.map((key) => textOf(range, key))).toEqual([
      '0x1000–0x1fff', '4K', '0x100000', '0x80000000', 'user: read, execute; privileged: read', expect.any(String), 'nobody', `0x${first.toString(16)} 0x${second.toString(16)}`, '',
    ]);
    expect(range.stretches).toEqual([{ base: first, size: 8 }, { base: second, size: 8 }]);
  });

  it('come in pages', () => {
    const rig = new Rig();
    rig.nested(8);
    rig.identity();
    for (let i = 0; i < 150; i++) {
      rig.map(S1, i * 0x2000, 0x10_0000 + i * 0x1000);
      rig.map(S2, 0x10_0000 + i * 0x1000, DATA + i * 0x1000, { low: 0x7ff });
    }
    const first = rows(rig, { stage: 'combined' });
    expect([leaves(first).length, seen(first).at(-1)]).toEqual([100, '  + more from 0xc8000']);
    expect(leaves(rows(rig, { stage: 'combined', folds: { opened: new Set([first.at(-1)?.id ?? '']), closed: new Set() } }))).toHaveLength(150);
    expect(leaves(rows(rig, { stage: 'combined', wanted: 140 * 0x2000 }))).toHaveLength(150);
  });
});
