/** References across a host tree, guests' configurations and partial trees, from each to all. */
import { describe, expect, it } from 'vitest';
import { board, domU, domUFragment, fragment, guest } from '../../../model/platform/guests/rules/examples.ts';
import type { System } from '../../../model/platform/guests/types.ts';
import type { SourceRange } from '../../../model/problem.ts';
import { type GuestTarget, guestUses, referencesTo, targetInConfig, targetInPartial } from '../../../server/features/xl/references.ts';
import { filesOf, systemIn } from '../../model/platform/guests/systemOf.ts';

const USE = '\n\taliases { ethernet0 = &eth; };\n\tthermal { device = <&eth>; };';
const HOST = board({ chosen: domU() }).replace('\n\tgic:', `${USE}\n\tgic:`);
const SERVED = guest({ dtdev: '', irqs: '', iomem: '', deviceTree: '', more: 'virtio = [ "type=virtio,device22,transport=mmio,backend=domd" ]\nvif = [ "backend=domd" ]\n' }, 'doma');
const FILES = HOST + guest() + fragment() + domUFragment() + SERVED;

interface Found { readonly system: System; readonly target: GuestTarget | undefined; readonly texts: (ranges: readonly SourceRange[]) => string[] }

/** What stands at `needle` of a file, `into` characters behind its beginning. */
function at(file: string, needle: string, into = 2): Found {
  const files = filesOf(FILES);
  const offset = (files.get(file)?.indexOf(needle) ?? -1) + into;
  const system = systemIn(FILES);
  const config = system.domains.find((domain) => domain.config?.syntax.path === file)?.config;
  const target = config === undefined ? targetInPartial(system, file, offset) : targetInConfig({ guest: config, system }, offset);
  return { system, target, texts: (ranges) => ranges.map((range) => `${range.file}: ${files.get(range.file)?.slice(range.start, range.end)}`) };
}

const IN_HOST = ['board.dts: ethernet@fe100000', 'board.dts: &eth', 'board.dts: &eth'];
const IN_GUESTS = [
  'domU1.dts: ethernet@fe100000', 'domd.cfg: "/ethernet@fe100000"', 'domd.dts: ethernet@fe100000', 'domU1.dts: "/ethernet@fe100000"',
];

describe('references', () => {
  it.each([
    ['dtdev', 'domd.cfg', '"/ethernet@fe100000"'],
    ['xen,path', 'domU1.dts', '"/ethernet@fe100000"'],
    ['a node of a partial tree that has xen,path', 'domU1.dts', 'ethernet@fe100000 {'],
    ['a node of a partial tree that dtdev gives', 'domd.dts', 'ethernet@fe100000 {'],
  ])('lead from %s to the host and to every guest', (_what, file, needle) => {
    const { system, target, texts } = at(file, needle);
    if (target === undefined) throw new Error('no target');
    expect(texts(referencesTo(system, target, true)).sort()).toEqual([...IN_HOST, ...IN_GUESTS].sort());
  });

  it('leave the declaration out when it is not asked for', () => {
    const { system, target, texts } = at('domd.cfg', '"/ethernet@fe100000"');
    if (target === undefined) throw new Error('no target');
    expect(texts(referencesTo(system, target, false)).sort()).toEqual([...IN_HOST.slice(1), ...IN_GUESTS].sort());
  });

  it('lead from a host node to its guests, and from one that nobody has to none', () => {
    const { system, texts } = at('domd.cfg', 'name');
    const node = (path: string): SourceRange[] => {
      const found = system.host?.tree.byPath(path);
      return found === undefined ? [] : guestUses(system, found);
    };
    expect(texts(node('/ethernet@fe100000')).sort()).toEqual([...IN_GUESTS].sort());
    expect(node('/dma-controller@fe200000')).toEqual([]);
  });

  it('know the node of a device that iomem moves', () => {
    const moved = fragment().replaceAll('ethernet@fe100000', 'ethernet@8000000').replace('0x0 0xfe100000', '0x0 0x8000000');
    const system = systemIn(board() + guest({ iomem: 'iomem = [ "0xfe100,1@8000" ]' }) + moved);
    const node = system.host?.tree.byPath('/ethernet@fe100000');
    const places = node === undefined ? [] : guestUses(system, node);
    expect(places.map(({ file, start, end }) => filesOf(moved).get(file)?.slice(start, end))).toEqual([undefined, 'ethernet@8000000']);
    const elsewhere = systemIn(board() + guest({ iomem: 'iomem = [ "0xfe100,1@9000" ]' }) + moved);
    const other = elsewhere.host?.tree.byPath('/ethernet@fe100000');
    expect(other === undefined ? [] : guestUses(elsewhere, other)).toHaveLength(1);
  });

  it.each([
    ['device_tree', 'domd.cfg', '"domd.dtb"', ['domd.dts: passthrough', 'domd.cfg: "domd.dtb"']],
    ['/passthrough', 'domd.dts', 'passthrough', ['domd.dts: passthrough', 'domd.cfg: "domd.dtb"']],
    ['/passthrough of a dom0less domain', 'domU1.dts', 'passthrough', ['domU1.dts: passthrough', 'board.dts: module@4a000000']],
    ['a name', 'domd.cfg', '"domd"', ['domd.cfg: "domd"', 'doma.cfg: "type=virtio,device22,transport=mmio,backend=domd"', 'doma.cfg: "backend=domd"']],
    ['a back end', 'doma.cfg', '"backend=domd"', ['domd.cfg: "domd"', 'doma.cfg: "type=virtio,device22,transport=mmio,backend=domd"', 'doma.cfg: "backend=domd"']],
  ])('lead from %s to what belongs to it', (_what, file, needle, wanted) => {
    const { system, target, texts } = at(file, needle);
    if (target === undefined) throw new Error('no target');
    expect(texts(referencesTo(system, target, true))).toEqual(wanted);
    expect(texts(referencesTo(system, target, false))).toEqual(wanted.slice(1));
  });

  it.each([
    ['a number', 'domd.cfg', '512'], ['an interrupt', 'domd.cfg', '112'], ['a key', 'domd.cfg', 'dtdev'], ['a property', 'domd.dts', 'compatible = "vendor'],
    ['another file', 'board.dts', 'eth: ethernet'],
  ])('are not asked for at %s', (_what, file, needle) => expect(at(file, needle).target).toBeUndefined());
});
