import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRAP_PROFILES, type TrapProfileName } from '../../../../../emulator/hypervisor/pkvm/trap/profiles.ts';
import { HOST_VIEW } from '../../../../../emulator/hypervisor/pkvm/trap/registers.ts';
import { TRAP_RULES } from '../../../../../emulator/hypervisor/pkvm/trap/rules.ts';
import { TRAP_LAYOUT, type PkvmTrap } from '../../../../../emulator/hypervisor/pkvm/trap/trapAndEmulate.ts';
import { DATA, HYP, started } from './system.ts';

/** Runs per profile; more with VSMMU_RUNS. */
const RUNS = Number(process.env['VSMMU_RUNS'] ?? 30);
const ACTIONS = 60;
const PROFILES = Object.keys(TRAP_PROFILES) as TrapProfileName[];

type Action = (h: PkvmTrap) => unknown;

const device = fc.constantFrom('a', 'a', 'b', 'c');
const page = fc.nat(3);
const guest = fc.nat(1);

/** Ownership of a few pages of data changes under the devices. */
const change = fc.tuple(fc.constantFrom('host_donate_guest', 'host_donate_guest', 'host_reclaim_page_guest', 'host_force_reclaim_page_guest', 'guest_share_host', 'guest_unshare_host', 'host_share_hyp', 'host_unshare_hyp', 'host_donate_hyp', 'hyp_donate_host'), page, guest, fc.nat(2))
  .map(([name, at, of, gfn]): Action => (h) => h.perform(name, { address: DATA + at * 4096, guest: of, gfn }));

/** All devices read what they may have mapped, and the physical pages themselves. */
const sweep = fc.constantFrom('read', 'write').map((name): Action => (h) => {
  for (const d of ['a', 'b', 'c']) for (const base of [0, DATA]) for (let at = 0; at < 4; at++) h.perform(name, { device: d, address: base + at * 4096 });
});

/** What Linux does. */
const honest: fc.Arbitrary<Action> = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('attach', 'bypass', 'abort'), device).map(([name, d]): Action => (h) => h.perform(name, { device: d })) },
  { weight: 4, arbitrary: fc.tuple(device, page, page).map(([d, at, to]): Action => (h) => {
    h.perform('unmap', { device: d, iova: at * 4096, size: 4096 });
    h.perform('map', { device: d, iova: at * 4096, address: DATA + to * 4096, size: 4096 });
  }) },
  { weight: 2, arbitrary: fc.tuple(device, page).map(([d, at]): Action => (h) => h.perform('unmap', { device: d, iova: at * 4096, size: 4096 })) },
  { weight: 6, arbitrary: change },
  { weight: 6, arbitrary: sweep },
);

const views = [...HOST_VIEW.values()];
const place = fc.constantFrom(HYP, HYP + 0x10_0000, TRAP_LAYOUT.drivers, DATA, DATA + 0x1000, 0x900_0000, 0);
const word = fc.oneof(fc.nat(31), fc.nat(0xffff_ffff), place);

/** What a host does that wants out. Values of CR0 keep the queues on, since all else ends at once. */
const hostile: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...views), word).map(([r, value]): Action => (h) => h.perform('writeRegister', { smmu: 0, offset: r.offset, size: r.size, value })) },
  { weight: 4, arbitrary: fc.constantFrom(0xc, 0xd, 0x1c, 0x1d).map((value): Action => (h) => h.perform('writeRegister', { smmu: 0, offset: 0x20, size: 4, value })) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(0xb0, 0x68), place).map(([offset, value]): Action => (h) => {
    h.perform('writeRegister', { smmu: 0, offset: 0x50, size: 4, value: 0 });
    h.perform('writeRegister', { smmu: 0, offset, size: 8, value });
    h.perform('writeRegister', { smmu: 0, offset: 0x50, size: 4, value: 5 });
    h.drivers[0]!.events();
  }) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(1, 3, 4, 5, 6, 0x10, 0x11, 0x12, 0x13, 0x20, 0x2a, 0x30, 0x40, 0x46), word, fc.constantFrom(0x20, 0x321), word).map(([op, w0, w1, w2]): Action => (h) => h.perform('command', { smmu: 0, w0: ((w0 & ~0xff) | op) >>> 0, w1, w2, w3: 0 })) },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(0x20, 0x321), fc.nat(7), fc.constantFrom(1, 8, 9, 0xb, 0xd, 0xf), place, fc.nat(0xffff_ffff)).map(([sid, at, low, pointer, high]): Action => (h) => {
    const ste = h.drivers[0]!.streams.entry(sid)!;
    h.perform('store', { address: ste + at * 8, value: at === 0 ? pointer + low : (high % 2 ** 20) * 2 ** 32 + ((high & 0xf000_0003) >>> 0) });
    h.drivers[0]!.queue.submit([Uint32Array.of(3, sid, 1, 0)]);
  }) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(0x1ff), word).map(([at, value]): Action => (h) => h.perform('store', { address: TRAP_LAYOUT.drivers + at * 0x1008, value })) },
  { weight: 6, arbitrary: fc.tuple(device, place, fc.constantFrom('read', 'write', 'readTranslated')).map(([d, address, name]): Action => (h) => h.perform(name, { device: d, address })) },
  { weight: 8, arbitrary: honest },
);

/** Plays; a stop of the machine is undone, so that the play goes on. Gives how often that was. */
function play(h: PkvmTrap, actions: readonly Action[]): number {
  let stops = 0;
  for (const d of ['a', 'b']) h.perform('attach', { device: d });
  const { history } = h.machine;
  for (const run of actions) {
    history.mark();
    const { behind } = history.steps;
    run(h);
    history.mark();
    if (h.runtime.crash === undefined) continue;
    expect(Object.values(TRAP_RULES).some((text) => h.runtime.crash!.includes(text)) || h.runtime.crash.includes('[rule drain]')).toBe(true);
    history.back(history.steps.behind - behind);
    expect(h.runtime.crash).toBeUndefined();
    stops++;
  }
  return stops;
}

const many = (action: fc.Arbitrary<Action>): fc.Arbitrary<Action[]> => fc.array(action, { minLength: ACTIONS, maxLength: ACTIONS });

describe('random hosts on trapped SMMUs', { timeout: 300_000 }, () => {
  it.each(PROFILES)('that keep the contract never stop the machine, nor reach what is not theirs, as %s', (profile) => {
    let commands = 0;
    fc.assert(fc.property(many(honest), (actions) => {
      const h = started({ profile });
      expect(play(h, actions)).toBe(0);
      expect(h.runtime.monitor.violations.map((v) => v.sentence)).toEqual([]);
      commands += h.runtime.costs.get('guestCommands');
    }), { numRuns: RUNS, seed: 1, endOnFailure: true });
    expect(commands).toBeGreaterThan(RUNS * 10);
  });

  it('that break it reach nothing as fixed, but stop the machine', () => {
    let stops = 0;
    fc.assert(fc.property(many(hostile), (actions) => {
      const h = started({ profile: 'fixed' });
      stops += play(h, actions);
      expect(h.runtime.monitor.violations.map((v) => v.sentence)).toEqual([]);
    }), { numRuns: RUNS * 2, seed: 2, endOnFailure: true });
    expect(stops).toBeGreaterThan(RUNS);
  });

  it('find the ways around v7 sooner or later, each explained', () => {
    const found = fc.sample(many(hostile), { numRuns: RUNS, seed: 3 }).flatMap((actions) => {
      const h = started({ profile: 'v7' });
      play(h, actions);
      return h.runtime.monitor.violations;
    });
    expect(new Set(found.map((v) => v.access))).toEqual(new Set(['data', 'message']));
    expect(found.every((v) => v.sentence.includes('Let through by'))).toBe(true);
  });

  it('are undone and redone exactly', () => {
    fc.assert(fc.property(many(hostile), (actions) => {
      const h = started({ profile: 'v7' });
      const { history } = h.machine;
      const { hash } = h.machine;
      const { position } = history;
      play(h, actions);
      const [end, after] = [history.position, h.machine.hash];
      history.seek(position);
      expect(h.machine.hash).toBe(hash);
      history.seek(end);
      expect(h.machine.hash).toBe(after);
    }), { numRuns: Math.ceil(RUNS / 4), seed: 4, endOnFailure: true });
  });
});
