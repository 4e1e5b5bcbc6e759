import { board, fragment, guest } from './examples.ts';
import { fragmentIommus, VIOMMU_KEYS } from './pdIommus.ts';
import { problem, type SystemRule } from './rule.ts';

/** PD011: pairs of cells. */
export const pdIommusLength: SystemRule = {
  id: 'pd-iommus-length',
  level: 'error',
  title: '`iommus` of a partial device tree is not made of pairs',
  explanation: 'For a guest with a virtual SMMU the toolstack rewrites `iommus` as pairs of a phandle and a StreamID. What is left over becomes zeros; a host IOMMU of other than one cell cannot be expressed at all.',
  remedy: 'Copy the host\'s `iommus` of an SMMUv3: pairs of phandle and StreamID.',
  bad: board() + guest({ more: VIOMMU_KEYS }) + fragment({ eth: 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; iommus = <0x1 0x8 0x0>;' }),
  good: board() + guest({ more: VIOMMU_KEYS }) + fragment({ eth: 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; iommus = <0x1 0x8>;' }),
  sources: ['the vSMMUv3 series, v3: length / 8 pairs; libxl: "Can\'t set the iommus property in partial FDT"'],
  *check(system) {
    for (const { domain, node, cells, at } of fragmentIommus(system)) {
      if (domain?.vsmmu === undefined || cells.length % 2 === 0) continue;
      yield problem(this, at, {
        message: `iommus of ${node.name} has ${cells.length} cells; it is read as pairs of phandle and StreamID.`,
        advice: 'Copy the host\'s iommus unchanged.',
      });
    }
  },
};
