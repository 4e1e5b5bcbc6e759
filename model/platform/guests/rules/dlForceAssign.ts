import { below, passthroughOf } from '../fragment.ts';
import { atProperty, problem, type SystemRule } from './rule.ts';
import { board, domU, domUFragment } from './examples.ts';

const FORCED = 'xen,reg = <0x0 0xfe100000 0x0 0x1000 0x0 0xfe100000>; xen,path = "/ethernet@fe100000"; xen,force-assign-without-iommu; interrupt-parent = <&gic>; interrupts = <0 80 4>;';

/** DL005: DMA without translation needs addresses that are equal. */
export const dlForceAssign: SystemRule = {
  id: 'dom0less-force-assign',
  level: 'warning',
  title: 'Device without an IOMMU in a domain that is not direct-mapped',
  explanation: '`xen,force-assign-without-iommu` lets the device put the guest\'s addresses on the bus. Only in a direct-mapped domain are those the host\'s: elsewhere its DMA lands in somebody else\'s memory.',
  remedy: 'Add `direct-map` and `xen,static-mem` to the domain, or put the device behind an SMMU.',
  bad: board({ iommus: '', chosen: domU('passthrough = "enabled";') }) + domUFragment(FORCED),
  good: board({ iommus: '', chosen: domU('passthrough = "enabled"; direct-map; xen,static-mem = <0x0 0x80000000 0x0 0x20000000>;') }) + domUFragment(FORCED),
  sources: ['Xen docs/misc/arm/passthrough.txt'],
  *check(system) {
    for (const { node, fragment: tree } of system.domains) {
      if (node === undefined || tree === undefined || node.properties.has('direct-map')) continue;
      for (const part of below(passthroughOf(tree))) {
        // Registers alone, without a host path, do no DMA.
        if (!part.properties.has('xen,force-assign-without-iommu') || !part.properties.has('xen,path')) continue;
        yield problem(this, atProperty(tree, part, 'xen,force-assign-without-iommu'), {
          message: `${node.name} is not direct-mapped: the DMA of ${part.name} reaches other addresses than its driver means.`,
          advice: 'Add direct-map and xen,static-mem to the domain, or use an SMMU.',
        });
      }
    }
  },
};
