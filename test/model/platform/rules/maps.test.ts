import { describe, expect, it } from 'vitest';
import { boardOf, findings } from '../board.ts';
import { check, type Fixture, table } from './check.ts';

const pcie = (content: string): string => `pcie@40000000 { device_type = "pci"; ${content} };`;

const FIXTURES: readonly Fixture[] = [
  ['identity', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>;')],
  ['an offset', pcie('iommu-map = <0x0 &smmu 0x10000 0x10000>;')],
  ['several IOMMUs', pcie('iommu-map = <0x0 &smmu 0x0 0x8000>, <0x8000 &smmu_b 0x0 0x8000>;')],
  ['a map and iommus of the controller', pcie('iommus = <&smmu 0x20000>; iommu-map = <0x0 &smmu 0x0 0x10000>;')],
  ['4-cell entries of length 1 for a 2-cell SMMU', pcie('bus-range = <0x0 0x0>; iommu-map = <0x0 &smmu_v2 0x1c00 0x1>, <0x8 &smmu_v2 0x1c01 0x1>;'), 'hint rid-map-coverage: iommu-map'],
  ['a range for a 2-cell SMMU', pcie('bus-range = <0x0 0x0>; iommu-map = <0x0 &smmu_v2 0x1c00 0x100>;'), 'warning rid-map-cells: 0x0 &smmu_v2 0x1c00 0x100'],
  ['5-cell entries', pcie('bus-range = <0x0 0x0>; iommu-map = <0x0 &smmu_v2 0x1c00 0x0 0x1>;'), 'information rid-map-cells: 0x0 &smmu_v2 0x1c00 0x0 0x1', 'hint rid-map-coverage: iommu-map'],
  ['a 5-cell range', pcie('bus-range = <0x0 0x0>; iommu-map = <0x0 &smmu_v2 0x1c00 0x0 0x100>;'), 'error rid-map-cells: 0x0 &smmu_v2 0x1c00 0x0 0x100'],
  ['a 5-cell entry for a 1-cell SMMU', pcie('iommu-map = <0x0 &smmu 0x0 0x0 0x10000>;'), 'error rid-map-length: 0x0 &smmu 0x0 0x0 0x10000'],
  ['a missing length, and a good entry behind', pcie('iommu-map = <0x0 &smmu 0x0>, <0x8000 &smmu 0x8000 0x8000>;'), 'error rid-map-length: 0x0 &smmu 0x0'],
  ['a missing base', pcie('iommu-map = <&smmu 0x0 0x10000>;'), 'error rid-map-length: &smmu 0x0 0x10000'],
  ['the phandle first', pcie('iommu-map = <&smmu 0x0 0x0 0x10000>;'), 'error rid-map-length: &smmu 0x0 0x0 0x10000'],
  ['the phandle first, twice', pcie('iommu-map = <&smmu 0x0 0x0 0x8000>, <&smmu 0x8000 0x8000 0x8000>;'), 'error rid-map-length: &smmu 0x0 0x0 0x8000', 'error rid-map-length: &smmu 0x8000 0x8000 0x8000'],
  ['a root complex without device_type', 'pci@40000000 { compatible = "pci-host-ecam-generic"; #address-cells = <3>; #size-cells = <2>; iommu-map = <0x0 &smmu 0x0 0x10000>; };', 'warning iommu-map-no-bus: iommu-map'],
  ['empty', pcie('iommu-map;'), 'error rid-map-length: iommu-map;'],
  ['no IOMMU', pcie('iommu-map = <0x0 &its 0x0 0x10000>;'), 'error rid-map-target: &its'],
  ['an IOMMU as MSI controller', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &smmu 0x0 0x10000>;'), 'error rid-map-target: &smmu'],
  ['a good msi-map', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0 0x10000>;')],
  ['a short msi-map', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0>;'), 'error rid-map-length: 0x0 &its 0x0'],
  ['overlap in the middle', pcie('iommu-map = <0x0 &smmu 0x0 0x9000>, <0x8000 &smmu 0x10000 0x8000>;'), 'error rid-map-overlap: 0x8000 &smmu 0x10000 0x8000'],
  ['overlap, written backwards', pcie('iommu-map = <0x8000 &smmu 0x18000 0x8000>, <0x0 &smmu 0x0 0x9000>;'), 'error rid-map-overlap: 0x0 &smmu 0x0 0x9000'],
  ['entries side by side, written backwards', pcie('iommu-map = <0x8000 &smmu 0x18000 0x8000>, <0x0 &smmu 0x0 0x8000>;')],
  ['overlap in msi-map', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0 0x10000>, <0x100 &its 0x100 0x1>;'), 'error rid-map-overlap: 0x100 &its 0x100 0x1'],
  ['beyond the last RID', pcie('iommu-map = <0x1000 &smmu 0x0 0x10000>, <0x0 &smmu 0x10000 0x1000>;'), 'warning rid-map-range: 0x1000 &smmu 0x0 0x10000'],
  ['length 0', pcie('iommu-map = <0x0 &smmu 0x0 0x0>;'), 'information rid-map-range: 0x0'],
  ['a mask of all RIDs', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; iommu-map-mask = <0xffff>;')],
  ['a mask that folds functions', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; iommu-map-mask = <0xfff8>;'), 'warning rid-map-mask-folds: iommu-map-mask'],
  ['a mask that folds everything, elsewhere than on SMMUv3', `&smmu_v2 { #iommu-cells = <1>; };\n/ { ${pcie('iommu-map = <0x0 &smmu_v2 0x0 0x10000>; iommu-map-mask = <0x0>;')} };`,
    'information rid-map-mask-folds: iommu-map-mask'],
  ['a mask without loss on the only bus', pcie('bus-range = <0x0 0x0>; iommu-map = <0x0 &smmu 0x0 0x100>; iommu-map-mask = <0xff>;')],
  ['a base outside the mask', pcie('bus-range = <0x0 0x0>; iommu-map = <0x100 &smmu 0x0 0x100>; iommu-map-mask = <0xff>;'), 'error rid-map-mask-base: 0x100'],
  ['a mask too wide', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; iommu-map-mask = <0xffffffff>;'), 'warning rid-map-mask-value: iommu-map-mask = <0xffffffff>;'],
  ['a mask of two cells', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; iommu-map-mask = <0x0 0xffff>;'), 'warning rid-map-mask-value: iommu-map-mask = <0x0 0xffff>;'],
  ['a mask without a map', 'pcie@40000000 { msi-map-mask = <0xffff>; iommu-map = <0x0 &smmu 0x0 0x10000>; };', 'warning rid-map-mask-alone: msi-map-mask'],
  ['a mask on both maps', pcie('bus-range = <0x0 0x0>; iommu-map = <0x0 &smmu 0x0 0x100>; iommu-map-mask = <0xff>; msi-map = <0x0 &its 0x0 0x100>; msi-map-mask = <0xff>;')],
  ['a mask on msi-map alone', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0 0x10000>; msi-map-mask = <0xff00>;'), 'warning rid-map-mask-pair: msi-map-mask'],
  ['a mask without loss on one map alone', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0 0x10000>; msi-map-mask = <0xffff>;')],
  ['buses that are not covered', pcie('iommu-map = <0x0 &smmu 0x0 0x100>;'), 'information rid-map-coverage: iommu-map'],
  ['a hole of one device', pcie('iommu-map = <0x0 &smmu 0x0 0x8>, <0x10 &smmu 0x10 0xfff0>;')],
  ['all buses that there are', pcie('bus-range = <0x0 0xf>; iommu-map = <0x0 &smmu 0x0 0x1000>;')],
  ['no map beside an SMMU without masters', `&smmu { status = "okay"; };\n/ { ${pcie('')} };`, 'warning pci-host-no-map: pcie@40000000'],
  ['no map beside an SMMU with other masters', `/ { dma@a0000 { iommus = <&smmu 0x10>; }; ${pcie('')} };`, 'information pci-host-no-map: pcie@40000000'],
  ['no map beside a root complex that has one', `/ { pcie@50000000 { iommu-map = <0x0 &smmu 0x0 0x10000>; }; ${pcie('')} };`, 'warning pci-host-no-map: pcie@40000000'],
  ['no map, disabled', `&smmu { status = "okay"; };\n/ { ${pcie('status = "disabled";')} };`],
  ['no map, the SMMU disabled', `&smmu { status = "disabled"; };\n/ { ${pcie('')} };`],
  ['a bridge below a root complex needs no map', pcie('iommu-map = <0x0 &smmu 0x0 0x10000>; pcie@0,0 { device_type = "pci"; };')],
  ['an endpoint with a map, disabled', 'pcie-ep@40000000 { compatible = "vendor,pcie-ep"; status = "disabled"; iommu-map = <0x0 &smmu 0x10 0x1>; };', 'information rid-map-endpoint: iommu-map'],
  ['an endpoint with iommus', 'pcie-ep@40000000 { compatible = "vendor,pcie-ep"; iommus = <&smmu 0x10>; iommu-map = <0x0 &smmu 0x20 0x1>; };'],
  ['a bus of another kind', 'mc@40000000 { compatible = "fsl,qoriq-mc"; iommu-map = <0x0 &smmu 0x0 0x10000>; };'],
];

describe('rules of RequesterID maps', () => {
  it.each(table(FIXTURES))('%s', (_, fixture) => check(fixture));

  it('tells which RequesterIDs overlap', () => {
    const [problem] = findings(boardOf(pcie('iommu-map = <0x0 &smmu 0x0 0x9000>, <0x8000 &smmu 0x10000 0x8000>;')));
    expect(problem?.message).toContain('80:00.0-8f:1f.7');
  });
});
