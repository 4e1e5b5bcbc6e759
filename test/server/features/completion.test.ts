import { describe, expect, it } from 'vitest';
import { completion, type Proposals } from '../../../server/features/completion.ts';
import { fixture } from '../check.ts';
import { BOARD, boardWith } from '../boards.ts';

function complete(text: string): Proposals | undefined {
  const { board, document, offset } = fixture(text);
  return completion(board, document, offset);
}

function labels(text: string): string[] {
  return (complete(text)?.items ?? []).map((item) => item.label);
}

describe('completion', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['IOMMU labels where the value has no bracket behind', '\tstatus = "disabled";', '\tiommus = <&$0', ['&smmu']],
    ['IOMMU labels at the start of an entry', '<&smmu SID_UART>;', '<$0>;', ['&smmu']],
    ['StreamID macros of the same family after an IOMMU', '<&smmu SID_UART>;', '<&smmu $0>;', ['SID_BASE', 'SID_DMA', 'SID_UART']],
    ['the macros that other users of a provider use', '<&clk CLK_UART>', '<&clk $0>', ['CLK_DMA', 'CLK_UART']],
    ['providers that fit first', '<&clk CLK_UART>', '<&$0>', ['&clk']],
    ['values of status', 'status = "okay"', 'status = "$0"', ['okay', 'disabled', 'reserved']],
    ['values of status without quotes', 'status = "okay"', 'status = $0', ['okay']],
  ])('offers %s', (_, before, after, first) => {
    expect(labels(boardWith(before, after)).slice(0, first.length)).toEqual(first);
  });

  it.each<[string, string, string]>([
    ['iommus', 'iommus = <&smmu 0x20>;\n\t};\n\n\tpcie', 'iommus = <&$0>;\n\t};\n\n\tpcie'],
    ['a half-typed entry', '<&smmu SID_UART>;', '<&s$0>;'],
    ['a second entry', '<&smmu SID_DMA>, <&smmu 0x20>;', '<&smmu SID_DMA>, <&$0>;'],
    ['iommu-map', '<0x0 &smmu 0x10000 0x10000>', '<0x0 &$0>'],
  ])('offers IOMMUs and no other labels in %s', (_, before, after) => {
    expect(labels(boardWith(before, after))).toEqual(['&smmu']);
  });

  it('offers no labels but those of IOMMUs at the start of an entry of iommus', () => {
    expect(labels(boardWith('<&smmu SID_UART>;', '<$0>;')).filter((label) => label.startsWith('&'))).toEqual(['&smmu']);
  });

  it.each<[string, string, string, readonly string[], readonly string[]]>([
    ['properties that the node lacks', '&uart {\n', '&uart {\n\t$0\n', ['dma-coherent', 'clock-names', 'iommu-map'], ['status', 'clocks']],
    ['properties by what is typed', '&uart {\n', '&uart {\n\tdma$0\n', ['dma-coherent', 'dma-ranges'], ['compatible']],
    ['properties that begin with #', '&uart {\n', '&uart {\n\t#s$0\n', ['#size-cells', '#reset-cells'], []],
    ['labels at the top', '&uart {', '&$0 {};\n&uart {', ['&uart', '&smmu'], []],
    ['keywords at the top', '&uart {', '/$0\n&uart {', ['/delete-node/', '/memreserve/'], ['/delete-property/']],
    ['keywords in a node', '\tmodel = "Test";', '\t/$0', ['/delete-property/', '/delete-node/'], ['/dts-v1/']],
    ['own properties after /delete-property/', '&uart {\n', '&uart {\n\t/delete-property/ $0\n', ['clocks', 'iommus'], ['dma-coherent']],
    ['macros after #ifdef', '&uart {', '#ifdef SID$0\n&uart {', ['SID_UART', 'SID_DMA'], ['CLK_UART']],
    ['paths', '&uart {', '&{/iommu$0} { };\n&uart {', ['/iommu@5000000'], ['/serial@9000000']],
    ['paths in cells', '<&clk CLK_UART>', '<&{/$0 CLK_UART>', ['/iommu@5000000', '/pcie@40000000'], []],
    ['directives', '&uart {', '#$0\n&uart {', ['#include', '#define'], []],
    ['compatible strings of IOMMUs', 'compatible = "test,dma"', 'compatible = "$0"', ['arm,smmu-v3', 'test,clk'], []],
  ])('offers %s', (...row) => {
    const [, before, after, some, none] = row;
    const found = labels(boardWith(before, after));
    for (const label of some) expect(found).toContain(label);
    for (const label of none) expect(found).not.toContain(label);
  });

  it.each([
    ['in a comment', '/* $0 */'], ['in a line comment', '// $0'], ['in a number', '&uart { a = <12$0>; };'],
  ])('offers nothing %s', (_, text) => {
    expect(labels(boardWith('&uart {', `${text}\n&uart {`))).toEqual([]);
  });

  it('replaces what is typed, with its ampersand', () => {
    const { board, document, offset } = fixture(boardWith('<&smmu SID_UART>;', '<&sm$0>;'));
    const found = completion(board, document, offset);
    expect(document.text.slice(found?.start, found?.end)).toBe('&sm');
    expect(found?.items[0]?.label).toBe('&smmu');
  });

  it('writes a property with its value', () => {
    const items = complete(boardWith('&uart {\n', '&uart {\n\tdma-co$0\n'))?.items;
    expect(items?.find((item) => item.label === 'dma-coherent')?.insert).toBe('dma-coherent;');
    const more = complete(boardWith('&uart {\n', '&uart {\n\tiommu-m$0\n'))?.items;
    expect(more?.find((item) => item.label === 'iommu-map')?.snippet).toBe(true);
  });

  it('survives a cursor anywhere', () => {
    const { board, document } = fixture(BOARD);
    for (let offset = 0; offset <= document.text.length; offset += 1) {
      const found = completion(board, document, offset);
      expect(found === undefined || (found.start <= offset && found.end >= offset)).toBe(true);
    }
  });
});
