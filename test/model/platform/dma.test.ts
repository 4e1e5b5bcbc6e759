import { describe, expect, it } from 'vitest';
import { dmaFactsOf } from '../../../model/platform/dma.ts';
import { contextOf } from './board.ts';

const board = (bus: string, device: string): ReturnType<typeof dmaFactsOf> => {
  const { platform } = contextOf(`/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; smmu: iommu@1 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };
    bus { #address-cells = <1>; #size-cells = <1>; ${bus} dma@0 { iommus = <&smmu 1>; ${device} }; }; };`);
  return dmaFactsOf(platform, platform.masters[0]!.node);
};

describe('DMA facts', () => {
  it.each([
    ['nothing', '', '', false],
    ['the device', '', 'dma-coherent;', true],
    ['the bus', 'dma-coherent;', '', true],
    ['the bus, and the device says no', 'dma-coherent;', 'dma-noncoherent;', false],
  ])('take coherency from %s', (...[, bus, device, coherent]) => {
    expect(board(bus, device).coherent).toBe(coherent);
  });

  it.each([
    ['no window', '', undefined],
    ['one to one', 'dma-ranges;', []],
    ['a window', 'dma-ranges = <0x0 0x1 0x80000000 0x40000000>;', [{ child: 0n, parent: 0x180000000n, size: 0x40000000n }]],
  ])('tell %s of the bus', (_, bus, windows) => {
    expect(board(bus, '').windows).toEqual(windows);
  });

  it('list no region that is not there', () => {
    expect(board('', 'memory-region = <0x99>;').regions).toEqual([]);
  });
});
