import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAYOUT, type Iommufd } from '../../../../emulator/hypervisor/iommufd/iommufd.ts';
import { storeWords, viewOf } from '../../../../emulator/hypervisor/memoryView.ts';
import { CD, encode, fromNumber, STE, u64 } from '../../../../emulator/index.ts';
import { system } from './system.ts';

const BASE = LAYOUT.guestBase;
const ACTIONS = Number(process.env['VSMMU_RANDOM_ACTIONS'] ?? 250);
const RUNS = Number(process.env['VSMMU_RANDOM_RUNS'] ?? 8);

/** Accesses of hostile guests that passed: without any, their test would prove nothing. */
let reached = 0;

type Action = (s: Iommufd) => void;

const device = fc.constantFrom('nic', 'disk');
const page = fc.integer({ min: 0, max: 15 });
const iova = page.map((p) => 0x1000_0000 + p * 0x1000);
const size = fc.integer({ min: 1, max: 3 }).map((n) => n * 0x1000);

/** What a well-behaved guest does. */
const honest: fc.Arbitrary<Action> = fc.oneof(
  { weight: 1, arbitrary: device.map((d): Action => (s) => s.perform('attach', { device: d })) },
  { weight: 1, arbitrary: fc.tuple(device, fc.constantFrom('bypass', 'abort')).map(([d, name]): Action => (s) => s.perform(name, { device: d })) },
  { weight: 6, arbitrary: fc.tuple(device, iova, page, size).map(([d, at, p, n]): Action => (s) => {
    // Linux maps only where nothing is mapped.
    s.perform('unmap', { device: d, iova: at, size: n });
    s.perform('map', { device: d, iova: at, address: BASE + p * 0x1000, size: n });
  }) },
  { weight: 4, arbitrary: fc.tuple(device, iova, size).map(([d, at, n]): Action => (s) => s.perform('unmap', { device: d, iova: at, size: n })) },
  { weight: 10, arbitrary: fc.tuple(device, iova, fc.constantFrom(1, 2)).map(([d, at, access]): Action => (s) => s.dma(d, at + 8, access)) },
  { weight: 1, arbitrary: fc.constant<Action>((s) => s.guest.events()) },
);

const word = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 9, 0xb, 0xd, 0xf, 0x8000_0b40, 0xa000_0743, 0x4000_0003));

/** Lays a CD and an identity map of everything into guest memory, with pointers as the guest or as the host counts, and points the STE there. */
function plant(s: Iommufd, sid: number, pointers: number): void {
  const put = (offset: number, words: ArrayLike<number>): void => void storeWords(viewOf(s.machine.memory), LAYOUT.guestRam + offset, words);
  put(0x10_0000, encode(CD, { T0SZ: 16, EPD1: 1, V: 1, IPS: 5, AA64: 1, R: 1, A: 1, ASID: 99, TTB0: pointers + 0x10_1000, MAIR0: 0xff }));
  put(0x10_1000, [(pointers + 0x10_2003) >>> 0, 0]);
  for (let gigabyte = 0; gigabyte < 4; gigabyte++) put(0x10_2000 + gigabyte * 8, [(gigabyte * 0x4000_0000 + 0x741) >>> 0, 0]);
  const at = s.guest.driver.streams.entry(sid);
  if (at !== undefined) put(at - BASE, encode(STE, { V: 1, Config: 5, S1ContextPtr: pointers + 0x10_0000 }));
  s.guest.driver.queue.submit([Uint32Array.of(3, sid, 1, 0), Uint32Array.of(0x30, 0, 0, 0)]);
}

/** What a guest does that wants out: anything in its memory, any command, any register. */
const hostile: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(0x10, 0x18), fc.integer({ min: 0, max: 7 }), word, word).map(([sid, d, lo, hi]): Action => (s) => {
    const at = s.guest.driver.streams.entry(sid);
    if (at !== undefined) s.machine.memory.store(fromNumber(at - BASE + LAYOUT.guestRam + d * 8), u64(hi & 0xf80f_ffff, lo));
  }) },
  { weight: 4, arbitrary: fc.tuple(page, fc.integer({ min: 0, max: 511 }), word).map(([p, i, lo]): Action => (s) => {
    s.machine.memory.store(fromNumber(LAYOUT.guestRam + LAYOUT.guestSize / 2 + (p + 0x100) * 0x1000 + i * 8), u64(0, lo));
  }) },
  { weight: 3, arbitrary: fc.constantFrom(0x10, 0x18).map((sid): Action => (s) => s.guest.driver.queue.submit([Uint32Array.of(3, sid, 1, 0)])) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(1, 3, 4, 5, 6, 0x10, 0x11, 0x12, 0x13, 0x20, 0x28, 0x2a, 0x30, 0x40, 0x44, 0x46), word, fc.oneof(word, fc.constantFrom(0x10, 0x18)), word).map(([op, low, high, third]): Action => (s) => {
    s.guest.driver.queue.submit([Uint32Array.of(((low & ~0xff) | op) >>> 0, high, third, 0)]);
  }) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(0x20, 0x28, 0x44, 0x50, 0x64, 0x80, 0x84, 0x88, 0x90, 0x98, 0x9c, 0xa0, 0x100a8, 0x100ac), word).map(([offset, value]): Action => (s) => s.register(offset, value)) },
  { weight: 1, arbitrary: fc.constant<Action>((s) => s.guest.start()) },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(0x10, 0x18), fc.constantFrom(BASE, LAYOUT.guestRam)).map(([sid, pointers]): Action => (s) => plant(s, sid, pointers)) },
  { weight: 12, arbitrary: fc.tuple(device, fc.constantFrom(LAYOUT.host, LAYOUT.other, LAYOUT.guestRam, BASE), page).map(([d, base, p]): Action => (s) => {
    const outcome = s.dma(d, base + p * 0x1000, 1);
    reached += outcome.ok ? 1 : 0;
  }) },
  { weight: 8, arbitrary: fc.tuple(device, fc.oneof(iova, word), fc.constantFrom(1, 2)).map(([d, at, access]): Action => (s) => s.dma(d, at, access)) },
  { weight: 4, arbitrary: honest },
);

function run(s: Iommufd, actions: readonly Action[]): Iommufd {
  s.perform('start', {});
  for (const d of ['nic', 'disk']) s.perform('attach', { device: d });
  for (const action of actions) action(s);
  return s;
}

const many = (action: fc.Arbitrary<Action>): fc.Arbitrary<Action[]> => fc.array(action, { minLength: ACTIONS, maxLength: ACTIONS });

describe('random guests above iommufd', () => {
  it('an honest guest reaches what it mapped, and nothing else', () => {
    let passed = 0;
    fc.assert(fc.property(many(honest), (actions) => {
      const s = run(system(), actions);
      expect(s.runtime.monitor.violations).toEqual([]);
      expect(s.runtime.log.filter((l) => l.text.includes('CMDQ error'))).toEqual([]);
      passed += s.runtime.costs.get('commands');
    }), { numRuns: RUNS, seed: 1, endOnFailure: true });
    expect(passed).toBeGreaterThan(0);
  });

  it('a hostile guest stays within its own memory, whatever it writes', () => {
    fc.assert(fc.property(many(hostile), fc.constantFrom('linux' as const, 'tightened' as const), (actions, kernel) => {
      const s = run(system({ kernel }), actions);
      expect(s.runtime.monitor.violations.filter((v) => v.scope === 'domain')).toEqual([]);
    }), { numRuns: RUNS, seed: 2, endOnFailure: true });
    expect(reached).toBeGreaterThan(20);
  });

  it('a monitor that forgets invalidations is found out, with the entry that let the access through', () => {
    const s = run(system({ vmm: 'forgetful' }), []);
    s.perform('map', { device: 'nic', iova: 0x1000_0000, address: BASE + 0x5000, size: 0x1000 });
    expect(s.dma('nic', 0x1000_0000, 1).ok).toBe(true);
    s.perform('unmap', { device: 'nic', iova: 0x1000_0000, size: 0x1000 });
    expect(s.dma('nic', 0x1000_0000, 1).ok).toBe(true);
    expect(s.runtime.monitor.violations).toMatchObject([{ scope: 'guest', domain: 'vm', via: expect.stringContaining('tlb') as string }]);
  });

  it('goes back to the start from anywhere', () => {
    fc.assert(fc.property(fc.array(hostile, { minLength: 60, maxLength: 60 }), (actions) => {
      const s = system();
      const { position } = s.machine.history;
      const { hash } = s.machine;
      run(s, actions);
      const after = s.machine.hash;
      const end = s.machine.history.position;
      expect(s.machine.history.seek(position)).toBe(true);
      expect(s.machine.hash).toBe(hash);
      expect(s.machine.history.seek(end)).toBe(true);
      expect(s.machine.hash).toBe(after);
    }), { numRuns: 3, seed: 3, endOnFailure: true });
  });
});
