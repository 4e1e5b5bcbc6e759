/** The walk view on example scenarios: what it shows, how far the moment has come, what nests in what. */
import { describe, expect, it } from 'vitest';
import { drawWalk } from '../../../client/views/model/walkLayout.ts';
import { DEBUG_PAGE } from '../../../client/views/model/debugPage.ts';
import type { ViewPage, WalkEntry } from '../../../debugger/views/page.ts';
import { rowsOf, Scene } from './support.ts';

const entries = (page: ViewPage): readonly WalkEntry[] => page.phases.flatMap((phase) => phase.entries);
const reaches = (page: ViewPage): string => entries(page).map(({ reach }) => reach[0]).join('');

describe('the walk view', () => {
  it('says what to do before there is a transaction', () => {
    const answer = new Scene('first-translation.smmu').answer('walk');
    expect(answer).toMatchObject({ kind: 'empty', text: 'No transaction has been made yet.' });
  });

  it('cuts the address as the tables use it, and shows each level with its entry', () => {
    const page = new Scene('first-translation.smmu').toLine('dma eth0 write').over().page('walk');
    const stage1 = page.phases.find(({ title }) => title.startsWith('Stage 1'));
    expect(stage1?.split).toEqual({
      input: '0x10000040', fields: [
        { name: 'above', bits: '63:48', value: '0x0', level: null }, { name: 'level 0', bits: '47:39', value: '0x0', level: 0 },
        { name: 'level 1', bits: '38:30', value: '0x0', level: 1 }, { name: 'level 2', bits: '29:21', value: '0x80', level: 2 },
        { name: 'level 3', bits: '20:12', value: '0x0', level: 3 }, { name: 'offset', bits: '11:0', value: '0x40', level: null },
      ],
    });
    const levels = stage1?.entries.filter(({ kind }) => kind === 'level');
    expect(levels?.map(({ level, index }) => `${level}:${index}`)).toEqual(['0:0', '1:0', '2:128', '3:0']);
    expect(levels?.every(({ address }) => address !== null)).toBe(true);
    expect(entries(page).every(({ reach }) => reach !== 'ahead')).toBe(true);
  });

  it('follows the stepping: one step further marks one entry more', () => {
    const scene = new Scene('first-translation.smmu').toLine('dma eth0 write').into(1);
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      seen.push(reaches(scene.page('walk')));
      scene.into(1);
    }
    const count = seen[0]?.length ?? 0;
    expect(count).toBeGreaterThan(7);
    expect(seen).toEqual([0, 1, 2, 3].map((n) => `${'d'.repeat(Math.max(0, n - 1))}${n > 0 ? 'n' : ''}`.padEnd(count, 'a')));
    scene.session.run({ kind: 'step', how: 'in', direction: 'backward', granularity: 'instruction' });
    expect(reaches(scene.page('walk'))).toBe(seen[3]);
  });

  it('keeps the stage-2 walk of a table below the entry that it was for', () => {
    const page = new Scene('nested-fault.smmu').toLine('dma eth0 read 0x10000000').over().page('walk');
    const nested = page.phases.filter(({ parent }) => parent !== null);
    expect(nested.length).toBeGreaterThanOrEqual(4);
    const keys = new Set(entries(page).map(({ key }) => key));
    expect(nested.filter(({ parent }) => !keys.has(parent ?? ''))).toEqual([]);
    expect(new Set(page.phases.map(({ id }) => id)).size).toBe(page.phases.length);
    const closed = drawWalk({ page: checked(page), open: new Set(), perRow: 4, t: (text) => text });
    const open = drawWalk({ page: checked(page), open: new Set(nested.map(({ parent }) => parent ?? '')), perRow: 4, t: (text) => text });
    expect(open.height).toBeGreaterThan(closed.height + 400);
  });

  it('ends with the fault, in words', () => {
    const page = new Scene('nested-fault.smmu').toLine('dma eth0 read 0x10001000').over().page('walk');
    expect(entries(page).filter(({ kind }) => kind === 'result').map(({ title, tone }) => [title, tone])).toEqual([['Event F_TRANSLATION, recorded', 'bad'], ['Aborted', 'bad']]);
    expect(page.phases.filter(({ entries: own }) => own.length === 0)).toEqual([]);
  });

  it('says the same in its table, in the order of time', () => {
    const page = new Scene('nested-fault.smmu').toLine('dma eth0 read 0x10000000').over().page('walk');
    const rows = rowsOf(page, 'steps');
    expect(rows.length).toBe(entries(page).length);
    expect(rows.map((row) => Number.parseInt(row, 10))).toEqual(rows.map((row) => Number.parseInt(row, 10)).toSorted((a, b) => a - b));
    expect(rows.join('\n')).toMatch(/nested: Stage 2 walk/);
  });

  it('does not move the session', () => {
    const scene = new Scene('first-translation.smmu').toLine('dma eth0 write').into(5);
    const before = [scene.session.system.machine.hash, { ...scene.session.moment }];
    for (const view of ['walk', 'timeline', 'queues', 'pageTables', 'guestHost']) scene.answer(view);
    expect([scene.session.system.machine.hash, { ...scene.session.moment }]).toEqual(before);
  });
});

function checked(page: unknown): Parameters<typeof drawWalk>[0]['page'] {
  if (!DEBUG_PAGE(page)) throw new Error('the page has not the shape that the script checks');
  return page;
}
