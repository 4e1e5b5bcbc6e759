/** Cases about virtual StreamIDs and what the toolstack does: X30 to X32, X35. */
import { MAX_VSIDS } from '../vsids.ts';
import { outcomes, type XenCase } from './case.ts';
import { DEVICES } from './scene.ts';

/** The cases. */
export const TOOLSTACK_CASES: readonly XenCase[] = [
  {
    id: 'X30', title: 'One virtual StreamID more than the table has', source: '1.10 (own)',
    run: (make) => {
      const scene = make();
      const { domain, xen } = scene;
      if (domain === undefined) return 'no domain';
      for (let i = 1; i < MAX_VSIDS; i++) xen.assignments.allocate(domain, { smmu: 0, sid: i });
      return scene.outcome(xen.assignments.allocate(domain, { smmu: 0, sid: 0 }) === undefined ? '-ENOMEM' : 'a number');
    },
    expected: outcomes('the host crashes', 'the host crashes', '-ENOMEM'),
  },
  {
    id: 'X31', title: 'An xl guest reboots in the same toolstack process', source: '1.10 (own)',
    run: (make) => {
      const scene = make();
      scene.xen.destroy('dom1');
      // The toolstack remembers the numbers of the first domain; the second one has an empty map.
      scene.xen.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/nic'] });
      const guest = scene.xen.guest('dom2');
      guest?.start();
      guest?.attach('/nic');
      const events = guest?.drivers[0]?.events().map((words) => (words[0] ?? 0) & 0xff) ?? [];
      return scene.outcome(`${scene.physical('/nic')}, events ${events.includes(4) ? 'C_BAD_STE' : 'none'}`);
    },
    expected: outcomes('stage 2 only, events C_BAD_STE', 'stage 2 only, events C_BAD_STE', 'nested, events none'),
  },
  {
    id: 'X32', title: 'A PCI function with a RID of 0x1000 or more', source: '1.10 (own), a documented limit',
    run: (make) => {
      const scene = make({ devices: [...DEVICES, { path: '/pci', smmu: 0, sids: [0x1000], rid: 0x1000 }] });
      return scene.xen.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/pci'] }).text;
    },
    expected: outcomes(
      "RID 0x1000 is outside the guest's iommu-map", "RID 0x1000 is outside the guest's iommu-map", "RID 0x1000 is outside the guest's iommu-map", 'dom2 is there',
    ),
  },
  {
    id: 'X35', title: 'Interrupt 33 is used by the guest already', source: '1.1 (Luca)',
    run: (make) => {
      const scene = make({ domain: { devices: [] } });
      const bound = scene.xen.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/nic'], irqs: [33] });
      const virtio = scene.xen.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/gpu'], oldVirtio: 1 });
      return `irqs=[33]: ${bound.ok ? 'fine' : bound.text}; old virtio: ${virtio.ok ? 'fine' : virtio.text}`;
    },
    expected: outcomes(
      'irqs=[33]: Physical IRQ 33 conflicting with vSMMUv3 SPI; old virtio: -EINVAL: virtual interrupt 33 is taken (and now freed for its holder)',
      'irqs=[33]: Physical IRQ 33 conflicting with vSMMUv3 SPI; old virtio: -EINVAL: virtual interrupt 33 is taken (and now freed for its holder)',
      'irqs=[33]: fine; old virtio: fine',
    ),
  },
];
