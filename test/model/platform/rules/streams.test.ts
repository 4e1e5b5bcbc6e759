import { describe, expect, it } from 'vitest';
import { boardOf, findings } from '../board.ts';
import { check, type Fixture, table } from './check.ts';

const two = (a: string, b: string): string => `dma@a0000 { iommus = ${a}; };\ndma@b0000 { iommus = ${b}; };`;

const FIXTURES: readonly Fixture[] = [
  ['different StreamIDs', two('<&smmu 0x10>', '<&smmu 0x11>')],
  ['equal StreamIDs of two SMMUs', two('<&smmu 0x10>', '<&smmu_b 0x10>')],
  ['one StreamID on SMMUv3', two('<&smmu 0x10>', '<&smmu 0x10>'), 'error smmu-stream-shared: 0x10'],
  ['several of two devices are one finding', two('<&smmu 0x10>, <&smmu 0x11>', '<&smmu 0x10>, <&smmu 0x11>'), 'error smmu-stream-shared: 0x10'],
  ['one StreamID, a device disabled', 'dma@a0000 { iommus = <&smmu 0x10>; };\ndma@b0000 { status = "disabled"; iommus = <&smmu 0x10>; };', 'information smmu-stream-shared: 0x10'],
  ['one StreamID on a disabled SMMUv3', `&smmu { status = "disabled"; };\n/ { dma@a0000 { status = "disabled"; iommus = <&smmu 0x10>; };\ndma@b0000 { status = "disabled"; iommus = <&smmu 0x10>; }; };`, 'information smmu-stream-shared: 0x10'],
  ['one StreamID on SMMUv2', two('<&smmu_v2 0x10 0>', '<&smmu_v2 0x10 0>'), 'information smmu-stream-shared: 0x10'],
  ['one within the mask of another on SMMUv2', two('<&smmu_v2 0x400 0x3f>', '<&smmu_v2 0x410 0x0>'), 'information smmu-stream-shared: 0x410'],
  ['one StreamID on SMMUv2, a device for passthrough', 'dma@a0000 { iommus = <&smmu_v2 0x10 0>; };\ndma@b0000 { xen,passthrough; iommus = <&smmu_v2 0x10 0>; };', 'warning smmu-stream-shared: 0x10'],
  ['the narrow mask first', two('<&smmu_v2 0x410 0x0>', '<&smmu_v2 0x400 0x3f>'), 'information smmu-stream-match-overlap: &smmu_v2 0x400 0x3f'],
  ['masks that cross', two('<&smmu_v2 0x400 0x3>', '<&smmu_v2 0x401 0xc>'), 'warning smmu-stream-match-overlap: &smmu_v2 0x401 0xc'],
  ['masks that cross in one device', 'dma@a0000 { iommus = <&smmu_v2 0x400 0x3>, <&smmu_v2 0x401 0xc>; };', 'warning smmu-stream-match-overlap: &smmu_v2 0x401 0xc'],
  ['masks side by side', two('<&smmu_v2 0x400 0xf>', '<&smmu_v2 0x410 0xf>')],
  ['a common mask of the SMMU folds two', '&smmu_v2 { #iommu-cells = <1>; stream-match-mask = <0xf0>; };\n/ { dma@a0000 { iommus = <&smmu_v2 0x10>; };\ndma@b0000 { iommus = <&smmu_v2 0x20>; }; };', 'information smmu-stream-shared: 0x20'],
  ['a common mask too wide', '&smmu_v2 { #iommu-cells = <1>; stream-match-mask = <0x1ffff>; };', 'error smmu-mask-range: stream-match-mask'],
  ['a common mask on SMMUv3', '&smmu { stream-match-mask = <0x7f>; };', 'warning smmu-match-mask-unused: stream-match-mask'],
  ['the last StreamID of SMMUv2', 'dma@a0000 { iommus = <&smmu_v2 0xffff 0xffff>; };'],
  ['one beyond the last of SMMUv2', 'dma@a0000 { iommus = <&smmu_v2 0x10000 0>; };', 'error smmu-stream-id-range: 0x10000'],
  ['the last StreamID of a stream table', 'dma@a0000 { iommus = <&smmu 0x1ffffff>; };'],
  ['one beyond the last of a stream table', 'dma@a0000 { iommus = <&smmu 0x2000000>; };', 'error smmu-stream-id-range: 0x2000000'],
  ['a map whose end is beyond', 'pcie@40000000 { iommu-map = <0x0 &smmu 0x1ff8000 0x10000>; };', 'error smmu-stream-id-range: 0x1ff8000'],
  ['a device and a root complex', 'dma@a0000 { iommus = <&smmu 0x10>; };\npcie@40000000 { iommu-map = <0x0 &smmu 0x0 0x10000>; };', 'warning smmu-stream-shared: 0x0'],
  ['two root complexes', 'pcie@40000000 { iommu-map = <0x0 &smmu 0x0 0x10000>; };\npcie@50000000 { iommu-map = <0x0 &smmu 0x8000 0x10000>; };', 'warning smmu-stream-shared: 0x8000'],
  ['two root complexes side by side', 'pcie@40000000 { iommu-map = <0x0 &smmu 0x0 0x10000>; };\npcie@50000000 { iommu-map = <0x0 &smmu 0x10000 0x10000>; };'],
];

describe('rules of streams', () => {
  it.each(table(FIXTURES))('%s', (_, fixture) => check(fixture));

  it('names the other device, in words and as a place', () => {
    const context = boardOf(two('<&smmu 0x10>', '<&smmu 0x10>'));
    const [problem] = findings(context);
    expect(problem?.message).toContain('/dma@a0000');
    const related = problem?.related?.[0]?.range;
    expect(context.text.text.slice(related?.start, related?.end)).toBe('0x10');
    expect(related?.start).toBeLessThan(problem?.range.start ?? 0);
  });
});
