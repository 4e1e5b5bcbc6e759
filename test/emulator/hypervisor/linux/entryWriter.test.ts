import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CD_KIND, STE_KIND, type EntryKind } from '../../../../emulator/hypervisor/linux/entryKinds.ts';
import { commandsOf, planEntryUpdate } from '../../../../emulator/hypervisor/linux/entryWriter.ts';
import { encode, STE } from '../../../../emulator/index.ts';
import { entryOf, fixture, original } from './fixtures.ts';

interface Transition { kind: 'ste' | 'cd'; name: string; from: string[]; to: string[]; expectSyncs: number; hitless: boolean; qwordDiffMask: number; steps: string[][] }
interface Vectors { entryWriter: Transition[] }

const KINDS = { ste: STE_KIND, cd: CD_KIND };
const { entryWriter: TRANSITIONS } = fixture<Vectors>('entry-writer');

/** An entry in the bits that count in a configuration. */
function seen(kind: EntryKind, entry: Uint32Array, by: Uint32Array): string {
  const used = kind.used(by);
  return [...entry].map((w, i) => (w & used[i]!) >>> 0).join();
}

describe('entry writer', () => {
  it('has all 29 transitions', () => expect(TRANSITIONS).toHaveLength(29));

  it.skipIf(original('linux-conformance') === undefined)('has the transitions of the shared vectors', () => {
    const plain = (all: Transition[]): unknown => all.map((t) => [t.name, t.expectSyncs, t.hitless, [...entryOf([...t.from, ...t.to, ...t.steps.flat()])].join()]);
    expect(plain(TRANSITIONS)).toEqual(plain(original<Vectors>('linux-conformance')!.entryWriter));
  });

  it.each(TRANSITIONS)('$kind $name', (t) => {
    const kind = KINDS[t.kind];
    const plan = planEntryUpdate(kind, entryOf(t.from), entryOf(t.to));
    expect(plan.groups.map((g) => [...g.entry])).toEqual(t.steps.map((s) => [...entryOf(s)]));
    expect(plan).toMatchObject({ syncs: t.expectSyncs, isHitless: t.hitless, critical: t.qwordDiffMask });
    expect(commandsOf(kind, plan)).toEqual({ syncs: t.expectSyncs, prefetches: t.kind === 'ste' ? 1 : 0 });
  });

  it('sends no prefetch where it is known to be broken', () => {
    const t = TRANSITIONS[0]!;
    const plan = planEntryUpdate(STE_KIND, entryOf(t.from), entryOf(t.to));
    expect(commandsOf(STE_KIND, plan, true).prefetches).toBe(0);
  });

  const ste = (values: Record<string, number>): Uint32Array => encode(STE, { V: 1, ...values });

  it.each([
    { name: 'full to off', from: { EATS: 1 }, to: { EATS: 0 }, critical: 8, isHitless: true },
    { name: 'full to off with stalls at stage 2', from: { EATS: 1, S2S: 1 }, to: { EATS: 0, S2S: 1 }, critical: 10, isHitless: false },
    { name: 'full to split', from: { EATS: 1 }, to: { EATS: 2 }, critical: 10, isHitless: false },
    { name: 'event merging on', from: { MEV: 0 }, to: { MEV: 1 }, critical: 8, isHitless: true },
  ])('lets ATS and event merging flicker only where that is legal: $name', ({ from, to, critical, isHitless }) => {
    const plan = planEntryUpdate(STE_KIND, ste({ Config: 6, S2TTB: 0x1000, ...from }), ste({ Config: 6, S2TTB: 0x2000, ...to }));
    expect(plan).toMatchObject({ critical, isHitless });
  });

  const config = fc.constantFrom(0, 4, 5, 6, 7);
  const small = fc.integer({ min: 0, max: 3 });
  const entry = fc.record({
    V: fc.constantFrom(0, 1, 1, 1), Config: config, S1Fmt: small, S1ContextPtr: fc.constantFrom(0, 0x1000, 0x2040), S1CDMax: small, S1DSS: small, S1CIR: small,
    S1STALLD: fc.constantFrom(0, 1), EATS: fc.constantFrom(0, 1, 2), MEV: fc.constantFrom(0, 1), SHCFG: fc.constantFrom(0, 1), S2VMID: small, S2T0SZ: fc.constantFrom(0, 20),
    S2S: fc.constantFrom(0, 1), S2R: fc.constantFrom(0, 1), S2TTB: fc.constantFrom(0, 0x5000, 0x6000), S2FWB: fc.constantFrom(0, 1),
  }).map((values) => {
    const raw = encode(STE, values);
    const used = STE_KIND.used(raw);
    return raw.map((w, i) => w & used[i]!);
  });

  it('shows hardware the old entry, the new one or an invalid one at every write', () => {
    fc.assert(fc.property(entry, entry, (from, to) => {
      const plan = planEntryUpdate(STE_KIND, from, to);
      const now = from.slice();
      const safe = STE_KIND.safe(from, to);
      const settled = (e: Uint32Array, by: Uint32Array): string => seen(STE_KIND, e.map((w, i) => w & ~safe[i]!), by);
      for (const group of plan.groups) {
        for (const d of group.dwords) {
          now.set(group.entry.subarray(d * 2, d * 2 + 2), d * 2);
          const isInvalid = (now[0]! & 1) === 0;
          expect(isInvalid || settled(now, from) === settled(from, from) || settled(now, to) === settled(to, to)).toBe(true);
          if (isInvalid && (from[0]! & 1) === 1 && (to[0]! & 1) === 1) expect(plan.isHitless).toBe(false);
        }
        expect(now).toEqual(group.entry);
      }
      expect(now).toEqual(to);
      expect(plan.syncs).toBeLessThanOrEqual(3);
    }), { numRuns: 2000 });
  });
});
