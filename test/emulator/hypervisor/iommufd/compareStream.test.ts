import { describe, expect, it } from 'vitest';
import { attachStateOf, type AttachState } from '../../../../emulator/hypervisor/iommufd/attachStates.ts';
import { compareStream } from '../../../../emulator/hypervisor/iommufd/compareStream.ts';
import { LAYOUT, type Iommufd } from '../../../../emulator/hypervisor/iommufd/iommufd.ts';
import { allocateNested, allocateVdevice, allocateViommu } from '../../../../emulator/hypervisor/iommufd/viommu.ts';
import { storeWords, viewOf } from '../../../../emulator/hypervisor/memoryView.ts';
import { encode, encodeCommand, STE } from '../../../../emulator/index.ts';
import { GUEST_BASE, GUEST_RAM, host, ok } from './host.ts';
import { system } from './system.ts';

interface State { state: AttachState; guest: Record<string, number> | undefined; isFollowed: boolean; sentence: string }

/** The states of the discussion, as guest against host. */
const STATES: readonly State[] = [
  { state: '1', guest: undefined, isFollowed: false, sentence: 'The guest asks for nothing (V is 0), the hardware does stage 1 only.' },
  { state: '2', guest: undefined, isFollowed: false, sentence: 'The guest asks for nothing (V is 0), the hardware does stage 2 only.' },
  { state: '2a', guest: { V: 1, Config: 0 }, isFollowed: true, sentence: 'The hardware follows the guest: abort.' },
  { state: '3', guest: { V: 1, Config: 5, S1ContextPtr: 0x4008_0000, S1CDMax: 4, S1Fmt: 2, S1DSS: 2 }, isFollowed: true, sentence: 'The hardware follows the guest: stage 1 and stage 2.' },
  { state: '4', guest: { V: 1, Config: 4 }, isFollowed: true, sentence: 'The hardware follows the guest: stage 2 only.' },
];

describe('the states of attachment as guest against host', () => {
  const kernel = host();
  const ioas = kernel.allocateIoas();
  ok(kernel.map(ioas, GUEST_BASE, GUEST_RAM.base, GUEST_RAM.size));
  const parent = ok(kernel.allocatePaging('nic', ioas, { nestParent: true }));
  const viommu = ok(allocateViommu(kernel, 'nic', parent));
  ok(allocateVdevice(kernel, viommu, 'nic', 8));

  it.each([...STATES, { ...STATES[0]!, name: '5' }])('$state: $sentence', ({ state, guest, isFollowed, sentence }) => {
    const ste = guest === undefined ? undefined : encode(STE, guest);
    if (state === '1') ok(kernel.detach('nic'));
    else ok(kernel.attach('nic', ste === undefined ? parent : ok(allocateNested(kernel, 'nic', { parent: viommu, ste: ste.slice(0, 4) }))));
    expect(attachStateOf(kernel, 'nic')).toBe(state);
    expect(compareStream(kernel, 'nic', ste)).toMatchObject({ isFollowed, sentence });
  });

  it('has nothing to say of a device that is not there', () => expect(compareStream(kernel, 'none')).toBeUndefined());
});

describe('the states of attachment by operations of the whole system', () => {
  it('go round, each seen as guest against host and undone', () => {
    const s = system();
    const { hash } = s.machine;
    const look = (): string => `${s.attachState('nic') ?? '-'}: ${s.compareStreams().find((c) => c.device === 'nic')!.comparison.sentence}`;
    const run: readonly [name: string, values: Record<string, string>, expected: string][] = [
      ['closeContainer', { device: 'nic' }, '1: The guest asks for nothing (V is 0), the hardware does stage 1 only.'],
      ['openContainer', { device: 'nic' }, '2: The guest asks for nothing (V is 0), the hardware does stage 2 only.'],
      ['start', {}, '2a: The hardware follows the guest: abort.'],
      ['attach', { device: 'nic' }, '3: The hardware follows the guest: stage 1 and stage 2.'],
      ['bypass', { device: 'nic' }, '4: The hardware follows the guest: stage 2 only.'],
      ['closeContainer', { device: 'nic' }, '1: The guest asks for bypass, the hardware does stage 1 only.'],
    ];
    for (const [name, values, expected] of run) {
      expect(s.perform(name, values)).toMatchObject({ ok: true });
      expect(look()).toBe(expected);
    }
    s.machine.history.back(run.length);
    expect(s.machine.hash).toBe(hash);
    expect(s.perform('closeContainer', { device: 'none' }).text).toContain('-ENOENT');
  });
});

/** What a guest that configures stage 1 in part gets. */
const PARTIAL: readonly { name: string; ste: Record<string, number>; sends: boolean; isFollowed: boolean; sentence: string; fate: string }[] = [
  { name: 'an STE without its invalidation', ste: { V: 1, Config: 4 }, sends: false, isFollowed: false, sentence: 'The guest asks for bypass, the hardware does abort.', fate: 'aborted, no event' },
  { name: 'an STE without V', ste: { V: 0, Config: 5, S1ContextPtr: LAYOUT.guestBase }, sends: true, isFollowed: true, sentence: 'The hardware follows the guest: abort.', fate: 'aborted, no event' },
  { name: 'stage 1 without a CD', ste: { V: 1, Config: 5, S1ContextPtr: LAYOUT.guestBase + 0x10_0000 }, sends: true, isFollowed: true, sentence: 'The hardware follows the guest: stage 1 and stage 2.', fate: 'aborted, C_BAD_CD' },
  { name: 'a CD outside of guest memory', ste: { V: 1, Config: 5, S1ContextPtr: LAYOUT.other }, sends: true, isFollowed: true, sentence: 'The hardware follows the guest: stage 1 and stage 2.', fate: 'aborted, F_TRANSLATION' },
  { name: 'substreams with S1DSS that terminates', ste: { V: 1, Config: 5, S1CDMax: 2, S1DSS: 0, S1ContextPtr: LAYOUT.guestBase + 0x10_0000 }, sends: true, isFollowed: true, sentence: 'The hardware follows the guest: stage 1 and stage 2.', fate: 'aborted, F_STREAM_DISABLED' },
  { name: 'substreams with S1DSS that bypasses', ste: { V: 1, Config: 5, S1CDMax: 2, S1DSS: 1, S1ContextPtr: LAYOUT.guestBase + 0x10_0000 }, sends: true, isFollowed: true, sentence: 'The hardware follows the guest: stage 1 and stage 2.', fate: 'passed' },
  { name: 'stage 2 of its own', ste: { V: 1, Config: 7, S2TTB: LAYOUT.guestBase }, sends: true, isFollowed: true, sentence: 'The hardware follows the guest: abort.', fate: 'aborted, no event' },
];

describe('partial configurations above iommufd', () => {
  function poke(s: Iommufd, values: Record<string, number>): void {
    const at = s.guest.driver.streams.entry(0x10)! - LAYOUT.guestBase + LAYOUT.guestRam;
    storeWords(viewOf(s.machine.memory), at, encode(STE, values));
  }

  it.each(PARTIAL)('$name: $fate', ({ ste, sends, isFollowed, sentence, fate }) => {
    const s = system();
    s.guest.start();
    poke(s, ste);
    if (sends) s.guest.driver.queue.submit([encodeCommand('CFGI_STE', { StreamID: 0x10, Leaf: 1 })!]);
    expect(s.compare('nic')).toMatchObject({ isFollowed, sentence });
    expect(s.dma('nic', LAYOUT.guestBase + 0x8000, 1).text).toBe(fate);
    expect(s.runtime.monitor.violations.filter((v) => v.scope === 'domain')).toEqual([]);
    expect(s.compare('none')).toBeUndefined();
  });

  it('shows a change that the monitor has not taken over field by field', () => {
    const s = system({ vmm: 'late' });
    s.guest.start();
    s.guest.attach('nic');
    const comparison = s.compare('nic')!;
    expect(comparison.isFollowed).toBe(false);
    expect(comparison.fields.find((f) => f.field.name === 'Config')).toMatchObject({ guest: { lo: 5 }, host: { lo: 0 }, verdict: 'differs' });
    expect(comparison.fields.find((f) => f.field.name === 'S1ContextPtr')!.verdict).toBe('dropped');
  });
});
