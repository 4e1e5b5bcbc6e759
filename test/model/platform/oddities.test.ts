import { describe, expect, it } from 'vitest';
import { boardOf, findings } from './board.ts';

const pcie = (content: string): string => `pcie@40000000 { device_type = "pci"; ${content} };`;

/** What looks odd and boots: each is on boards of the kernel. */
const ODDITIES: readonly (readonly [string, string])[] = [
  ['a StreamID that two devices share after masks on SMMUv2', 'qce@a0000 { iommus = <&smmu_v2 0x584 0x11>, <&smmu_v2 0x594 0x11>; };\nbam@b0000 { iommus = <&smmu_v2 0x584 0x11>, <&smmu_v2 0x594 0x11>; };'],
  ['a StreamID that two devices share without masks on SMMUv2', 'ohci@a0000 { iommus = <&smmu_v2 0x0 0x0>; };\nehci@b0000 { iommus = <&smmu_v2 0x0 0x0>; };'],
  ['an enabled master of a disabled SMMU', '&smmu { status = "disabled"; };\n/ { dma@a0000 { iommus = <&smmu 0x10>; }; };'],
  ['the same through a map', `&smmu { status = "disabled"; };\n/ { ${pcie('iommu-map = <0x0 &smmu 0x0 0x10000>;')} };`],
  ['a map of some slots', pcie('iommu-map = <0x0 &smmu_v2 0x1c00 0x1>, <0x100 &smmu_v2 0x1c01 0x1>;')],
  ['a map of some slots to SMMUv3, and a full msi-map', pcie('iommu-map = <0x100 &smmu 0x100 0x100>; msi-map = <0x0 &its 0x0 0x10000>;')],
  ['four cells to a 2-cell SMMU', pcie('iommu-map = <0x0 &smmu_v2 0x1c80 0x1>, <0x100 &smmu_v2 0x1c81 0x1>, <0x200 &smmu_v2 0x1c82 0x1>;')],
  ['identifier bits inside the mask', 'fastrpc@a0000 { iommus = <&smmu_v2 0x1005 0x0465>; };'],
  ['a mask of many bits', 'gpu@a0000 { iommus = <&smmu_v2 0x0 0x7f80>; };'],
  ['several specifiers', `dma@a0000 { iommus = ${Array.from({ length: 20 }, (_, i) => `<&smmu ${0x20 + i}>`).join(', ')}; };`],
  ['a map that is no identity', pcie('iommu-map = <0x0 &smmu 0x8000 0x8000>, <0x8000 &smmu 0x0 0x8000>;')],
  ['a map to several SMMUs', pcie('iommu-map = <0x0 &smmu 0x0 0x8000>, <0x8000 &smmu_b 0x8000 0x8000>;')],
  ['iommus and iommu-map on one node', pcie('iommus = <&smmu 0x20000>; iommu-map = <0x0 &smmu 0x0 0x10000>;')],
  ['a master below a master', 'mdss@a0000 { iommus = <&smmu_v2 0x800 0x2>; mdp@a1000 { iommus = <&smmu_v2 0x800 0x2>; }; };'],
  ['a master below a master on SMMUv3', 'mdss@a0000 { iommus = <&smmu 0x800>; mdp@a1000 { iommus = <&smmu 0x801>; }; };'],
  ['the same specifier twice', 'camss@a0000 { iommus = <&smmu 0x4e4>, <&smmu 0x4e4>; };'],
  ['the same specifier twice on SMMUv2', 'camss@a0000 { iommus = <&smmu_v2 0x4e4 0x20>, <&smmu_v2 0x4e4 0x20>; };'],
  ['a root complex that emits no RequesterID, on SMMUv2', `&smmu_v2 { #iommu-cells = <1>; };\n/ { ${pcie('iommu-map = <0x0 &smmu_v2 0x0 0x1>; iommu-map-mask = <0x0>; msi-map = <0x0 &its 0x0 0x10000>;')} };`],
  ['a common mask of the SMMU', '&smmu_v2 { #iommu-cells = <1>; stream-match-mask = <0x7f80>; };\n/ { a@a0000 { iommus = <&smmu_v2 0x1>; }; b@b0000 { iommus = <&smmu_v2 0x2>; }; };'],
  ['two IOMMUs of one device that has one for each port', '/ { a: iommu@a0000 { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; }; b: iommu@b0000 { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; }; mfc@c0000 { iommus = <&a>, <&b>; }; };'],
  ['a map that the boot loader fills in', 'mc@40000000 { compatible = "fsl,qoriq-mc"; iommu-map = <0 &smmu 0 0>; };'],
];

describe('a legal oddity is information at most', () => {
  it.each(ODDITIES)('%s', (_, snippet) => {
    const loud = findings(boardOf(snippet)).filter(({ level }) => level === 'error' || level === 'warning');
    expect(loud.map(({ id, message }) => `${id}: ${message}`)).toEqual([]);
  });
});
