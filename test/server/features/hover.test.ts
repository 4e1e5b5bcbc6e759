import { describe, expect, it } from 'vitest';
import { hover } from '../../../server/features/hover.ts';
import { fixture, placeOf } from '../check.ts';
import { boardWith } from '../boards.ts';

function hoverAt(text: string): string {
  const { board, document, offset, files } = fixture(text);
  return hover({ board, document, offset, link: (range) => placeOf(files, { ...range, end: range.start }) })?.markdown ?? '';
}

describe('hover', () => {
  it.each<[string, string, string, readonly (string | RegExp)[]]>([
    ['a StreamID macro', '<&smmu SID_UART>', '<&smmu SID_U$0ART>', [
      '**StreamID 0x101** (257) on `smmu` (Arm SMMUv3)', 'index 257, STE at byte offset 0x4040', 'L1 index 1 (descriptor at 0x8), L2 index 1 (STE at 0x40)',
      'No other master uses it', '**StreamID** `0x101` (257), since `#iommu-cells = 1`', '#define SID_UART 0x101', 'Value `0x101` (257)',
    ]],
    ['a StreamID that is shared', '<&smmu 0x20>;\n\t};\n\n\tpcie', '<&smmu 0x2$00>;\n\t};\n\n\tpcie', ['**StreamID 0x20** (32)', 'Shared with `dma@9010000`']],
    ['the phandle of iommus', 'iommus = <&smmu SID_UART>', 'iommus = <&sm$0mu SID_UART>', ['**phandle**', '`/iommu@5000000`', '**Arm SMMUv3**: 4 masters']],
    ['a map entry', '<0x0 &smmu 0x10000 0x10000>', '<0x0 &smmu 0x100$000 0x10000>', [
      '**StreamID 0x10000**', 'Run of 65536: 0x10000 to 0x1ffff', 'From PCI RequesterID', '**first StreamID**',
    ]],
    ['the RID of a map', '<0x0 &smmu 0x10000', '<0$0x0 &smmu 0x10000', ['**first RequesterID']],
    ['a master node', 'crypto: crypto@9020000', 'crypto: cryp$0to@9020000', ['`/crypto@9020000`', 'labelled `crypto`', 'DMA is not coherent', '- 0x20 on `smmu`', 'made in /soc.dtsi']],
    ['an SMMU node', 'smmu: iommu@5000000', 'smmu: iom$0mu@5000000', ['4 masters', '`uart`: 0x101', '0x10000..0x1ffff', 'IDR1.SIDSIZE must be at least 17']],
    ['a reference as a node', '&uart {', '&ua$0rt {', ['`/serial@9000000`', 'changed in /board.dts:8']],
    ['a property that is overridden', 'status = "okay"', 'stat$0us = "okay"', ['**status**', 'status = "okay"', 'Set in /board.dts:9', 'overrides /soc.dtsi:34']],
    ['a value that is not in force', 'status = "disabled"', 'status = "dis$0abled"', ['not in force']],
    ['reg', 'reg = <0x0 0x9000000', 'reg = <0x0 0x90$000000', ['**address, low half** `0x9000000`', '#address-cells = 2 of the parent', 'Region `0x9000000`, size `0x1000`; CPU address `0x9000000`']],
    ['interrupts', 'interrupts = <0 1 4>', 'interrupts = <0 $01 4>', ['**number** `0x1`', '#interrupt-cells = 3', 'SPI 1 \\(INTID 33\\) of `gic`']],
    ['a clock argument', 'clocks = <&clk CLK_DMA>', 'clocks = <&clk CLK_$0DMA>', ['**clock id** `0x4` (4), since `#clock-cells = 1`', '#define CLK_DMA 4']],
    ['a macro in its definition', '#define SID_DMA (', '#define SID_D$0MA (', ['#define SID_DMA (SID_BASE)', 'Value `0x100` (256)']],
    ['an include', '#include "soc.dtsi"', '#include "so$0c.dtsi"', ['/soc.dtsi:1']],
    ['a keyword', '/dts-v1/', '/dts-$0v1/', ['version of the language']],
    ['bus-range', '<0x0 0xff>', '<0x0 0x$0ff>', ['**last bus number** `0xff` (255)']],
  ])('on %s', (_, before, after, expected) => {
    const text = hoverAt(boardWith(before, after));
    for (const part of expected) expect(text).toMatch(typeof part === 'string' ? new RegExp(part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')) : part);
  });

  it('on a master tells what memory is set aside for it', () => {
    const text = hoverAt(`/dts-v1/;
/ {
	#address-cells = <2>; #size-cells = <2>;
	reserved-memory {
		#address-cells = <2>; #size-cells = <2>; ranges;
		fb: fb@80000000 { reg = <0 0x80000000 0 0x1000000>; iommu-addresses = <&gpu 0 0x80000000 0 0x1000000>; };
	};
	s: iommu@0 { compatible = "arm,smmu-v3"; reg = <0 0 0 0x20000>; #iommu-cells = <1>; };
	bus@1 {
		#address-cells = <2>; #size-cells = <2>; reg = <0 1 0 1>; dma-ranges = <0 0 0x10 0 0 0x40000000>;
		gpu: g$0pu@2 { reg = <0 2 0 1>; iommus = <&s 1>; memory-region = <&fb>; dma-coherent; };
	};
};`);
    expect(text).toContain('- DMA is coherent');
    expect(text).toContain('0x0 to 0x3fffffff becomes 0x1000000000');
    expect(text).toContain('Memory region `fb`, 0x80000000 size 0x1000000');
    expect(text).toContain('I/O addresses 0x80000000 size 0x1000000');
  });

  it.each([
    ['a comment', '/ { /* x$0x */ };'],
    ['white space', '/ {\n$0\n};'],
    ['an empty file', '$0'],
  ])('on %s says nothing', (_, text) => {
    expect(hoverAt(text)).toBe('');
  });

  it('survives a cursor anywhere in a broken board', () => {
    const { board, document } = fixture('/dts-v1/;\n/ { a: b { iommus = <&a (1 }; c = <&{/x} 1> "s; };\n#if\n/ { d = [');
    for (let offset = 0; offset <= document.text.length; offset += 1) {
      expect(() => hover({ board, document, offset, link: () => '' })).not.toThrow();
    }
  });
});
