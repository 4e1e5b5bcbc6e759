import { describe, expect, it } from 'vitest';
import { Iommufd, LAYOUT, type IommufdConfig } from '../../../../emulator/hypervisor/iommufd/iommufd.ts';
import { eventOf } from '../../../../emulator/index.ts';
import { DEVICES, HOST_IDS } from './host.ts';

const BASE = LAYOUT.guestBase;

export function system(config: Partial<IommufdConfig> = {}): Iommufd {
  const made = new Iommufd({
    vmm: 'qemu', smmus: [{ model: HOST_IDS }], devices: DEVICES.filter((d) => d.smmu === 0),
    guest: [{ name: 'nic', virtualSid: 0x10 }, { name: 'disk', virtualSid: 0x18 }], ...config,
  });
  expect(made.boot()).toMatchObject({ ok: true });
  return made;
}

function ready(config: Partial<IommufdConfig> = {}): Iommufd {
  const made = system(config);
  expect(made.perform('start', {})).toMatchObject({ ok: true });
  expect(made.perform('attach', { device: 'nic' })).toMatchObject({ ok: true });
  return made;
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
});
