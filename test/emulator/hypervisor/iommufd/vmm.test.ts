import { describe, expect, it } from 'vitest';
import { LAYOUT, type Iommufd } from '../../../../emulator/hypervisor/iommufd/iommufd.ts';
import { eventOf } from '../../../../emulator/index.ts';
import { loadWords, storeWords, viewOf } from '../../../../emulator/hypervisor/memoryView.ts';
import { encode, encodeCommand, numbers, PRESETS, STE } from '../../../../emulator/index.ts';
import { HOST_IDS, steOf } from './host.ts';
import { ready, system } from './system.ts';

const BASE = LAYOUT.guestBase;

/** Writes a guest STE without telling anybody. */
function poke(s: Iommufd, sid: number, values: Record<string, number>): void {
  const at = s.guest.driver.streams.entry(sid)! - BASE + LAYOUT.guestRam;
  const memory = viewOf(s.machine.memory);
  expect(storeWords(memory, at, encode(STE, values))).toBe(true);
  expect(numbers(STE, loadWords(memory, at, 16)!)).toMatchObject(values);
}

/** Sends a command as the guest; gives the CERROR code. */
function command(s: Iommufd, name: string, values: Record<string, number>): number {
  return s.guest.driver.queue.submit([encodeCommand(name, values)!]).errors[0] ?? 0;
}

describe('accelerated guest', () => {
  it('translates through both stages', () => {
    const s = ready();
    s.perform('map', { device: 'nic', iova: 0x1000_0000, address: BASE + 0x5000, size: 0x2000 });
    expect(s.perform('read', { device: 'nic', address: 0x1000_1234 })).toMatchObject({ ok: true, value: LAYOUT.guestRam + 0x6234 });
    expect(s.perform('read', { device: 'nic', address: 0x1000_2000 }).ok).toBe(false);
    expect(s.runtime.monitor.violations).toEqual([]);
  });

  it('gives the guest its own StreamID in events', () => {
    const s = ready();
    s.perform('read', { device: 'nic', address: 0x2000_0000 });
    const events = s.guest.events();
    expect(events.map((e) => [eventOf(e)!.name, e[1]])).toEqual([['F_TRANSLATION', 0x10]]);
  });

  it('keeps stage-2 faults to the host', () => {
    const s = ready();
    s.perform('map', { device: 'nic', iova: 0x1000_0000, address: 0x9000_0000, size: 0x1000 });
    expect(s.perform('read', { device: 'nic', address: 0x1000_0000 }).ok).toBe(false);
    expect(s.guest.events()).toEqual([]);
    expect(s.runtime.log.at(-1)!.text).toContain('event 0x10');
  });

  it('carries S1DSS, S1CDMax and S1Fmt over, and drops what the kernel refuses', () => {
    const s = ready();
    poke(s, 0x10, { V: 1, Config: 5, S1Fmt: 1, S1CDMax: 4, S1DSS: 1, S1ContextPtr: BASE + 0x40_0000, STRW: 2, SHCFG: 1, EATS: 1, MEV: 0, S2VMID: 0x99, S2TTB: 0x1000 });
    expect(command(s, 'CFGI_STE', { StreamID: 0x10, Leaf: 1 })).toBe(0);
    expect(steOf(s.kernel, 0x420)).toMatchObject({ Config: 7, S1Fmt: 1, S1CDMax: 4, S1DSS: 1, S1ContextPtr: BASE + 0x40_0000, STRW: 0, EATS: 1, MEV: 1, S2VMID: 1 });
  });

  it.each([
    { profile: 'qemu', ste: { V: 1, Config: 4, SHCFG: 1 }, error: 0, config: 6 },
    { profile: 'unmasked', ste: { V: 1, Config: 4, SHCFG: 1 }, error: 1, config: 0 },
    { profile: 'qemu', ste: { V: 1, Config: 6 }, error: 1, config: 0 },
    { profile: 'qemu', ste: { V: 1, Config: 5, EATS: 2, S1ContextPtr: BASE }, error: 1, config: 0 },
    { profile: 'qemu', ste: { V: 0, Config: 7 }, error: 0, config: 0 },
    { profile: 'late', ste: { V: 1, Config: 4 }, error: 0, config: 0 },
  ] as const)('$profile with $ste: error $error, physical Config $config', ({ profile, ste, error, config }) => {
    const s = system({ vmm: profile });
    s.guest.start();
    poke(s, 0x10, ste);
    expect(command(s, 'CFGI_STE', { StreamID: 0x10, Leaf: 1 })).toBe(error);
    expect(steOf(s.kernel, 0x420)['Config']).toBe(config);
  });

  it('answers each command of a guest as its virtual SMMU would', () => {
    const illegal = ['TLBI_EL2_ALL', 'TLBI_S12_VMALL', 'TLBI_S2_IPA', 'RESUME', 'PRI_RESP', 'TLBI_SNH_ALL'];
    const fine = ['SYNC', 'PREFETCH_CONFIG', 'PREFETCH_ADDR', 'TLBI_NH_ALL', 'TLBI_NSNH_ALL', 'TLBI_NH_VAA', 'CFGI_STE_RANGE'];
    const results = [...illegal, ...fine].map((name) => command(ready(), name, {}));
    expect(results).toEqual([...illegal.map(() => 1), ...fine.map(() => 0)]);
    expect(command(ready(), 'CFGI_CD', { StreamID: 0x10 })).toBe(0);
    expect(command(ready(), 'CFGI_CD', { StreamID: 0x11 })).toBe(1);
  });

  it('refreshes the streams of a range and no other', () => {
    const s = ready();
    for (const sid of [0x10, 0x18]) poke(s, sid, { V: 1, Config: 4 });
    command(s, 'CFGI_STE_RANGE', { StreamID: 0x1b, Range: 2 });
    expect([steOf(s.kernel, 0x420)['Config'], steOf(s.kernel, 0x421)['Config']]).toEqual([7, 6]);
    command(s, 'CFGI_STE_RANGE', { Range: 31 });
    expect(steOf(s.kernel, 0x420)['Config']).toBe(6);
  });

  it('follows GBPA while the SMMU is off', () => {
    const s = system();
    const config = (): number | undefined => steOf(s.kernel, 0x420)['Config'];
    expect(config()).toBe(6);
    expect(s.perform('readRegister', { offset: 0x44 }).value).toBe(0x1000);
    s.perform('writeRegister', { offset: 0x44, value: 0x8010_0000 });
    expect(config()).toBe(0);
    s.perform('writeRegister', { offset: 0x44, value: 0x8000_0000 });
    expect(config()).toBe(6);
    s.perform('start', {});
    expect(config()).toBe(0);
    s.perform('writeRegister', { offset: 0x20, value: 0 });
    expect(config()).toBe(6);
  });

  it('loses events visibly when the guest does not read them', () => {
    const s = ready();
    for (let i = 0; i < 300; i++) s.dma('nic', 0x2000_0000 + i * 0x1000, 1);
    expect(s.perform('readRegister', { offset: 0x100a8 }).value! >>> 31).toBe(1);
    expect(s.guest.events()).toHaveLength(256);
  });

  it('refuses a virtual SMMU that QEMU would refuse', () => {
    expect(() => system({ virtualIds: PRESETS['qemu-virt'] })).toThrow();
    expect(HOST_IDS.IDR0).not.toBe(PRESETS['qemu-virt'].IDR0);
  });

  it('says what is missing or unknown', () => {
    const s = system();
    expect(s.perform('attach', { device: 'nic' })).toMatchObject({ ok: false, text: expect.stringContaining('-EPROBE_DEFER') as string });
    expect(s.perform('attach', {})).toMatchObject({ ok: false, text: 'attach needs device' });
    expect(s.perform('dance', {})).toMatchObject({ ok: false, text: 'no operation dance' });
    s.perform('start', {});
    expect(s.perform('attach', { device: 'far' }).ok).toBe(false);
    expect(s.dma('none', 0, 1).ok).toBe(false);
  });

  it('goes back over an operation exactly, and forward again', () => {
    const s = ready();
    const { history } = s.machine;
    const { hash } = s.machine;
    s.perform('map', { device: 'nic', iova: 0x1000_0000, address: BASE, size: 0x1000 });
    s.perform('bypass', { device: 'nic' });
    const after = s.machine.hash;
    expect(history.back(2)).toBe(true);
    expect(s.machine.hash).toBe(hash);
    expect(history.forward(2)).toBe(true);
    expect(s.machine.hash).toBe(after);
    expect(steOf(s.kernel, 0x420)['Config']).toBe(6);
  });
});
