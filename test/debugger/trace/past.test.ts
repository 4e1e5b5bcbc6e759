/** Another state of the machine seen from here, and who wrote what, against going there and against a search one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateHash } from '../../../emulator/history/hash.ts';
import { inState, stateAt } from '../../../debugger/trace/past.ts';
import { lastWrites, type Stretch } from '../../../debugger/trace/writers.ts';
import { DATA, Rig, S1 } from '../../emulator/rig.ts';

function toEnd<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

type Act = { readonly kind: 'store'; readonly at: number; readonly value: number } | { readonly kind: 'owner'; readonly page: number; readonly owner: string } | { readonly kind: 'register'; readonly value: number } | { readonly kind: 'dma' };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('store' as const), at: fc.nat(700), value: fc.nat(3) }) },
  fc.record({ kind: fc.constant('owner' as const), page: fc.nat(3), owner: fc.constantFrom('a', 'b') }),
  fc.record({ kind: fc.constant('register' as const), value: fc.nat(5) }), fc.constant({ kind: 'dma' as const }),
);

function rigAfter(acts: readonly Act[]): { readonly rig: Rig; readonly positions: number[] } {
  const rig = new Rig();
  rig.stage1(8);
  rig.map(S1, 0x1000, DATA);
  const { history } = rig.machine;
  history.recording = true;
  const positions = [history.position];
  for (const one of acts) {
    if (one.kind === 'store') rig.store(DATA + one.at * 8, one.value);
    else if (one.kind === 'owner') rig.machine.owners.set(DATA + one.page * 0x1000, 0x1000, one.owner);
    else if (one.kind === 'register') rig.reg(0x80, one.value * 0x1000, 8);
    else rig.dma(8, 0x1000);
    positions.push(history.position);
  }
  return { rig, positions };
}

/** All that tables and owners are read from. */
function seen(rig: Rig): string {
  const words = Array.from({ length: 701 }, (_, i) => rig.load(DATA + i * 8).lo);
  return JSON.stringify([words, rig.machine.owners.ranges, rig.get(0x80, 8)]);
}

describe('the state at another position', () => {
  it('is the one that going there finds, in both directions, and leaves everything as it was', () => {
    fc.assert(fc.property(fc.array(act, { minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(), (acts, from, to) => {
      const { rig, positions } = rigAfter(acts);
      const { history } = rig.machine;
      const [here, there] = [positions[from % positions.length] ?? 0, positions[to % positions.length] ?? 0];
      history.seek(there);
      const expected = seen(rig);
      history.seek(here);
      const before = stateHash(history);
      const state = toEnd(stateAt(history, there, 10_000));
      if (state === undefined) throw new Error('no state');
      expect(inState(rig.machine, state, () => seen(rig))).toBe(expected);
      expect([history.position, history.newest, stateHash(history)]).toEqual([here, positions.at(-1), before]);
      history.seek(there);
      expect(seen(rig)).toBe(expected);
    }), { numRuns: 60 });
  });

  it('is refused where too much differs, and where nobody recorded it', () => {
    const { rig, positions } = rigAfter(Array.from({ length: 30 }, (_, at) => ({ kind: 'store', at, value: 1 })));
    const { history } = rig.machine;
    expect(toEnd(stateAt(history, positions[0] ?? 0, 29))).toBeUndefined();
    expect(toEnd(stateAt(history, positions[0] ?? 0, 30))).toBeDefined();
    expect(toEnd(stateAt(history, history.newest + 1, 1000))).toBeUndefined();
    expect(toEnd(stateAt(history, -1, 1000))).toBeUndefined();
  });

  it('is looked for in portions', () => {
    const { rig, positions } = rigAfter(Array.from({ length: 200_000 }, (_, i) => ({ kind: 'store', at: i % 50, value: i })));
    let pauses = 0;
    for (const work = stateAt(rig.machine.history, positions[0] ?? 0, 1000); work.next().done !== true;) pauses++;
    expect(pauses).toBeGreaterThanOrEqual(3);
  });
});

describe('last writes', () => {
  it('are those that a search for each stretch finds', () => {
    const stretch = fc.record({ base: fc.nat(700).map((i) => DATA + i * 8), size: fc.constantFrom(4, 8, 64, 4096) });
    fc.assert(fc.property(fc.array(act, { maxLength: 60 }), fc.array(stretch, { maxLength: 8 }), (acts, stretches: Stretch[]) => {
      const { rig } = rigAfter(acts);
      const { history } = rig.machine;
      const { positions, isWhole } = toEnd(lastWrites(history, stretches, 1000));
      for (const one of stretches) {
        const found = history.find(history.position, 0, ({ label }, index) => label?.kind === 'memory' && (label.base ?? 0) + index * 4 < one.base + one.size && (label.base ?? 0) + index * 4 + 4 > one.base);
        expect(positions.get(one) ?? -1).toBe(found);
      }
      expect(isWhole).toBe(true);
    }), { numRuns: 60 });
  });

  it('are looked for so far back and no further', () => {
    const { rig } = rigAfter(Array.from({ length: 50 }, (_, at) => ({ kind: 'store', at, value: 7 })));
    const [old, late] = [{ base: DATA, size: 8 }, { base: DATA + 49 * 8, size: 8 }];
    const { positions, isWhole } = toEnd(lastWrites(rig.machine.history, [old, late], 20));
    expect([positions.has(old), positions.has(late), isWhole]).toEqual([false, true, false]);
  });
});
