/** Queues, page tables, timeline and guest against host on example scenarios, and all views on all of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEBUG_PAGE } from '../../../client/views/model/debugPage.ts';
import { drawRing } from '../../../client/views/model/ringLayout.ts';
import { drawWalk } from '../../../client/views/model/walkLayout.ts';
import { compareRuns, type Comparison } from '../../../debugger/views/compare.ts';
import { PAGE_ROWS } from '../../../debugger/views/timeline.ts';
import { rowsOf, Scene } from './support.ts';

const EXAMPLES = readdirSync('examples/scenarios').filter((name) => name.endsWith('.smmu'));
const VIEWS = ['walk', 'timeline', 'queues', 'pageTables', 'guestHost'];

describe('every view', () => {
  it.each(EXAMPLES)('of %s has the shape that its script checks, at the start, on the way and at the end', (name) => {
    const scene = new Scene(name);
    for (const go of [() => scene, () => scene.over(3), () => scene.into(7), () => scene.toEnd()]) {
      go();
      for (const view of VIEWS) {
        const answer = scene.answer(view);
        if (answer.kind === 'empty') expect(answer.text).toMatch(/\.$/);
        else if (!DEBUG_PAGE(answer.data)) throw new Error(`${view} has another shape`);
        else {
          for (const ring of answer.data.rings) expect(drawRing(ring).shapes.length).toBe(1);
          expect(JSON.stringify(drawWalk({ page: answer.data, open: new Set(), perRow: 2, t: (text) => text }))).not.toMatch(/NaN|undefined/);
        }
      }
    }
  });

  it('is none of another name', () => expect(() => new Scene('ats.smmu').work('__proto__')).toThrow('no view'));
});

describe('queues', () => {
  it('show what waits and who wraps', () => {
    const page = new Scene('event-queue-overflow.smmu').toEnd().page('queues');
    const ring = page.rings.find(({ id }) => id.endsWith('evtq'));
    expect(ring).toBeDefined();
    const rows = rowsOf(page, ring?.id ?? '');
    expect(rows.some((row) => /F_|C_/.test(row))).toBe(true);
  });

  it('mark the entry that is taken next', () => {
    const page = new Scene('first-translation.smmu').toEnd().page('queues');
    const rows = rowsOf(page, page.rings.find(({ pending }) => pending > 0)?.id ?? '');
    expect(rows).toEqual([expect.stringMatching(/^0 \| next to be taken \(CONS\) \| 0x[0-9a-f]+ \| F_TRANSLATION/)]);
  });

  it('can be narrowed to one SMMU', () => {
    const scene = new Scene('nested-fault.smmu').toEnd();
    expect(scene.page('queues').rings).toHaveLength(4);
    const [, first] = scene.page('queues').controls[0]?.options ?? [];
    expect(scene.page('queues', { smmu: first?.value ?? '' }).rings).toHaveLength(2);
  });
});

describe('the timeline', () => {
  it('has every step with values before and after, page by page', () => {
    const scene = new Scene('first-translation.smmu').toEnd();
    const { timeline } = scene.session;
    const total = Array.from({ length: timeline.count }, (_, unit) => timeline.stepsOf(unit) + 1).reduce((a, b) => a + b, 0);
    let seen = 0;
    let next: string | undefined = '0';
    for (let pages = 0; next !== undefined && pages < 50; pages++) {
      const page = scene.page('timeline', { page: next });
      seen += rowsOf(page, 'steps').length;
      expect(rowsOf(page, 'steps').length).toBeLessThanOrEqual(PAGE_ROWS);
      next = page.controls.find(({ label }) => label === 'Next page')?.value;
    }
    expect(seen).toBe(total);
    expect(rowsOf(scene.page('timeline'), 'steps').join('\n')).toMatch(/\| write 0xd75 to CR1 \| \S+\.CR1: 0x0 \| 0xd75 \| register \|/);
  });

  it('finds steps by kind, thread and words', () => {
    const scene = new Scene('first-translation.smmu').toEnd();
    const commands = rowsOf(scene.page('timeline', { kind: 'command' }), 'steps');
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.every((row) => row.includes('| command | '))).toBe(true);
    const syncs = rowsOf(scene.page('timeline', { kind: 'command', text: 'cmd_sync' }), 'steps');
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.length).toBeLessThan(commands.length);
    const host = scene.session.threads.find(({ name }) => name === 'host');
    expect(rowsOf(scene.page('timeline', { thread: String(host?.id) }), 'steps').every((row) => row.endsWith('| host'))).toBe(true);
    expect(rowsOf(scene.page('timeline', { text: 'no such words' }), 'steps')).toEqual([]);
  });

  it('marks the present moment, and leads to each', () => {
    const scene = new Scene('first-translation.smmu').toLine('dma eth0 write').into(3);
    const { unit, step } = scene.session.moment;
    const page = scene.page('timeline', { page: String(unit) });
    const row = page.tables[0]?.rows.find(({ mark }) => mark === 'present');
    expect(row?.cells[0]?.parts[0]).toMatchObject({ text: `${unit}.${step}`, act: { name: 'goTo', value: { unit, step } } });
  });

  it('looks through many steps in small portions, and stops at its bound', () => {
    const text = readFileSync('examples/scenarios/first-translation.smmu', 'utf8').replace(/^dma eth0 write.*$/m, 'repeat 1500\n  dma eth0 write 0x10000040 "packet 1"');
    const scene = new Scene('first-translation.smmu', text).toEnd();
    const work = scene.work('timeline', { text: 'no such words' });
    let portions = 1;
    while (work.next().done !== true) portions++;
    expect(portions).toBeGreaterThan(20);
    expect(scene.page('timeline', { text: 'no such words' }).controls.map(({ label }) => label)).toContain('Next page');
  });

  it('does not look for a thread that another run had', () => {
    const page = new Scene('first-translation.smmu').toEnd().page('timeline', { thread: '4711' });
    expect(rowsOf(page, 'steps').length).toBeGreaterThan(0);
    expect(page.controls.find(({ id }) => id === 'thread')?.value).toBe('all');
  });

  it.each(['x', '-1', '1e9', '99999999.99999999'])('bears a page that there is not: %s', (page) => {
    expect(new Scene('first-translation.smmu').toEnd().answer('timeline', { page }).kind).toBe('show');
  });
});

describe('guest against host', () => {
  it('marks what the hypervisor changed', () => {
    const page = new Scene('vsmmu-merge-v3.smmu').toEnd().page('guestHost');
    expect(page.tables[0]?.title).toMatch(/guest|hardware/);
    // Addresses are shown whole, though the field holds only their upper bits.
    expect(rowsOf(page, page.tables[0]?.id ?? '').join('\n')).toMatch(/S2TTB \[243:196\] \| 0 \| 0x[0-9a-f]{5}000 \|/);
    const marks = new Set(page.tables.flatMap(({ rows }) => rows.map(({ mark }) => mark)));
    expect(marks).toContain('muted');
    expect(page.tables.flatMap((table) => rowsOf(page, table.id)).join('\n')).toMatch(/S2VMID .* the hypervisor's own/);
  });

  it('says what to do where no guest has entries', () => expect(new Scene('first-translation.smmu').answer('guestHost')).toMatchObject({ kind: 'empty' }));
});

describe('two runs', () => {
  const compared = (scene: Scene, other: Scene): Comparison => {
    const work = compareRuns(scene.session, other.session.timeline, 'other.smmu');
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
    }
  };

  it('that are the same have no difference', () => {
    const scene = new Scene('first-translation.smmu').toEnd();
    const before = scene.session.system.machine.hash;
    expect(compared(scene, new Scene('first-translation.smmu'))).toMatchObject({ text: 'no difference so far', difference: undefined });
    scene.session.settle();
    expect(scene.session.system.machine.hash).toBe(before);
  });

  it('part where one maps less, and the step that first differs is named', () => {
    const scene = new Scene('first-translation.smmu').toEnd();
    const other = new Scene('first-translation.smmu', scene.text.replace('0x90000000 16K rw', '0x90000000 16K r'));
    const { text, difference } = compared(scene, other);
    const line = scene.text.slice(0, scene.text.indexOf('map eth0')).split('\n').length;
    expect(text).toContain(`first difference in line ${line}, step `);
    const pair = difference?.steps.find(({ step }) => step === difference.step);
    expect(pair?.here).not.toBe(pair?.there);
    expect(difference?.steps.filter(({ step }) => step < difference.step).every(({ here, there }) => here === there)).toBe(true);
  });

  it('part after an edit by hand, at the step that reads what was changed', () => {
    const scene = new Scene('first-translation.smmu').toLine('dma eth0 read');
    const { session } = scene;
    session.edit(() => void session.system.machine.memory.write(0x90000040, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])));
    scene.toEnd();
    const { difference } = compared(scene, new Scene('first-translation.smmu'));
    const pair = difference?.steps.find(({ step }) => step === difference.step);
    expect(pair?.here).toMatch(/^reads .*: 01 02 03/);
    expect(pair?.there).toMatch(/^reads /);
  });

  it('are shown in the timeline, with the difference marked', () => {
    const scene = new Scene('first-translation.smmu').toEnd();
    scene.views.comparison = compared(scene, new Scene('first-translation.smmu', scene.text.replace('16K rw', '16K r')));
    const table = scene.page('timeline').tables.find(({ id }) => id === 'comparison');
    expect(table?.rows.filter(({ mark }) => mark === 'warning').map(({ note }) => note)).toEqual(['the first difference']);
  });
});
