import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Machine } from '../../../emulator/index.ts';
import { Costs } from '../../../emulator/hypervisor/costs.ts';
import { viewOf } from '../../../emulator/hypervisor/memoryView.ts';
import { PagePool } from '../../../emulator/hypervisor/pages.ts';
import { PageTable } from '../../../emulator/hypervisor/pageTable.ts';
import { Box, Fields, Journal } from '../../../emulator/hypervisor/state.ts';

function machine(): Machine {
  const made = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x1000_0000 }], smmus: [] });
  made.history.recording = true;
  return made;
}

describe('state under the undo log', () => {
  it('has one hash per content, whatever way led there', () => {
    const [a, b] = [machine(), machine()];
    const [boxA, boxB] = [new Box<readonly number[]>(a.history, 'x', []), new Box<readonly number[]>(b.history, 'x', [])];
    boxA.value = [1];
    boxA.value = [2, 3];
    boxB.value = [2, 3];
    expect(a.hash).toBe(b.hash);
    boxB.value = [];
    expect(b.hash).not.toBe(a.hash);
    boxA.value = [];
    expect(a.hash).toBe(b.hash);
  });

  it('restores numbers, values and lists in both directions', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(5)), { maxLength: 30 }), fc.nat(30), (actions, back) => {
      const m = machine();
      const fields = new Fields(m.history, 'f', ['p', 'q']);
      const box = new Box<{ n: number }>(m.history, 'b', { n: 0 });
      const journal = new Journal<number>(m.history, 'j');
      const seen = (): unknown => [fields.get('p'), fields.get('q'), box.value, journal.entries, m.hash];
      const states = [seen()];
      for (const [kind, value] of actions) {
        [() => fields.set('p', value), () => fields.add('q', value), () => { box.value = { n: value }; }, () => journal.push(value)][kind]!();
        m.history.mark();
        states.push(seen());
      }
      const n = Math.min(back, actions.length);
      m.history.back(n);
      expect(seen()).toEqual(states[actions.length - n]);
      m.history.forward(n);
      expect(seen()).toEqual(states[actions.length]);
    }), { numRuns: 60 });
  });

  it('keeps later entries of a list when something else was only tried out in the past', () => {
    const m = machine();
    const journal = new Journal<string>(m.history, 'j');
    for (const entry of ['a', 'b', 'c']) journal.push(entry);
    const end = m.history.position;
    m.history.seek(2);
    expect(journal.entries).toEqual(['a']);
    m.history.speculate(() => journal.push('x'));
    m.history.speculate(() => journal.push('b'));
    m.history.seek(end);
    expect(journal.entries).toEqual(['a', 'b', 'c']);
  });

  it('hashes a list by what is in it', () => {
    const [one, two] = [machine(), machine()];
    const [a, b] = [new Journal<string>(one.history, 'j'), new Journal<string>(two.history, 'j')];
    a.push('x');
    b.push('y');
    expect(one.hash).not.toBe(two.hash);
    two.history.seek(0);
    b.push('x');
    expect(two.hash).toBe(one.hash);
  });

  it('lets another future replace the one that was undone', () => {
    const m = machine();
    const journal = new Journal<string>(m.history, 'j');
    journal.push('a');
    m.history.mark();
    journal.push('b');
    m.history.mark();
    m.history.back(1);
    journal.push('c');
    expect(journal.entries).toEqual(['a', 'c']);
  });

  it('counts costs since a moment', () => {
    const costs = new Costs(machine().history, 'x');
    costs.count('traps', 3);
    const then = costs.table;
    costs.count('traps');
    expect(costs.since(then)).toMatchObject({ traps: 1, commands: 0 });
  });
});

describe('page tables', () => {
  const parts = (m: Machine, stage: 1 | 2) => ({ memory: viewOf(m.memory), pages: new PagePool(m.history, 't', { base: 0x4000_0000, size: 0x40_0000 }), stage });

  it('agree with a plain map under random maps and unmaps, with blocks and splits', () => {
    const operation = fc.record({ isMap: fc.boolean(), page: fc.nat(1100), count: fc.integer({ min: 1, max: 600 }), target: fc.nat(0x2000), blocks: fc.boolean() });
    fc.assert(fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
      const m = machine();
      const table = PageTable.create(parts(m, 2))!;
      const model = new Map<number, number>();
      for (const { isMap, page, count, target, blocks } of operations) {
        if (isMap) expect(table.map(page * 4096, target * 4096, count * 4096, { blocks })).toBe(true);
        else table.unmap(page * 4096, count * 4096);
        for (let i = 0; i < count; i++) {
          if (isMap) model.set(page + i, target + i);
          else model.delete(page + i);
        }
      }
      const wrong = Array.from({ length: 1800 }, (_, i) => i).filter((i) => table.find(i * 4096 + 8)?.output !== (model.has(i) ? model.get(i)! * 4096 + 8 : undefined));
      expect(wrong).toEqual([]);
    }), { numRuns: 20 });
  });

  it('says when pages run out', () => {
    const m = machine();
    const pages = new PagePool(m.history, 't', { base: 0x4000_0000, size: 0x3000 });
    const table = PageTable.create({ memory: viewOf(m.memory), pages, stage: 1 })!;
    expect(table.map(0, 0, 4096)).toBe(false);
  });

  it('hands out aligned runs of pages and takes them back', () => {
    const pages = new PagePool(machine().history, 't', { base: 0x4000_1000, size: 0x10000 });
    expect(pages.allocate()).toBe(0x4000_1000);
    expect(pages.allocate(4)).toBe(0x4000_4000);
    expect(pages.allocate(3)).toBe(0x4000_8000);
    pages.free(0x4000_4000, 4);
    expect(pages.allocate(4)).toBe(0x4000_4000);
    expect(pages.allocate(16)).toBeUndefined();
  });
});
