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
});
