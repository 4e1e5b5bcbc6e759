import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  INVALIDATION_TYPES, mergeInvalidations, NO_INVALIDATIONS, purgeInvalidations, unrefInvalidations,
  type Invalidation, type InvalidationArray, type InvalidationType,
} from '../../../../emulator/hypervisor/linux/invalidations.ts';
import { fixture } from './fixtures.ts';

type Step = [op: 'merge' | 'unref' | 'purge', set: string | null, trash: number, ids: number[], users: number[], ssids: number[]];
interface Vectors { invs: { sets: Record<string, [InvalidationType, number, number][]>; steps: Step[] } }

const { sets, steps } = fixture<Vectors>('entry-writer').invs;
const setOf = (name: string | null): Invalidation[] => (name === null ? [] : sets[name]!).map(([type, id, ssid]) => ({ type, id, ssid }));
const RUN = { merge: mergeInvalidations, unref: unrefInvalidations, purge: purgeInvalidations };

describe('invalidation array', () => {
  const states: InvalidationArray[] = [NO_INVALIDATIONS];
  for (const [op, set] of steps) states.push(RUN[op](states.at(-1)!, setOf(set)));

  it('has all 11 steps', () => expect(steps).toHaveLength(11));

  it.each(steps.map((s, i) => ({ step: s, title: `${i + 1}: ${s[0]} ${s[1] ?? ''}`, state: states[i + 1]! })))('$title', ({ step, state }) => {
    const [, , trash, ids, users, ssids] = step;
    expect(state.trash).toBe(trash);
    expect(state.entries.map((e) => e.id)).toEqual(ids);
    expect(state.entries.map((e) => e.users)).toEqual(users);
    expect(state.entries.map((e) => e.ssid)).toEqual(ssids);
  });

  const target = fc.record({ type: fc.constantFrom(...INVALIDATION_TYPES), id: fc.integer({ min: 0, max: 3 }), ssid: fc.integer({ min: 0, max: 1 }) });
  const key = (t: Invalidation): string => `${t.type} ${t.id} ${t.ssid}`;
  const targets = fc.uniqueArray(target, { maxLength: 6, selector: key });

  it('holds what is attached, whatever the order of attaching and detaching', () => {
    fc.assert(fc.property(fc.array(targets, { maxLength: 6 }), fc.array(fc.boolean()), (all, purges) => {
      let array = NO_INVALIDATIONS;
      for (const set of all) array = mergeInvalidations(array, set);
      const counts = new Map<string, number>();
      for (const t of all.flat()) counts.set(key(t), (counts.get(key(t)) ?? 0) + 1);
      expect(new Map(array.entries.map((e) => [key(e), e.users]))).toEqual(counts);
      for (const [i, set] of all.entries()) {
        array = unrefInvalidations(array, set);
        if (purges[i] === true) array = purgeInvalidations(array);
      }
      expect(array).toEqual(NO_INVALIDATIONS);
    }));
  });
});
