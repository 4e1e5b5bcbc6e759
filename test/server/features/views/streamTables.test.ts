import { describe, expect, it } from 'vitest';
import { TABLES } from '../../../../client/views/model/tables.ts';
import { streamTables } from '../../../../server/features/views/streamTables.ts';
import type { Table } from '../../../../server/features/views/table.ts';
import { BOARD } from '../../boards.ts';
import { fixture } from '../../check.ts';

const place = ({ file, line }: { file: string; line: number }): { uri: string; line: number } => ({ uri: `file://${file}`, line });
const lines = (table: Table | undefined): string[] => table?.rows.map(({ cells, note }) => [...cells.map(({ parts }) => parts.map(({ text }) => text).join(' ')), note].join(' | ')) ?? [];

describe('the stream tables', () => {
  const page = streamTables(fixture(BOARD).board.platform, 'board.dts', place);

  it('are what the editor takes', () => {
    expect(TABLES(JSON.parse(JSON.stringify(page)))).toBe(true);
  });

  it('list IOMMUs, streams and what is shared', () => {
    expect(page.tables.map(({ id }) => id)).toEqual(['iommus', 'streams', 'shared']);
    expect(lines(page.tables[0])).toEqual(['smmu | Arm SMMUv3 | 0x5000000 | 4 | enabled | soc.dtsi:21 | ']);
    expect(lines(page.tables[1])).toEqual([
      'uart | smmu | 0x101 |  | SID_UART | soc.dtsi:33 | ',
      'dma@9010000 | smmu | 0x100 |  | SID_DMA | soc.dtsi:41 | shared',
      'dma@9010000 | smmu | 0x20 |  |  | soc.dtsi:41 | shared',
      'crypto | smmu | 0x20 |  |  | soc.dtsi:46 | shared',
      'pcie | smmu | 0x10000 to 0x1ffff | 00:00.0-ff:1f.7 |  | soc.dtsi:57 | ',
    ]);
    expect(lines(page.tables[2])).toEqual(['smmu | 0x20 | dma@9010000 | crypto | same | ']);
  });

  it('lead to the lines', () => {
    expect(page.tables[1]?.rows[0]?.cells[2]).toEqual({ parts: [{ text: '0x101', place: { uri: 'file:///soc.dtsi', line: 33 } }], sort: 0x101 });
    expect(page.tables[1]?.rows[0]?.cells[0]?.parts[0]?.place?.line).toBe(27);
  });

  it('say what a board without an IOMMU has', () => {
    const empty = streamTables(fixture('/dts-v1/;\n/ { };').board.platform, 'x', place);
    expect(empty.tables.map(({ rows, empty: said }) => [rows.length, said])).toEqual([[0, 'This board has no IOMMU.'], [0, 'No device uses an IOMMU.']]);
  });

  it('mark what is disabled and what does not resolve', () => {
    const text = '/dts-v1/;\n/ { s: s { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };\na { status = "disabled"; iommus = <&s 1>; };\nb { iommus = <99 1>; }; };';
    const { tables } = streamTables(fixture(text).board.platform, 'x', place);
    expect(lines(tables[1])).toEqual(['a | s | 0x1 |  |  | board.dts:3 | disabled']);
    expect(lines(tables[2])).toEqual(['/b | iommus | no node has this phandle | board.dts:4 | ']);
  });
});
