import { describe, expect, it } from 'vitest';
import { TABLES } from '../../../../client/views/model/tables.ts';
import { board, fragment, guest } from '../../../../model/platform/guests/rules/examples.ts';
import { ownershipTables } from '../../../../server/features/views/ownershipTables.ts';
import type { Table, Tables } from '../../../../server/features/views/table.ts';
import { filesOf, systemIn } from '../../../model/platform/guests/systemOf.ts';

/** The page of a system, with places as `file:line`. */
function page(text: string): Tables {
  const files = filesOf(text);
  return ownershipTables(systemIn(text), {
    label: (file) => `w/${file}`,
    place: ({ file, start }) => ({ uri: file, line: (files.get(file) ?? '').slice(0, start).split('\n').length }),
  });
}

const said = (table: Table | undefined): string[] => table?.rows.map(({ cells, note }) => [...cells.map(({ parts }) => parts.map(({ text }) => text).join(' ')), note].join(' | ')) ?? [];
const PROJECT = '--- vsmmu.json\n{ "dialect": "viommu-v3" }\n';

describe('the ownership tables', () => {
  it('are what the editor takes', () => expect(TABLES(JSON.parse(JSON.stringify(page(board() + guest() + fragment()))))).toBe(true));

  it('list each stream of each device, and the domains', () => {
    const { title, tables } = page(board() + guest() + fragment());
    expect(title).toBe('Who owns what on w/board.dts');
    expect(said(tables[0])).toEqual(['domd | /ethernet@fe100000 | iommu@2b400000 | 0x8 |  | 112 | 0xfe100000+0x1000 | ']);
    expect(said(tables[1]).at(-1)).toBe('domd | xl |  | 1 | 112 | w/domd.cfg | ');
    expect(tables).toHaveLength(2);
  });

  it('lead from every cell to the line that it comes from', () => {
    const [devices] = page(board() + guest() + fragment()).tables;
    const text = filesOf(board() + guest());
    const lineOf = (file: string, needle: string): string => `${file}:${(text.get(file) ?? '').split(needle)[0]?.split('\n').length}`;
    expect(devices?.rows[0]?.cells.map(({ parts }) => parts.map(({ place }) => `${place?.uri}:${place?.line}`).join(' '))).toEqual([
      lineOf('domd.cfg', 'name ='), lineOf('domd.cfg', 'dtdev ='), lineOf('board.dts', 'smmu0:'), lineOf('board.dts', '<&smmu0 8>'), '',
      lineOf('domd.cfg', 'irqs ='), lineOf('domd.cfg', 'iomem ='),
    ]);
  });

  it.each<[string, string, string]>([
    ['not in the host tree', guest({ dtdev: 'dtdev = [ "/nothing" ]' }), '/nothing'],
    ['not behind an IOMMU', guest({ dtdev: 'dtdev = [ "/interrupt-controller@2f000000" ]' }), '/interrupt-controller@2f000000'],
  ])('say of a device that it is %s', (note, config, device) => {
    const row = page(board() + config + fragment()).tables[0]?.rows.find(({ cells }) => cells[1]?.parts[0]?.text === device);
    expect([row?.note, row?.mark]).toEqual([note, 'warning']);
  });

  it('leave out interrupts and pages that the domain is not given', () => {
    expect(said(page(board() + guest({ irqs: 'irqs = [ 99 ]', iomem: '' }) + fragment()).tables[0])).toEqual(['domd | /ethernet@fe100000 | iommu@2b400000 | 0x8 |  |  |  | ']);
  });

  it('list devices that use grants', () => {
    const { tables } = page(PROJECT + board() + guest({ more: 'virtio = [ "type=virtio,device22,transport=mmio,backend=driver" ]' }) + fragment());
    expect(said(tables[2])).toEqual(['domd | virtio,device22 | driver | ']);
  });

  it('say which partial tree is nobody\'s', () => {
    const system = systemIn(board() + guest() + fragment());
    const stray = system.domains.flatMap((domain) => domain.fragment ?? []);
    expect(stray).toHaveLength(1);
    const { facts } = ownershipTables({ ...system, loose: stray }, { label: (file) => file, place: () => null });
    expect(facts).toEqual(['domd.dts belongs to no domain']);
  });

  it('say what to do where there is nothing', () => {
    const { tables } = page(board());
    expect(tables.map(({ rows, empty }) => [rows.length, empty.length > 20])).toEqual([[0, true], [0, true]]);
  });
});
