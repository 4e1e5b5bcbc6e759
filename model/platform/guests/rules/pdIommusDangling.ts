import { board, fragment, guest } from './examples.ts';
import { fragmentIommus, VIOMMU_KEYS } from './pdIommus.ts';
import { problem, type SystemRule } from './rule.ts';

const ETH = 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; iommus = <0x1 0x8>;';

/** PD010: a phandle that means nothing in the guest. */
export const pdIommusDangling: SystemRule = {
  id: 'pd-iommus-dangling',
  level: 'warning',
  title: '`iommus` in a partial device tree of a guest without a virtual IOMMU',
  explanation: 'The property is copied as it stands. Its phandle is the host\'s; in the guest it means no node, or by bad luck another one, and Linux defers the driver for ever or refuses it.',
  remedy: 'Remove `iommus` from the fragment. It belongs there only for a guest with a virtual SMMU.',
  bad: board() + guest() + fragment({ eth: ETH }),
  good: board() + guest({ more: VIOMMU_KEYS }) + fragment({ eth: ETH }),
  sources: ['libxl and Xen copy the node unchanged', 'Linux, of_iommu_configure: no driver for the phandle, deferred probe'],
  *check(system) {
    for (const { domain, node, at } of fragmentIommus(system)) {
      if (domain === undefined || domain.vsmmu !== undefined) continue;
      yield problem(this, at, {
        message: `This guest has no virtual IOMMU, so the iommus of ${node.name} leads nowhere in it.`,
        advice: 'Remove the property, or give the guest a virtual SMMU (viommu).',
      });
    }
  },
};
