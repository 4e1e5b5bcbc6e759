import { describe, expect, it } from 'vitest';
import { regionsOf, translate, windowsOf, dmaWindowsOf } from '../../../model/platform/addresses.ts';
import { bindingOf, IOMMU_BINDINGS } from '../../../model/platform/bindings.ts';
import { interruptsOf } from '../../../model/platform/interrupts.ts';
import { meetings } from '../../../model/platform/sharing.ts';
import { streamId } from '../../../model/platform/units.ts';
import { boardOf, contextOf } from './board.ts';

describe('bindings', () => {
  it.each([
    [['qcom,sm8550-smmu-500', 'qcom,smmu-500', 'arm,mmu-500'], 'smmu-v2'],
    [['nvidia,tegra234-smmu', 'nvidia,smmu-500'], 'smmu-v2'],
    [['nvidia,tegra264-smmu', 'arm,smmu-v3'], 'smmu-v3'],
    [['arm,smmu-v3'], 'smmu-v3'],
    [['xen,grant-dma'], 'xen'],
    [['rockchip,rk3588-iommu', 'rockchip,rk3568-iommu'], 'other'],
    [['vendor,thing'], undefined],
  ])('%s is %s', (compatibles, kind) => {
    expect(bindingOf(compatibles)?.kind).toBe(kind);
  });

  it('has no compatible string twice', () => {
    const all = IOMMU_BINDINGS.flatMap((binding) => binding.compatibles);
    expect(new Set(all).size).toBe(all.length);
  });

  it('gives every cell of the largest specifier a meaning', () => {
    for (const { cells, meaning } of IOMMU_BINDINGS) expect(meaning).toHaveLength(Math.max(...cells));
  });
});

describe('status', () => {
  it('is inherited by IOMMUs and masters', () => {
    const { platform } = boardOf(`soc { status = "disabled"; mmu: iommu@a0000 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };
      dma@b0000 { status = "okay"; iommus = <&mmu 1>; }; };`);
    expect(platform.iommus.map((iommu) => iommu.enabled)).toEqual([false]);
    expect(platform.masters.map((master) => master.enabled)).toEqual([false]);
  });
});

describe('addresses', () => {
  const soc = (ranges: string): string => `/dts-v1/; / { #address-cells = <2>; #size-cells = <2>;
    soc { #address-cells = <1>; #size-cells = <1>; ${ranges} dma-ranges = <0x0 0x0 0x80000000 0x40000000>;
      mmu: iommu@2000 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; reg = <0x2000 0x20000>, <0x50000 0x100>; }; }; };`;

  it.each([
    ['a window', 'ranges = <0x0 0x1 0x40000000 0x10000>;', 0x140002000n],
    ['the second window', 'ranges = <0x8000 0x2 0x0 0x1000>, <0x0 0x1 0x0 0x8000>;', 0x100002000n],
    ['an empty ranges', 'ranges;', 0x2000n],
    ['no ranges', '', undefined],
    ['a window elsewhere', 'ranges = <0x8000 0x2 0x0 0x1000>;', undefined],
  ])('are translated through %s', (_, ranges, physical) => {
    const { node } = contextOf(soc(ranges)).platform.iommus[0]!;
    const regions = regionsOf(node);
    expect(regions.map((region) => [region.start, region.size])).toEqual([[0x2000n, 0x20000n], [0x50000n, 0x100n]]);
    expect(regions[0]?.physical).toBe(physical);
  });

  it('go the other way for DMA', () => {
    const { node } = contextOf(soc('ranges;')).platform.iommus[0]!;
    expect(dmaWindowsOf(node)?.windows).toEqual([{ child: 0n, parent: 0x80000000n, size: 0x40000000n }]);
  });

  it('drop the flags cell of PCI ranges', () => {
    const { platform } = boardOf(`pcie@0 { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; iommu-map = <0 &smmu 0 0x10000>;
      ranges = <0x02000000 0x1 0x0 0x2 0x0 0x0 0x1000>; };`);
    expect(windowsOf(platform.pciHosts[0]!.node, 'ranges')).toEqual([{ child: 0x100000000n, parent: 0x200000000n, size: 0x1000n }]);
    expect(translate(platform.pciHosts[0]!.node, 0x100000010n)).toBe(0x200000010n);
  });
});

describe('interrupts', () => {
  const interrupts = (content: string) => {
    const { platform } = boardOf(`mmu: iommu@0 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; ${content} };`);
    return interruptsOf(platform.tree, platform.iommus[0]!.node);
  };

  it('decode GIC specifiers, with names', () => {
    const found = interrupts('interrupts = <0 74 1>, <1 9 4>, <2 5 1>, <3 6 1>; interrupt-names = "eventq", "priq";');
    expect(found.map(({ name, gic }) => [name, gic?.type, gic?.intid, gic?.trigger])).toEqual([
      ['eventq', 'SPI', 106, 1], ['priq', 'PPI', 25, 4], [undefined, 'ESPI', 4101, 1], [undefined, 'EPPI', 1062, 1],
    ]);
  });

  it('follow interrupts-extended to each controller', () => {
    expect(interrupts('interrupts-extended = <&gic 0 74 1>, <&gic 0 75 1>;').map(({ gic }) => gic?.intid)).toEqual([106, 107]);
  });

  it('leave an incomplete one out', () => {
    expect(interrupts('interrupts = <0 74 1 0 75>;')).toHaveLength(1);
  });
});

describe('streams', () => {
  it('are found by StreamID: exact, in a run, and under a mask', () => {
    const context = boardOf(`dma@a0000 { iommus = <&smmu_v2 0x10 0x0>; };
      dma@b0000 { iommus = <&smmu_v2 0x400 0x3f>; };
      pcie@40000000 { iommu-map = <0x0 &smmu 0x10000 0x100>; };`);
    const users = (label: string, sid: number): string[] => {
      const iommu = context.platform.iommus.find(({ node }) => node.labels[0]?.name === label)!;
      return context.indexOf(iommu).users(streamId(sid)).map((use) => use.master.path);
    };
    expect(users('smmu_v2', 0x10)).toEqual(['/dma@a0000']);
    expect(users('smmu_v2', 0x43f)).toEqual(['/dma@b0000']);
    expect(users('smmu_v2', 0x440)).toEqual([]);
    expect(users('smmu', 0x100ff)).toEqual(['/pcie@40000000']);
    expect(users('smmu', 0x10100)).toEqual([]);
  });

  it('take the mask of the SMMU where the specifier has none', () => {
    const { platform } = boardOf('&smmu_v2 { #iommu-cells = <1>; stream-match-mask = <0x7f80>; };\n/ { dma@a0000 { iommus = <&smmu_v2 0x10>; }; };');
    expect(platform.masters[0]?.uses[0]).toMatchObject({ id: 0x10, mask: 0x7f80 });
  });

  it('have no identifier where the provider has no cells, or no StreamIDs', () => {
    const { platform } = boardOf(`mmu: iommu@0 { compatible = "rockchip,iommu"; #iommu-cells = <0>; };
      xen: iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };
      vop@b0000 { iommus = <&mmu>; }; virtio@c0000 { compatible = "virtio,mmio"; iommus = <&xen 1>; };`);
    expect(platform.masters.map((master) => master.uses[0]?.id)).toEqual([undefined, undefined]);
  });
});

describe('meetings', () => {
  it('stay linear when everybody uses one StreamID', () => {
    const nodes = Array.from({ length: 500 }, (_, i) => `dma@${i} { iommus = <&smmu 0x10>; };`);
    const context = boardOf(nodes.join('\n'));
    expect(meetings(context.usesOf(context.platform.iommus[0]!))).toHaveLength(499);
  });

  it('meet a run that begins before another ended', () => {
    const context = boardOf(`pcie@1 { iommu-map = <0x0 &smmu 0x0 0x1000>; }; pcie@2 { iommu-map = <0x0 &smmu 0x100 0x10>; };
      dma@3 { iommus = <&smmu 0x800>; };`);
    const pairs = meetings(context.usesOf(context.platform.iommus[0]!)).map(({ first, second, how }) => [first.master.path, second.master.path, how]);
    expect(pairs).toEqual([['/pcie@1', '/pcie@2', 'inside'], ['/pcie@1', '/dma@3', 'inside']]);
  });
});

describe('a large tree', () => {
  it('of 50,000 masters is resolved and checked in linear time', () => {
    const build = (count: number): number => {
      const nodes = Array.from({ length: count }, (_, i) => `dma@${i.toString(16)} { iommus = <&smmu_v2 ${i & 0xffff} ${i % 3}>; };`);
      const started = performance.now();
      const context = boardOf(nodes.join('\n'));
      const parsed = performance.now();
      for (const iommu of context.platform.iommus) meetings(context.usesOf(iommu));
      expect(context.platform.masters).toHaveLength(count);
      return performance.now() - parsed + (parsed - started);
    };
    build(2000);
    const [small, large] = [build(5000), build(50_000)];
    expect(large).toBeLessThan(Math.max(small, 20) * 40);
  }, 20_000);
});
