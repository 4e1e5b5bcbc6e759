import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { translateRid } from '../../../model/platform/ridMap.ts';
import { u32Of } from '../../../model/platform/values.ts';
import { contextOf } from './board.ts';

interface Case { name: string; map: string[]; mask: string | null; rid: string; iommuCells: Record<string, number>; result: string | { target: number; args: number[] } }

const VECTORS = '../shared/vectors/linux-rules.json';
const cases = existsSync(VECTORS) ? (JSON.parse(readFileSync(VECTORS, 'utf8')) as { iommuMap: Case[] }).iommuMap : [];

/** A decompiled-looking board: explicit phandles, and the map as bare numbers. */
function boardFor({ map, mask, iommuCells }: Case): string {
  const iommus = Object.entries(iommuCells).map(([phandle, cells]) =>
    `iommu@${phandle}0000 { compatible = "vendor,iommu"; #iommu-cells = <${cells}>; phandle = <${phandle}>; };`);
  const maskText = mask === null ? '' : `iommu-map-mask = <${mask}>;`;
  return `/dts-v1/; / { ${iommus.join('\n')} pcie@40000000 { iommu-map = <${map.join(' ')}>; ${maskText} }; };`;
}

function outcome(test: Case): Case['result'] {
  const [master] = contextOf(boardFor(test)).platform.masters;
  const result = translateRid(master!.iommuMap!, Number(test.rid));
  if (result.kind === 'mapped') return { target: u32Of(result.target, 'phandle')!, args: [...result.args] };
  return result.kind === 'bypass' ? 'bypass' : `-${result.errno} ${result.reason}`;
}

describe('of_map_id', () => {
  if (cases.length === 0) it.skip('is compared with shared vectors, which are not here', () => undefined);

  it.each(cases.map((test) => [test.name, test] as const))('%s', (_, test) => {
    expect(outcome(test)).toEqual(test.result);
  });
});

describe('an iommu-map', () => {
  const smmu = (cells: number): string => `smmu: iommu@0 { compatible = "arm,mmu-500"; #iommu-cells = <${cells}>; };`;
  const mapOf = (cells: number, map: string): NonNullable<ReturnType<typeof contextOf>['platform']['masters'][0]['iommuMap']> =>
    contextOf(`/dts-v1/; / { ${smmu(cells)} pcie@1 { iommu-map = ${map}; }; };`).platform.masters[0]!.iommuMap!;

  it.each([
    ['1-cell target', 1, '<0x0 &smmu 0x0 0x100>', { layout: 'fixed', outputs: [1], complete: true }],
    ['2-cell target, old form', 2, '<0x0 &smmu 0x400 0x1>, <0x8 &smmu 0x401 0x1>', { layout: 'fixed', outputs: [1, 1], complete: true }],
    ['2-cell target, sized', 2, '<0x0 &smmu 0x400 0x0 0x1>', { layout: 'sized', outputs: [2], complete: true }],
    ['cut short', 1, '<0x0 &smmu 0x0>', { layout: 'sized', outputs: [0], complete: false }],
  ])('%s', (_, cells, map, { layout, outputs, complete }) => {
    const read = mapOf(cells, map);
    expect(read.layout).toBe(layout);
    expect(read.entries.map((entry) => entry.output.length)).toEqual(outputs);
    expect(read.entries.every((entry) => entry.complete)).toBe(complete);
  });

  it('keeps good entries behind a broken one', () => {
    const read = mapOf(1, '<0x0 &smmu 0x0>, <0x100 &smmu 0x100 0x100>');
    expect(read.entries.map((entry) => entry.complete)).toEqual([false, true]);
    expect(read.entries[1]).toMatchObject({ ridBase: 0x100, length: 0x100 });
  });
});
