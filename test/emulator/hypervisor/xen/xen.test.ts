import { describe, expect, it } from 'vitest';
import { READ } from '../../../../emulator/index.ts';
import { PROFILE_NAMES, type ProfileName } from '../../../../emulator/hypervisor/xen/profiles.ts';
import { Xen } from '../../../../emulator/hypervisor/xen/xen.ts';

function host(profile: ProfileName): Xen {
  return new Xen({
    profile, smmus: [{ model: 'v3.3-full' }, { model: 'v3.3-full' }],
    devices: [{ path: '/nic', smmu: 0, sids: [0x10] }, { path: '/gpu', smmu: 1, sids: [0x10, 0x11] }, { path: '/usb', smmu: 0, sids: [0x20] }],
  });
}

describe.each(PROFILE_NAMES)('Xen as %s', (profile) => {
  it('nests a guest: assign, configure, map, access, unmap', () => {
    const xen = host(profile);
    expect(xen.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/nic', '/usb'] })).toMatchObject({ ok: true, value: 1 });
    const dom1 = xen.domain('dom1')!;
    expect(xen.dma({ device: '/nic', address: 0x4000_1000, access: READ }).value).toBe(dom1.ram.host + 0x1000);
    const guest = xen.guest('dom1')!;
    expect(guest.start({ queueLog2: 6 })).toMatchObject({ ok: true });
    expect(guest.attach('/nic')).toMatchObject({ ok: true });
    expect(guest.map('/nic', 0x7000, 0x2000, 0x1000)).toMatchObject({ ok: true });
    expect(xen.dma({ device: '/nic', address: 0x7123, access: READ }).value).toBe(dom1.ram.host + 0x2123);
    expect(guest.unmap('/nic', 0x7000, 0x1000)).toMatchObject({ ok: true });
    expect(xen.dma({ device: '/nic', address: 0x7123, access: READ })).toMatchObject({ ok: false, text: 'F_TRANSLATION' });
    expect(xen.runtime.crash).toBeUndefined();
    expect(xen.runtime.monitor.violations.filter((v) => v.scope === 'domain')).toEqual([]);
  });

  it('undoes and redoes everything exactly', () => {
    const xen = host(profile);
    const { machine } = xen;
    const actions: (() => unknown)[] = [
      () => xen.create({ kind: 'dom0less', viommu: 'smmuv3', devices: ['/gpu'] }), () => xen.guest('dom1')!.start(), () => xen.guest('dom1')!.attach('/gpu'),
      () => xen.guest('dom1')!.map('/gpu', 0, 0, 0x2000), () => xen.dma({ device: '/gpu', address: 0x1000, access: READ, stream: 1 }),
      () => xen.dma({ device: '/gpu', address: 0x9000, access: READ, stream: 1 }), () => xen.destroy('dom1'), () => xen.create({ kind: 'xl', viommu: 'none', devices: ['/gpu'] }),
    ];
    const states = [machine.hash];
    for (const action of actions) {
      action();
      states.push(machine.hash);
    }
    expect(machine.history.steps.behind).toBe(actions.length);
    for (let n = actions.length - 1; n >= 0; n--) {
      machine.history.back(1);
      expect(machine.hash).toBe(states[n]);
    }
    expect(xen.domain('dom1')).toBeUndefined();
    machine.history.forward(5);
    expect(machine.hash).toBe(states[5]);
    expect(xen.dma({ device: '/gpu', address: 0x1000, access: READ }).ok).toBe(true);
  });
});
