import { expect } from 'vitest';
import { Iommufd, type IommufdConfig } from '../../../../emulator/hypervisor/iommufd/iommufd.ts';
import { DEVICES, HOST_IDS } from './host.ts';

/** A booted host with a guest that has two devices. */
export function system(config: Partial<IommufdConfig> = {}): Iommufd {
  const made = new Iommufd({
    vmm: 'qemu', smmus: [{ model: HOST_IDS }], devices: DEVICES.filter((d) => d.smmu === 0),
    guest: [{ name: 'nic', virtualSid: 0x10 }, { name: 'disk', virtualSid: 0x18 }], ...config,
  });
  expect(made.boot()).toMatchObject({ ok: true });
  return made;
}

/** The same, with the guest's SMMU up and one device attached. */
export function ready(config: Partial<IommufdConfig> = {}): Iommufd {
  const made = system(config);
  expect(made.perform('start', {})).toMatchObject({ ok: true });
  expect(made.perform('attach', { device: 'nic' })).toMatchObject({ ok: true });
  return made;
}
