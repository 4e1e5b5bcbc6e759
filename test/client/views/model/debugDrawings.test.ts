/** Pictures of the debugger: walks that fit a width, rings of queues at any size. */
import { describe, expect, it } from 'vitest';
import type { DebugPage, Entry, Ring } from '../../../../client/views/model/debugPage.ts';
import type { Shape } from '../../../../client/views/model/drawing.ts';
import { drawRing } from '../../../../client/views/model/ringLayout.ts';
import { cardsIn, drawWalk, wrapped } from '../../../../client/views/model/walkLayout.ts';

const entry = (step: number, more: Partial<Entry> = {}): Entry => ({
  key: `step ${step}`, kind: 'level', title: `Level ${step} table`, where: '0x1000', address: 0x1000, moment: { unit: 1, step }, level: step, index: 1,
  value: '0x0000000000002003', meaning: 'table: NextTable=0x2000', tone: 'plain', reach: 'done', ...more,
});

const PAGE: DebugPage = {
  title: 'Walk of 0x40', facts: [], controls: [], rings: [], trees: [], tables: [], phases: [
    { id: 'a', parent: null, title: 'Stage 1', reach: 'done', split: null, entries: [0, 1, 2, 3].map((n) => entry(n)) },
    { id: 'b', parent: 'step 1', title: 'Stage 2', reach: 'done', split: null, entries: [entry(11), entry(12)] },
    { id: 'outcome', parent: null, title: 'Outcome', reach: 'ahead', split: null, entries: [entry(20, { kind: 'result', address: null, reach: 'ahead', tone: 'bad', title: 'Aborted', meaning: 'word '.repeat(200).trim() })] },
  ],
};

const t = (text: string, ...values: readonly (string | number)[]): string => text.replace('{0}', String(values[0]));
const buttons = (shapes: readonly Shape[]): Shape[] => shapes.flatMap((shape) => [...(shape.act === undefined ? [] : [shape]), ...buttons((shape.children ?? []).filter((child): child is Shape => typeof child !== 'string'))]);

describe('the picture of a walk', () => {
  it.each([2, 3, 4, 8])('keeps to %i cards beside one another', (perRow) => {
    const { width, shapes } = drawWalk({ page: PAGE, open: new Set(), perRow, t });
    expect(width).toBeLessThanOrEqual(Math.max(430, 220 * perRow + 24));
    const rects = buttons(shapes).flatMap(({ children = [] }) => children).filter((child): child is Shape => typeof child !== 'string' && child.tag === 'rect');
    for (const { attributes } of rects) expect(Number(attributes?.['x']) + Number(attributes?.['width'])).toBeLessThanOrEqual(width);
  });

  it('has a button with a name and a key of its own for each entry, and one that opens what nests', () => {
    const closed = buttons(drawWalk({ page: PAGE, open: new Set(), perRow: 4, t }).shapes);
    expect(closed.map(({ act }) => act?.name)).toEqual(['writer', 'writer', 'toggle', 'writer', 'writer', 'goTo']);
    expect(closed.every(({ label = '' }) => label.length > 10)).toBe(true);
    const open = buttons(drawWalk({ page: PAGE, open: new Set(['step 1']), perRow: 4, t }).shapes);
    expect(open.length).toBe(closed.length + 2);
    expect(new Set(open.map(({ key }) => key)).size).toBe(open.length);
    expect(closed.find(({ act }) => act?.name === 'toggle')?.label).toBe('Show the stage-2 walk of this address, 2 steps');
  });

  it('says in words what is reached, and whole what is cut in the picture', () => {
    const result = buttons(drawWalk({ page: PAGE, open: new Set(), perRow: 2, t }).shapes).at(-1);
    expect(result?.label).toMatch(/^Aborted, .*word word.*, not reached yet: goes to this moment$/);
    expect(JSON.stringify(result?.children)).toContain('…');
  });

  it('fits cards to a width, two at least', () => expect([0, 462, 700, 1000].map(cardsIn)).toEqual([2, 2, 3, 4]));
});

describe('text in lines', () => {
  it('breaks at blanks, and says where it was cut', () => {
    expect(wrapped('one two three', 63, 3)).toEqual(['one two', 'three']);
    expect(wrapped('one two three four', 40, 2)).toEqual(['one', 'two…']);
    expect(wrapped('', 40, 2)).toEqual([]);
  });
});

describe('the ring of a queue', () => {
  const ring = (more: Partial<Ring>): Ring => ({ id: 'q', title: 'Event queue', state: 'full', size: 8, prod: 0, cons: 0, prodWrap: 1, consWrap: 0, pending: 8, tone: 'plain', ...more });

  it.each([{ size: 1, pending: 1 }, { size: 8, pending: 8 }, { size: 8, pending: 0 }, { size: 2 ** 19, pending: 3, cons: 524_287, prod: 2 }, { size: 4, pending: 9 }])('can be drawn: %j', (more) => {
    const { shapes, title } = drawRing(ring(more));
    expect(JSON.stringify(shapes)).not.toMatch(/NaN|Infinity|null|undefined/);
    expect(title).toContain(`${more.size} slots`);
  });

  it('fills what waits, whole where it is full', () => {
    const waiting = (more: Partial<Ring>): number => JSON.stringify(drawRing(ring(more)).shapes).split('"waiting"').length - 1;
    expect([waiting({ pending: 0 }), waiting({ pending: 3 }), waiting({ pending: 8 })]).toEqual([0, 1, 2]);
  });
});
