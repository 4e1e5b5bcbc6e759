import { passthroughOf } from '../fragment.ts';
import { board, fragment, guest } from './examples.ts';
import { fragmentIommus, VIOMMU_KEYS } from './pdIommus.ts';
import { problem, type SystemRule } from './rule.ts';

const ETH = 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; iommus = <0x1 0x8>;';
const DEEP = fragment({ eth: ETH }).replace('ethernet@fe100000 {', 'bus { ranges; #address-cells = <2>; #size-cells = <2>; compatible = "simple-bus"; ethernet@fe100000 {').replace('\t\t};\n\t};', '\t\t}; };\n\t};');

/** PD012: libxl rewrites direct children only. */
export const pdIommusDepth: SystemRule = {
  id: 'pd-iommus-depth',
  level: 'warning',
  title: '`iommus` too deep in a partial device tree',
  explanation: 'With xl, only direct children of `/passthrough` get the virtual SMMU\'s phandle and virtual StreamIDs. A deeper node keeps the host\'s numbers, which mean nothing in the guest.',
  remedy: 'Move the node up, directly below `/passthrough`.',
  bad: board() + guest({ more: VIOMMU_KEYS }) + DEEP,
  good: board() + guest({ more: VIOMMU_KEYS }) + fragment({ eth: ETH }),
  sources: ['the vSMMUv3 series, v3: libxl rewrites direct children of /passthrough'],
  *check(system) {
    for (const { fragment: tree, domain, node, at } of fragmentIommus(system)) {
      if (domain?.vsmmu === undefined || domain.kind !== 'xl' || node.parent === passthroughOf(tree)) continue;
      yield problem(this, at, {
        message: `xl does not rewrite iommus of ${node.name}: it is not directly below /passthrough.`,
        advice: 'Move the node up.',
      });
    }
  },
};
