import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History, READ, WRITE } from '../../../emulator/index.ts';
import { Cells } from '../../../emulator/history/history.ts';
import { stateHash } from '../../../emulator/history/hash.ts';
import { DATA, Rig, S1, S2 } from '../rig.ts';

/** Something that changes a machine. */
type Action = (rig: Rig) => void;

const VA = 0x12_3456_7000;

const ACTIONS: readonly Action[] = [
  (rig) => { rig.dma(1, VA); },
  (rig) => { rig.dma(1, VA + 0x1000, WRITE); },
  (rig) => { rig.dma(2, VA + 0x8000); },
  (rig) => { rig.dma(3, VA); },
  (rig) => { rig.dma(4, VA, READ, 9); },
  (rig) => { rig.dma(5, VA + 0x5000); },
  (rig) => { rig.map(S1, VA, DATA + 0x7000); },
  (rig) => { rig.map(S2, VA, DATA, { low: 0x7ff }); },
  (rig) => { rig.cmd('TLBI_NSNH_ALL'); },
  (rig) => { rig.cmd('CFGI_STE_RANGE', { Range: 31 }); },
  (rig) => { rig.cmd('SYNC', { CS: 1, MSIAddress: 0x4500_0000, MSIData: 5 }); },
  (rig) => { rig.cmd('RESUME', { StreamID: 5, STAG: 0, Ac: 1 }); },
  (rig) => { rig.rawCmd([0, 0, 0, 0]); rig.reg(0x64, rig.get(0x60)); },
  (rig) => { rig.events(); },
  (rig) => { rig.reg(0x20, 0xc); rig.reg(0x20, 0xd); },
  (rig) => { rig.machine.owners.set(DATA, 0x1000, 'guest'); },
  (rig) => { for (let i = 0; i < 40; i++) { rig.map(S1, VA + 0x10_0000 + i * 0x1000, DATA); rig.dma(1, VA + 0x10_0000 + i * 0x1000); } },
];

/** Actions whose effect depends on the machine alone; the rig counts the entries of its queues and tables. */
const REPEATABLE = ACTIONS.filter((a) => !/cmd|rawCmd|events|map/i.test(a.toString()));

function rigWith(policy: 'architecture' | 'bounded'): Rig {
  const rig = new Rig({ policy });
  rig.stage1(1, { HA: 1, HD: 1 });
  rig.stage2(2);
  rig.nested(3);
  rig.identity();
  rig.ste(4, { V: 0 });
  rig.stage1(5, { S: 1 });
  rig.map(S1, VA, DATA, { low: 0xb43 });
  rig.map(S1, VA + 0x1000, DATA, { low: 0xfc3, high: 1 << 19 });
  rig.map(S2, DATA, DATA, { low: 0x7ff });
  rig.reg(0x50, 7);
  rig.machine.history.recording = true;
  return rig;
}

describe('history', () => {
  it.each(['architecture', 'bounded'] as const)('back k, forward k: the same state; running on gives the same again (caches %s)', (policy) => {
    fc.assert(fc.property(fc.array(fc.nat(ACTIONS.length - 1), { minLength: 1, maxLength: 25 }), fc.nat(), (picks, cut) => {
      const rig = rigWith(policy);
      const { machine } = rig;
      const hashes = [machine.hash];
      for (const pick of picks) {
        ACTIONS[pick]!(rig);
        machine.history.mark();
        hashes.push(machine.hash);
      }
      const back = 1 + (cut % picks.length);
      expect(machine.history.back(back)).toBe(true);
      expect(machine.hash).toBe(hashes[picks.length - back]);
      expect(machine.history.forward(back)).toBe(true);
      expect(machine.hash).toBe(hashes.at(-1));
      for (let i = picks.length - 1; i >= 0; i--) {
        expect(machine.history.back(1)).toBe(true);
        expect(machine.hash).toBe(hashes[i]);
      }
    }), { numRuns: 40 });
  });

  it('any position can be sought, in any order', () => {
    const rig = rigWith('architecture');
    const { history } = rig.machine;
    const seen: string[] = [];
    for (const action of ACTIONS) {
      seen[history.position] = rig.machine.hash;
      action(rig);
    }
    const positions = seen.flatMap((hash, position) => (hash === undefined ? [] : [position]));
    for (const position of [...positions, ...positions.toReversed(), ...positions.toSorted((a, b) => (a * 7919) % 97 - (b * 7919) % 97)]) {
      expect(history.seek(position)).toBe(true);
      expect(rig.machine.hash).toBe(seen[position]);
    }
    expect([history.seek(-1), history.seek(history.newest + 1)]).toEqual([false, false]);
  });

  it('the same state in another machine has the same hash, however it was reached', () => {
    const one = rigWith('architecture');
    const two = rigWith('architecture');
    two.machine.memory.store32(0, 0x7fff_0000, 5);
    one.machine.memory.store32(0, 0x7ff0_0000, 5);
    expect(one.machine.hash).not.toBe(two.machine.hash);
    one.machine.memory.store32(0, 0x7fff_0000, 5);
    two.machine.memory.store32(0, 0x7ff0_0000, 5);
    expect(one.machine.hash).toBe(two.machine.hash);
  });

  it('a change after going back forgets what was ahead', () => {
    const history = new History();
    const cells = new Cells(history, 4, 1);
    history.recording = true;
    for (let i = 1; i <= 3; i++) {
      cells.set(0, i);
      history.mark();
    }
    expect(history.steps).toEqual({ behind: 3, ahead: 0 });
    history.back(2);
    expect([cells.data[0], history.steps]).toEqual([1, { behind: 1, ahead: 2 }]);
    cells.set(1, 9);
    expect(history.forward(1)).toBe(false);
    history.mark();
    expect([history.steps, history.forward(1), history.forward(0)]).toEqual([{ behind: 2, ahead: 0 }, false, true]);
    expect([history.back(3), history.back(2), [...cells.data]]).toEqual([false, true, [0, 0, 0, 0]]);
  });

  it('is bounded: the oldest steps go first', () => {
    const history = new History({ maxRecords: 1 });
    const cells = new Cells(history, 1, 1);
    history.recording = true;
    for (let i = 1; i <= 50_000; i++) {
      cells.set(0, i);
      history.mark();
    }
    expect(history.oldest).toBeGreaterThan(0);
    expect(history.newest - history.oldest).toBeLessThanOrEqual(16_384);
    expect(history.back(45_000)).toBe(false);
    expect(cells.data[0]).toBe(50_000);
    expect(history.back(3000)).toBe(true);
    expect(cells.data[0]).toBe(47_000);
    expect(history.forward(3000)).toBe(true);
    expect(cells.data[0]).toBe(50_000);
  });

  it('grows without losing anything', () => {
    const history = new History();
    const cells = new Cells(history, 8, 1);
    history.recording = true;
    for (let i = 1; i <= 50_000; i++) cells.set(i % 8, i);
    const hash = stateHash(history);
    history.seek(0);
    expect([...cells.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    history.seek(50_000);
    expect(stateHash(history)).toBe(hash);
  });

  it('values replaced as a whole come back', () => {
    const history = new History();
    const cells = new Cells(history, 2, 1);
    history.recording = true;
    cells.set(1, 5);
    cells.replace(Int32Array.from([1, 2, 3]));
    cells.set(2, 7);
    history.seek(1);
    expect([...cells.data]).toEqual([0, 5]);
    history.seek(3);
    expect([...cells.data]).toEqual([1, 2, 7]);
    cells.set(2, 7);
    expect(history.position).toBe(3);
  });

  it('asking what would happen changes nothing', () => {
    const rig = rigWith('architecture');
    const { machine } = rig;
    ACTIONS[0]!(rig);
    machine.history.mark();
    machine.history.back(1);
    const hash = machine.hash;
    const { history } = machine;
    const state = { ...history.steps, position: history.position, newest: history.newest };
    const value = history.speculate(() => {
      for (const action of ACTIONS) action(rig);
      return machine.hash;
    });
    expect(value).not.toBe(hash);
    expect(machine.hash).toBe(hash);
    expect({ ...history.steps, position: history.position, newest: history.newest }).toEqual(state);
    expect(history.forward(1)).toBe(true);
  });

  it('a second look at the past meets the positions of the first', () => {
    const rig = rigWith('architecture');
    const { machine } = rig;
    const { history } = machine;
    const run = (): number[] => {
      const positions: number[] = [];
      machine.observer = { step: (step) => positions.push(step.position) };
      // Those that need no state of the rig itself.
      for (const action of REPEATABLE) action(rig);
      machine.observer = null;
      return positions;
    };
    const start = history.position;
    const first = run();
    const [end, hash] = [history.position, machine.hash];
    history.seek(start);
    expect(history.speculate(run)).toEqual(first);
    expect([history.position, history.newest]).toEqual([start, end]);
    expect([history.seek(end), machine.hash]).toEqual([true, hash]);
  });

  it('is as it was when something that was only asked about fails', () => {
    const history = new History();
    const cells = new Cells(history, 2, 1);
    history.recording = true;
    cells.set(0, 1);
    expect(() => history.speculate(() => {
      cells.set(0, 2);
      throw new Error('stop');
    })).toThrow('stop');
    expect([cells.data[0], history.position, history.newest]).toEqual([1, 1, 1]);
  });

  it('tells each change with what was there before and after, wherever the machine stands', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(3)), { maxLength: 40 }), fc.nat(40), fc.nat(40), fc.nat(40), (writes, a, b, here) => {
      const history = new History();
      const one = new Cells(history, 3, 1, { kind: 'state', name: 'one' });
      const two = new Cells(history, 3, 2);
      history.recording = true;
      const naive: [Cells, number, number, number][] = [];
      for (const [index, value] of writes) {
        const [cells, at] = index < 3 ? [one, index] as const : [two, index - 3] as const;
        const before = cells.data[at]!;
        cells.set(at, value);
        if (before !== value) naive.push([cells, at, before, value]);
      }
      const [from, to] = [Math.min(a, b, naive.length), Math.min(Math.max(a, b), naive.length)];
      history.seek(Math.min(here, naive.length));
      const { position } = history;
      const found = history.changes(from, to).map((c) => [c.cells, c.index, c.before, c.after]);
      expect(found).toEqual(naive.slice(from, to));
      expect(history.position).toBe(position);
      const isIt = (cells: Cells, at: number): boolean => cells === one && at === 1;
      const is = (c: (typeof naive)[number]): boolean => isIt(c[0], c[1]);
      const later = naive.slice(from, to).findIndex(is);
      expect(history.find(from, to, isIt)).toBe(later < 0 ? -1 : from + later);
      expect(history.find(to, from, isIt)).toBe(naive.slice(0, to).findLastIndex((c, i) => i >= from && is(c)));
    }));
  });

  it('names cells whatever became of the place where they are counted', () => {
    const history = new History();
    const cells = new Cells(history, 2, 1, { kind: 'state', name: 'x' });
    history.recording = true;
    cells.set(1, 5);
    cells.replace(Int32Array.from([0, 5, 0, 0]));
    cells.set(1, 6);
    cells.set(3, 7);
    expect(history.changes(0, history.newest).map((c) => [c.cells.label?.name, c.index, c.before, c.after])).toEqual([['x', 1, 0, 5], ['x', 1, 5, 6], ['x', 3, 0, 7]]);
  });
});
