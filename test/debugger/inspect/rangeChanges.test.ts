/** Differences of two listings, against a model that compares page by page. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOfChange, rangeChanges } from '../../../debugger/inspect/rangeChanges.ts';
import { accessWords, sizeWords, totalWords } from '../../../debugger/inspect/rangeWords.ts';
import { isContinued, permissionText, type TableRange } from '../../../debugger/inspect/ranges.ts';

const P = 0x1000;

interface Piece { readonly page: number; readonly to: number; readonly bits: number; readonly owner: string | undefined }

function range({ page, to, bits, owner }: Piece): TableRange {
  return {
    input: page * P, size: P, output: to * P, via: undefined, level: 3, permissions: permissionText(bits, bits), access: { user: bits, privileged: bits, flags: '' },
    attributes: 'Normal', owner, descriptor: page * 8, problem: undefined,
  };
}

/** Ranges of a map from page to piece; `cut` leaves neighbours apart that could be one. */
function listing(pieces: readonly Piece[], cut: ReadonlySet<number> = new Set()): TableRange[] {
  const byPage = new Map(pieces.map((piece) => [piece.page, piece]));
  const ranges: TableRange[] = [];
  for (const piece of [...byPage.values()].sort((a, b) => a.page - b.page)) {
    const next = range(piece);
    const last = ranges.at(-1);
    if (last !== undefined && isContinued(last, next) && !cut.has(piece.page)) ranges[ranges.length - 1] = { ...last, size: last.size + P };
    else ranges.push(next);
  }
  return ranges;
}

const pages = fc.array(fc.record({ page: fc.nat(30), to: fc.nat(40), bits: fc.constantFrom(1, 3), owner: fc.constantFrom('domd', undefined) }), { maxLength: 25 })
  // Runs that lead on are likely enough to be joined.
  .chain((some) => fc.boolean().map((isLinear) => (isLinear ? some.map((p) => ({ ...p, to: p.page + 100 })) : some)));

describe('differences', () => {
  it('are the pages that say something else, whatever is joined or cut on either side', () => {
    fc.assert(fc.property(pages, pages, fc.array(fc.nat(30)), (old, now, cuts) => {
      const changes = rangeChanges(listing(old), listing(now, new Set(cuts)));
      const [a, b] = [old, now].map((pieces) => new Map(pieces.map((piece) => [piece.page, piece])));
      const said = (piece: Piece | undefined): string => (piece === undefined ? '' : `${piece.to} ${piece.bits} ${piece.owner}`);
      for (let page = 0; page < 40; page++) {
        const found = changes.filter(({ input, size }) => input <= page * P && page * P < input + size);
        const isDifferent = said(a?.get(page)) !== said(b?.get(page));
        expect(found.length, `page ${page}`).toBe(isDifferent ? 1 : 0);
        if (found[0] === undefined) continue;
        expect(kindOfChange(found[0])).toBe(!a?.has(page) ? 'new' : b?.has(page) === true ? 'changed' : 'gone');
        expect(found[0].before === undefined ? undefined : (found[0].before.output ?? 0) + page * P - found[0].input).toBe(a?.has(page) ? (a.get(page)?.to ?? 0) * P : undefined);
        expect(found[0].after === undefined ? undefined : (found[0].after.output ?? 0) + page * P - found[0].input).toBe(b?.has(page) ? (b.get(page)?.to ?? 0) * P : undefined);
      }
      expect(changes.map(({ input }) => input)).toEqual(changes.map(({ input }) => input).sort((x, y) => x - y));
    }));
  });

  it('that lead on are one', () => {
    const some = (count: number, to: number): Piece[] => Array.from({ length: count }, (_, i) => ({ page: i, to: to + i, bits: 3, owner: undefined }));
    expect(rangeChanges([], listing(some(8, 5)))).toMatchObject([{ input: 0, size: 8 * P, before: undefined, after: { output: 5 * P, size: 8 * P } }]);
    expect(rangeChanges(listing(some(8, 5)), listing(some(4, 5), new Set([2])))).toMatchObject([{ input: 4 * P, size: 4 * P, before: { output: 9 * P }, after: undefined }]);
  });
});

describe('words', () => {
  it.each([
    [{ user: 3, privileged: 3 }, 'read, write'], [{ user: 0, privileged: 7 }, 'privileged only: read, write, execute'], [{ user: 0, privileged: 0 }, 'no access'],
    [{ user: 1, privileged: 0 }, 'user only: read'], [{ user: 7, privileged: 3 }, 'user: read, write, execute; privileged: read, write'],
  ])('say who may do what: %j', (bits, words) => {
    expect(accessWords({ ...bits, flags: '' })).toBe(words);
    expect(accessWords({ ...bits, flags: ' (AF=0)' })).toBe(`${words} (AF=0)`);
  });

  it.each([[0x1000, '4K'], [0x20_0000, '2M'], [0x20_1000, '2052K'], [2 ** 39, '512G'], [8, '8']])('say a size: %i', (size, words) => expect(sizeWords(size)).toBe(words));

  it.each([[0x1fff_f000, '511.9M'], [0x1000, '4K'], [0, '0'], [2 ** 48, '256T']])('say a sum: %i', (size, words) => expect(totalWords(size)).toBe(words));
});
