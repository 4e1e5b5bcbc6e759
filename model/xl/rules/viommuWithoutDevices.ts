import { hasIommu, wantsViommu } from '../guestConfig.ts';
import { BASE, WITH_DEVICE } from './examples.ts';
import { problemAt, type XlRule } from './rule.ts';

/** XL012: a virtual SMMU needs a domain with an IOMMU. */
export const viommuWithoutDevices: XlRule = {
  id: 'xl-viommu-without-iommu',
  level: 'error',
  title: 'Virtual SMMU for a guest without an IOMMU',
  explanation: '`viommu` asks for an emulated SMMU, but nothing switches the guest\'s IOMMU on: only `dtdev`, `pci` or `passthrough` do; `iomem`, `irqs` and `device_tree` do not. Xen refuses to create the domain.',
  remedy: 'Assign a device with `dtdev` or `pci`, or set `passthrough = "enabled"`.',
  bad: `# vsmmu: dialect=viommu-v3\n${BASE}viommu = "smmuv3"\n`,
  good: `${WITH_DEVICE}viommu = "smmuv3"\n`,
  sources: ['Xen with the series, at domain creation: "vIOMMU requested while iommu not enabled for domain" (-EINVAL)'],
  *check(guest) {
    const viommu = guest.text('viommu');
    if (viommu === undefined || !guest.keys.has('viommu') || !wantsViommu(guest) || hasIommu(guest)) return;
    yield problemAt(this, guest, viommu.atom, {
      message: 'Xen refuses a virtual SMMU for a guest whose IOMMU is off.',
      advice: 'Add dtdev or pci, or passthrough = "enabled".',
    });
  },
};
