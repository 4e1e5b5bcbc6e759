import { describe, expect, it } from 'vitest';
import { GrantDma, Iommufd, Pkvm, Xen, type Hypervisor } from '../../../emulator/index.ts';
import { Scene } from '../../../emulator/hypervisor/xen/cases/scene.ts';

function xen(): Xen {
  const h = new Xen({ profile: 'v3', smmus: [{ model: 'v3.3-full' }, { model: 'mmu-700' }], devices: [{ path: '/nic', smmu: 0, sids: [0x10, 0x11] }, { path: '/gpu', smmu: 1, sids: [0x10] }, { path: '/usb', smmu: 1, sids: [0x20] }] });
  h.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/nic', '/gpu'] });
  h.create({ kind: 'xl', viommu: 'none', devices: ['/usb'] });
  h.guest('dom1')!.start();
  h.guest('dom1')!.attach('/nic');
  return h;
}

function iommufd(): Iommufd {
  const h = new Iommufd({
    vmm: 'qemu', smmus: [{ model: 'v3.3-full' }], devices: [{ name: 'nic', smmu: 0, sids: [0x20], isCoherent: true }, { name: 'disk', smmu: 0, sids: [0x21], isCoherent: true }],
    guest: [{ name: 'nic', virtualSid: 8 }, { name: 'disk', virtualSid: 9 }],
  });
  h.boot();
  h.guest.start();
  h.guest.attach('nic');
  return h;
}

interface Row { name: string; make: () => Hypervisor; expected: readonly string[] }

const ROWS: readonly Row[] = [
  {
    name: 'Xen', make: xen, expected: [
      'dom1 /nic 0x0 -> smmu0 0x10: The hardware follows the guest: stage 1 and stage 2.',
      'dom1 /nic 0x1 -> smmu0 0x11: The hardware follows the guest: stage 1 and stage 2.',
      'dom1 /gpu 0x2 -> smmu1 0x10: The guest asks for abort, the hardware does stage 2 only.',
    ],
  },
  {
    name: 'iommufd', make: iommufd, expected: [
      'vm nic 0x8 -> smmu0 0x20: The hardware follows the guest: stage 1 and stage 2.',
      'vm disk 0x9 -> smmu0 0x21: The hardware follows the guest: abort.',
    ],
  },
  { name: 'pKVM, paravirtual', make: () => new Pkvm({ smmus: [{ model: 'v3.3-full' }], devices: [{ name: 'a', smmu: 0, sid: 1 }], guests: 0 }), expected: [] },
  { name: 'grant DMA', make: () => new GrantDma({ devices: [] }), expected: [] },
];

describe('guest against host, for every stream that a guest configures', () => {
  it.each(ROWS)('of $name', ({ make, expected }) => {
    const h = make();
    const rows = h.compareStreams().map((s) => `${s.domain} ${s.device} 0x${s.virtualSid.toString(16)} -> smmu${s.smmu} 0x${s.sid.toString(16)}: ${s.comparison.sentence}`);
    expect(rows).toEqual(expected);
  });

  it.each(ROWS)('of $name changes and counts nothing', ({ make }) => {
    const h = make();
    const { hash } = h.runtime.machine;
    const costs = h.runtime.costs.table;
    h.compareStreams();
    expect(h.runtime.machine.hash).toBe(hash);
    expect(h.runtime.costs.table).toEqual(costs);
  });

  it('shows what the guest wrote, also where the profile reads it in another way', () => {
    const scene = new Scene('v3');
    scene.setup({ isLinear: true });
    scene.nest(0, 5);
    const found = scene.xen.compareStreams().find((s) => s.device === '/nic')!;
    expect(found.guest[0]! & 0xf).toBe(0xb);
    expect(found.comparison.sentence).toBe('The guest asks for stage 1 only, the hardware does stage 2 only.');
  });
});
