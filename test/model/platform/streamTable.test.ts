import { describe, expect, it } from 'vitest';
import { streamTable } from '../../../model/platform/streamTable.ts';
import { contextOf } from './board.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	gic: gic { compatible = "arm,gic-v3"; #interrupt-cells = <3>; interrupt-controller; };
	smmu: iommu@2b400000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x2b400000 0x0 0x20000>;
		interrupts = <0 74 1>;
		interrupt-names = "combined";
		#iommu-cells = <1>;
		dma-coherent;
	};
	dma@a0000 {
		iommus = <&smmu 0x1c01>;
		memory-region = <&buffer>;
	};
	pcie@40000000 {
		device_type = "pci";
		iommu-map = <0x0 &smmu 0x0 0x10000>;
		iommu-map-mask = <0xffff>;
	};
	eth@b0000 {
		iommus = <&smmu>;
	};
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		buffer: buffer@90000000 {
			reg = <0x0 0x90000000 0x0 0x1000>;
			iommu-addresses = <&{/dma@a0000} 0x0 0x90000000 0x0 0x1000>;
		};
	};
};
`;

describe('the stream table', () => {
  const table = streamTable(contextOf(BOARD));

  it('describes each IOMMU', () => {
    expect(table.iommus).toEqual([{
      path: '/iommu@2b400000', label: 'smmu', kind: 'Arm SMMUv3', enabled: true, base: '0x2b400000', size: '0x20000',
      interrupts: [{ name: 'combined', line: 'SPI 74 (INTID 106)' }], features: ['dma-coherent'], cells: 1, masters: 2,
      source: { file: '/board.dts', line: 7 },
    }]);
  });

  it('lists each use of StreamIDs with its line', () => {
    expect(table.streams.map(({ master, id, count, rids, ridMask, source }) => [master, id, count, rids, ridMask, source.line])).toEqual([
      ['/dma@a0000', 0x1c01, 1, null, null, 16],
      ['/pcie@40000000', 0, 0x10000, '00:00.0-ff:1f.7', 0xffff, 21],
    ]);
    expect(table.streams[0]?.ste).toMatchObject({ l1Index: 0x1c, l2Index: 1, l2Offset: 64 });
  });

  it('lists the masters with their memory', () => {
    expect(table.masters.map(({ path, coherent, dmaRanges }) => [path, coherent, dmaRanges])).toEqual([['/dma@a0000', false, null], ['/pcie@40000000', false, null]]);
    expect(table.masters[0]?.regions).toEqual([
      { path: '/reserved-memory/buffer@90000000', base: '0x90000000', size: '0x1000', ioAddresses: [{ start: '0x90000000', size: '0x1000' }] },
    ]);
  });

  it('lists conflicts and what could not be resolved', () => {
    expect(table.conflicts.map(({ masters, how }) => [...masters, how])).toEqual([['/dma@a0000', '/pcie@40000000', 'partial']]);
    expect(table.unresolved).toEqual([
      { master: '/eth@b0000', via: 'iommus', reason: 'the entry has 0 cells after the phandle, the target asks for 1', source: { file: '/board.dts', line: 25 } },
    ]);
  });

  it('survives JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(table))).toEqual(table);
  });
});
