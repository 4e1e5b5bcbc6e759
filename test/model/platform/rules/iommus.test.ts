import { describe, expect, it } from 'vitest';
import { boardOf, findings } from '../board.ts';
import { check, type Fixture, table } from './check.ts';

const V3 = 'compatible = "arm,smmu-v3"; interrupts = <0 90 1>, <0 91 1>; interrupt-names = "eventq", "gerror"; #iommu-cells = <1>;';

const FIXTURES: readonly Fixture[] = [
  ['one entry', 'dma@a0000 { iommus = <&smmu 0x10>; };'],
  ['several entries in one group of cells', 'dma@a0000 { iommus = <&smmu 0x10 &smmu 0x11 &smmu 0x12>; };'],
  ['twenty specifiers', `dma@a0000 { iommus = ${Array.from({ length: 20 }, (_, i) => `<&smmu ${i}>`).join(', ')}; };`],
  ['two cells with a mask, the identifier inside the mask', 'dma@a0000 { iommus = <&smmu_v2 0x41f 0x1f>; };'],
  ['no cells', '/ { mmu: iommu@a0000 { compatible = "rockchip,iommu"; #iommu-cells = <0>; }; vop@b0000 { iommus = <&mmu>; }; };'],
  ['a device behind two IOMMUs of one kind without streams',
    '/ { a: iommu@a0000 { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; }; b: iommu@b0000 { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; }; fimd@c0000 { iommus = <&a>, <&b>; }; };'],
  ['too few cells at the end', 'dma@a0000 { iommus = <&smmu>; };', 'error iommus-length: &smmu'],
  ['too few cells before another entry', 'dma@a0000 { iommus = <&smmu>, <&smmu 0x11>; };', 'error iommus-length: &smmu'],
  ['too few cells for a 2-cell SMMU', 'dma@a0000 { iommus = <&smmu_v2 0x400>; };', 'error iommus-length: &smmu_v2 0x400'],
  ['too many cells, and a good entry behind', 'dma@a0000 { iommus = <&smmu 0x10 0x7>, <&smmu 0x11>; };', 'error iommus-length: 0x7'],
  ['no IOMMU', 'dma@a0000 { iommus = <&its 0x10>; };', 'error iommus-target: &its'],
  ['an unknown number', 'dma@a0000 { iommus = <0x99 0x10>; };', 'error iommus-target: 0x99'],
  ['a number where the property has no phandle', 'dma@a0000 { iommus = <0x0>; };'],
  ['a string', 'dma@a0000 { iommus = "smmu"; };', 'warning iommus-empty: iommus = "smmu";'],
  ['two SMMUs', 'dma@a0000 { iommus = <&smmu 0x10>, <&smmu_b 0x10>; };', 'warning iommus-providers: &smmu_b 0x10'],
  ['two SMMUs, the device disabled', 'dma@a0000 { status = "disabled"; iommus = <&smmu 0x10>, <&smmu_b 0x10>; };', 'information iommus-providers: &smmu_b 0x10'],
  ['two kinds', 'dma@a0000 { iommus = <&smmu 0x10>, <&smmu_v2 0x10 0>; };', 'error iommus-providers: &smmu_v2 0x10 0'],
  ['grant DMA beside an SMMU', '/ { g: iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; }; virtio@a0000 { compatible = "virtio,mmio"; iommus = <&smmu 0x10>, <&g 1>; }; };',
    'error iommus-providers: &g 1', 'warning virtio-mmio-iommus: &g 1'],
  ['the same specifier twice', 'dma@a0000 { iommus = <&smmu 0x10>, <&smmu 0x10>; };', 'information iommus-duplicate: &smmu 0x10'],
  ['the same identifier with another mask', 'dma@a0000 { iommus = <&smmu_v2 0x10 0x0>, <&smmu_v2 0x10 0x1>; };', 'information smmu-stream-match-overlap: &smmu_v2 0x10 0x1'],
  ['a disabled IOMMU, once for each device', '&smmu { status = "disabled"; };\n/ { dma@a0000 { iommus = <&smmu 0x10>, <&smmu 0x11>; }; };', 'information iommus-disabled: &smmu 0x10'],
  ['an IOMMU on a disabled bus', `/ { soc { status = "disabled"; mmu: iommu@2c000000 { ${V3} }; }; dma@a0000 { iommus = <&mmu 0x10>; }; };`,
    'information iommus-disabled: &mmu 0x10', 'warning smmu-reg: iommu@2c000000'],
  ['a disabled device of a disabled IOMMU', '&smmu { status = "disabled"; };\n/ { dma@a0000 { status = "disabled"; iommus = <&smmu 0x10>; }; };'],
  ['a replaced list of the same length', '/ { dma: dma@a0000 { iommus = <&smmu 0x10>; }; };\n&dma { iommus = <&smmu 0x11>; };'],
  ['a deleted property', '/ { dma: dma@a0000 { iommus = <&smmu>; }; };\n&dma { /delete-property/ iommus; };'],
  ['a literal phandle to a node without a label', 'iommu@2b600000 { compatible = "vendor,iommu"; #iommu-cells = <1>; phandle = <0x40>; };\ndma@a0000 { iommus = <0x40 0x10>; };'],
  ['two literal entries', 'iommu@2b600000 { compatible = "vendor,iommu"; #iommu-cells = <1>; phandle = <0x40>; };\ndma@a0000 { iommus = <0x40 0x10 0x40 0x11>; };'],
  ['a literal entry that is cut short', 'iommu@2b600000 { compatible = "vendor,iommu"; #iommu-cells = <2>; phandle = <0x40>; };\ndma@a0000 { iommus = <0x40 0x10 0x0 0x40 0x11>; };', 'error iommus-length: 0x40 0x11'],
  ['a misspelt property beside the right one', 'dma@a0000 { iommus = <&smmu 0x10>; iommu = <1>; };'],
];

describe('rules of iommus', () => {
  it.each(table(FIXTURES))('%s', (_, fixture) => check(fixture));

  it('removes surplus cells, and nothing else', () => {
    const context = boardOf('dma@a0000 { iommus = <&smmu 0x10 0x7 0x8>, <&smmu 0x11>; };');
    const edit = findings(context)[0]?.fixes?.[0]?.edits[0];
    expect(edit?.text).toBe('');
    expect(context.text.text.slice(edit?.range.start, edit?.range.end)).toBe(' 0x7 0x8');
  });

  it('replaces a literal phandle by the label', () => {
    const context = boardOf('mmu: iommu@2b600000 { compatible = "vendor,iommu"; #iommu-cells = <1>; phandle = <0x40>; };\ndma@a0000 { iommus = <0x40 0x10>; };');
    expect(findings(context)[0]?.fixes?.[0]?.edits[0]?.text).toBe('&mmu');
  });

  it('points from a wrong length to #iommu-cells of the provider', () => {
    const context = boardOf('dma@a0000 { iommus = <&smmu>; };');
    const related = findings(context)[0]?.related?.[0]?.range;
    expect(context.text.text.slice(related?.start, related?.end)).toBe('#iommu-cells');
  });
});
