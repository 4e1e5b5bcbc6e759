import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromNumber, READ, WRITE } from '../../../../emulator/index.ts';
import { PROFILE_NAMES, type ProfileName } from '../../../../emulator/hypervisor/xen/profiles.ts';
import { Xen } from '../../../../emulator/hypervisor/xen/xen.ts';
import type { AccessSize } from '../../../../emulator/hypervisor/xen/vsmmu/access.ts';

/** Runs per profile; more with VSMMU_RUNS. */
const RUNS = Number(process.env['VSMMU_RUNS'] ?? 30);
const LENGTH = 30;

const DEVICES = [
  { path: '/nic', smmu: 0, sids: [0x10] }, { path: '/usb', smmu: 0, sids: [0x20, 0x21] }, { path: '/gpu', smmu: 1, sids: [0x10] }, { path: '/disk', smmu: 1, sids: [0x30] },
];
const OWNER: Record<string, string> = { '/nic': 'dom1', '/usb': 'dom2', '/gpu': 'dom1', '/disk': 'dom3' };

/** Two guests with a vSMMU and one without. */
function host(profile: ProfileName): Xen {
  const xen = new Xen({ profile, smmus: [{ model: 'v3.3-full' }, { model: 'mmu-700' }], devices: DEVICES });
  xen.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/nic', '/gpu'] });
  xen.create({ kind: 'dom0less', viommu: 'smmuv3', devices: ['/usb'] });
  xen.create({ kind: 'xl', viommu: 'none', devices: ['/disk'] });
  for (const name of ['dom1', 'dom2']) {
    xen.guest(name)!.start({ queueLog2: 5 });
    for (const device of DEVICES.filter((d) => OWNER[d.path] === name)) xen.guest(name)!.attach(device.path);
  }
  return xen;
}

type Action = { readonly text: string; readonly run: (xen: Xen) => unknown };

const device = fc.constantFrom('/nic', '/nic', '/usb', '/gpu', '/disk');
// Few pages, so that actions meet.
const page = fc.nat(3);
const vsid = fc.nat(3);
const offset = fc.constantFrom(0x20, 0x24, 0x44, 0x50, 0x60, 0x64, 0x80, 0x84, 0x88, 0x90, 0x98, 0x9c, 0xa0, 0x100a8, 0x100ac, 0x200ac, 0xfff0);

function action(text: string, run: (xen: Xen) => unknown): Action {
  return { text, run };
}

/** Accesses the first pages of what a device sees: its IOVAs, or the RAM of a guest without vSMMU. */
function sweep(xen: Xen, path: string, access: number): void {
  const base = path === '/disk' ? 0x4000_0000 : 0;
  for (let at = 0; at < 5; at++) xen.dma({ device: path, address: base + at * 4096, access });
}

function guestOf(xen: Xen, path: string) {
  return xen.guest(OWNER[path]!);
}

/** What a guest does that keeps to the rules. */
const [attach, abort, map, unmap]: readonly fc.Arbitrary<Action>[] = [
  device.map((d) => action(`attach ${d}`, (xen) => guestOf(xen, d)?.attach(d))),
  fc.tuple(device, fc.constantFrom('abort' as const, 'bypass' as const)).map(([d, to]) => action(`${to} ${d}`, (xen) => guestOf(xen, d)?.detach(d, to))),
  fc.tuple(device, page, page, fc.integer({ min: 1, max: 2 })).map(([d, at, to, n]) =>
    action(`map ${d} ${at} to ${to}`, (xen) => {
      // A page that is mapped is unmapped first, as an address allocator sees to.
      guestOf(xen, d)?.unmap(d, at * 4096, n * 4096);
      return guestOf(xen, d)?.map(d, at * 4096, to * 4096, n * 4096);
    })),
  fc.tuple(device, page).map(([d, at]) => action(`unmap ${d} from ${at}`, (xen) => guestOf(xen, d)?.unmap(d, at * 4096, 3 * 4096))),
];

const [near, far]: readonly fc.Arbitrary<Action>[] = [
  fc.tuple(device, fc.boolean()).map(([d, isWrite]) => action(`dma ${d}`, (xen) => {
    sweep(xen, d, isWrite ? WRITE : READ);
  })),
  fc.tuple(device, fc.nat(0x3_ffff)).map(([d, at]) => action(`dma ${d} far`, (xen) => xen.dma({ device: d, address: 0x4000_0000 + at * 4096, access: READ }))),
];

/** Mapping, access and unmapping of the same few pages weigh most: that is where caches matter. */
const polite = fc.oneof(
  { weight: 1, arbitrary: attach! }, { weight: 1, arbitrary: abort! }, { weight: 5, arbitrary: map! }, { weight: 4, arbitrary: unmap! },
  { weight: 8, arbitrary: near! }, { weight: 1, arbitrary: far! },
);

/** What a hostile guest does: registers, tables and commands as it likes. */
const hostile = fc.oneof(
  fc.tuple(fc.constantFrom('dom1', 'dom2', 'dom3'), offset, fc.constantFrom<AccessSize>(1, 2, 4, 8), fc.oneof(fc.nat(63), fc.nat())).map(([domain, at, size, value]) =>
    action(`${domain} writes 0x${value.toString(16)} to 0x${at.toString(16)}`, (xen) => xen.trap({ domain, offset: at, size, value: fromNumber(value) }))),
  fc.tuple(fc.constantFrom('dom1', 'dom2'), vsid, fc.nat(15), fc.nat(0xff_ffff)).map(([name, sid, low, pointer]) =>
    action(`${name} puts an entry ${low} for ${sid}`, (xen) => {
      const driver = xen.guest(name)?.drivers[0];
      return driver?.install(sid, Uint32Array.of((pointer << 6) | low, pointer >>> 20, pointer, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    })),
  fc.tuple(fc.constantFrom('dom1', 'dom2'), fc.nat(0xff), fc.nat(), fc.nat()).map(([name, opcode, a, b]) =>
    action(`${name} sends opcode ${opcode}`, (xen) => xen.guest(name)?.drivers[0]?.queue.submit([Uint32Array.of(opcode | (a & 0x3ff000), a & 0x8000_0003, b, a)]))),
  fc.tuple(fc.constantFrom('dom1', 'dom2'), fc.nat(0x7ff), fc.nat()).map(([name, at, value]) =>
    action(`${name} scribbles`, (xen) => xen.domain(name)?.memory.store(0x4040_0000 + at * 4096 + (value & 0xff8), fromNumber(value)))),
);

const ofXen = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...DEVICES.map((d) => d.path)), fc.oneof(page, page, fc.nat(0x7ff))).map(([path, at]) => action(`revoke page ${at} of the domain of ${path}`, (xen) => {
      xen.revoke(OWNER[path]!, at * 4096, 4096);
      sweep(xen, path, READ);
    })),
  },
  { weight: 1, arbitrary: fc.constant(action('tasklets', (xen) => xen.runTasklets())) },
  { weight: 1, arbitrary: fc.constantFrom('dom1', 'dom2').map((name) => action(`destroy ${name}`, (xen) => xen.destroy(name))) },
);

function play(profile: ProfileName, actions: readonly Action[]): Xen {
  const xen = host(profile);
  for (const { run } of actions) run(xen);
  return xen;
}

function explained(xen: Xen): readonly string[] {
  return xen.runtime.monitor.violations.map((v) => v.sentence);
}

const wild = fc.array(fc.oneof({ weight: 5, arbitrary: polite }, { weight: 2, arbitrary: hostile }, { weight: 1, arbitrary: ofXen }), { minLength: 5, maxLength: LENGTH });

describe('random guests', { timeout: 300_000 }, () => {
  it.each(PROFILE_NAMES)('never reach memory of others as %s, whatever they do', (profile) => {
    fc.assert(fc.property(wild, (actions) => {
      const xen = play(profile, actions);
      expect(xen.runtime.monitor.violations.filter((v) => v.scope === 'domain').map((v) => v.sentence)).toEqual([]);
      if (profile === 'fixed' || profile === 'architecture') expect(xen.runtime.crash).toBeUndefined();
    }), { numRuns: RUNS });
  });

  it.each(['fixed', 'architecture'] as const)('that keep to the rules keep their devices apart as %s', (profile) => {
    fc.assert(fc.property(fc.array(polite, { minLength: 5, maxLength: LENGTH }), (actions) => {
      expect(explained(play(profile, actions))).toEqual([]);
    }), { numRuns: RUNS });
  });

  it('meet a known hole of v3 sooner or later: a crash, or a context that should be gone', () => {
    const found = fc.sample(fc.array(polite, { minLength: 20, maxLength: 40 }), { numRuns: 20, seed: 7 }).map((actions) => play('v3', actions));
    expect(found.some((xen) => xen.runtime.crash?.includes('BUG_ON(s1_live)'))).toBe(true);
    expect(found.flatMap((xen) => explained(xen)).every((s) => s.includes('Let through by'))).toBe(true);
  });

  it.each(PROFILE_NAMES)('are undone and redone exactly as %s', (profile) => {
    fc.assert(fc.property(wild, fc.nat(LENGTH), (actions, back) => {
      const xen = host(profile);
      const { history } = xen.machine;
      const hashes: string[] = [];
      const first = history.steps.behind;
      for (const { run } of actions) {
        run(xen);
        // Actions that are no operation of their own have to end in a step too.
        history.mark();
        hashes.push(xen.machine.hash);
      }
      const behind = history.steps.behind - first;
      const end = xen.machine.hash;
      history.back(Math.min(back, behind));
      history.forward(Math.min(back, behind));
      expect(xen.machine.hash).toBe(end);
      history.back(behind);
      expect(xen.runtime.crash).toBeUndefined();
      history.forward(behind);
      expect(xen.machine.hash).toBe(hashes.at(-1));
    }), { numRuns: Math.ceil(RUNS / 4) });
  });
});
