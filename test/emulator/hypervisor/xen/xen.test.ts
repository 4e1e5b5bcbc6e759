import { describe, expect, it } from 'vitest';
import { READ, type Step } from '../../../../emulator/index.ts';
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

describe('an observer', () => {
  it('can stop at every step inside an operation, and sees the state of that moment', () => {
    const xen = host('v3');
    xen.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/nic'] });
    xen.guest('dom1')!.start();
    const steps: Step[] = [];
    xen.runtime.observer = { step: (step) => steps.push(step) };
    xen.guest('dom1')!.attach('/nic');
    const after = xen.machine.hash;
    const positions = steps.map((s) => s.position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    const actions = new Set(steps.flatMap((s) => (s.kind === 'hypervisor' ? [s.action] : [])));
    for (const action of ['operation', 'trap', 'command', 'table read', 'entry write', 'result']) expect(actions).toContain(action);
    // Stage 2 only, then what the guest's new table says (abort), then nested.
    const configs = steps.map((s) => {
      xen.machine.history.seek(s.position);
      return xen.hosts[0]!.entryWords(0x10)[0]! & 0xf;
    });
    expect(configs.filter((c, i) => c !== configs[i - 1])).toEqual([0xd, 1, 0xf]);
    xen.machine.history.seek(xen.machine.history.newest);
    expect(xen.machine.hash).toBe(after);
  });
});
