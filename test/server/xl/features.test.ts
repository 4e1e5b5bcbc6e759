import { describe, expect, it } from 'vitest';
import { board, fragment, guest } from '../../../model/platform/guests/rules/examples.ts';
import { nodePath } from '../../../model/devicetree/tree/values.ts';
import type { System } from '../../../model/platform/guests/types.ts';
import { guestOf } from '../../../model/xl/guestConfig.ts';
import { parseXl } from '../../../model/xl/parser.ts';
import { applyEdits } from '../../../server/features/formatting.ts';
import { xlCompletion } from '../../../server/features/xl/completion.ts';
import type { XlDocument } from '../../../server/features/xl/document.ts';
import { xlFormatEdits } from '../../../server/features/xl/formatting.ts';
import { xlHover } from '../../../server/features/xl/hover.ts';
import { ownerLenses, xlDefinition } from '../../../server/features/xl/navigation.ts';
import { partialTree, passDevice } from '../../../server/features/xl/passDevice.ts';
import { xlSymbols } from '../../../server/features/xl/symbols.ts';
import { allFindings, filesOf, systemIn } from '../../model/platform/guests/systemOf.ts';

/** The guest of a system of files, with the cursor at `$0` in its configuration. */
function at(text: string): { document: XlDocument; offset: number; system: System } {
  const offset = filesOf(text).get('domd.cfg')?.indexOf('$0') ?? -1;
  const system = systemIn(text.replace('$0', ''));
  const config = system.domains.find((domain) => domain.name === 'domd')?.config;
  if (config === undefined) throw new Error('no domd');
  return { document: { guest: config, system }, offset, system };
}

function alone(text: string): { document: XlDocument; offset: number } {
  const offset = text.indexOf('$0');
  return { document: { guest: guestOf(parseXl('domd.cfg', text.replace('$0', ''))), system: undefined }, offset };
}

const hoverAt = (text: string): string | undefined => {
  const { document, offset } = at(text);
  return xlHover(document, offset)?.markdown;
};

describe('hover', () => {
  it('says what a key means', () => {
    const { document, offset } = alone('mem$0ory = 512\n');
    expect(xlHover(document, offset)?.markdown).toContain('RAM given to the guest at start');
  });

  it('says that xl ignores an unknown key', () => {
    const { document, offset } = alone('memry$0 = 512\n');
    expect(xlHover(document, offset)?.markdown).toContain('xl ignores it');
  });

  it.each([
    ['an interrupt', guest({ irqs: 'irqs = [ 1$012 ]' }), ['SPI 80', '/ethernet@fe100000']],
    ['a range of pages', guest({ iomem: 'iomem = [ "0xfe1$000,1@8000" ]' }), ['0xfe100000..0xfe100fff', '0x8000000', '/ethernet@fe100000']],
    ['a device', guest({ dtdev: 'dtdev = [ "/ether$0net@fe100000" ]' }), ['StreamID `0x8` (8)', '/iommu@2b400000', 'SPI 80']],
    ['a device that is not there', guest({ dtdev: 'dtdev = [ "/ether$0net" , "/x" ]' }), ['StreamID']],
  ])('says what %s is', (_what, config, words) => {
    const markdown = hoverAt(board() + config + fragment());
    for (const word of words) expect(markdown).toContain(word);
  });

  it('gives the virtual StreamID of a guest with a virtual SMMU', () => {
    const eth = 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; iommus = <0x1 0x8>;';
    const markdown = hoverAt(board() + guest({ dtdev: 'dtdev = [ "/ethernet@fe100000$0" ]', more: '# vsmmu: dialect=viommu-v3\nviommu = "smmuv3"\n' }) + fragment({ eth }));
    expect(markdown).toContain("the guest's StreamID `0x0`");
  });
});

describe('completion', () => {
  const labels = (text: string): string[] => {
    const { document, offset } = at(text);
    const { items } = xlCompletion(document, offset) ?? { items: [] };
    return items.toSorted((a, b) => (a.rank ?? 5) - (b.rank ?? 5)).map((item) => item.label);
  };

  it('offers keys at the start of a line', () => {
    const { document, offset } = alone('name = "x"\ndt$0\n');
    const found = xlCompletion(document, offset);
    expect(found?.items.find((item) => item.label === 'dtdev')?.insert).toBe('dtdev = [ "$0" ]');
    expect(document.guest.syntax.text.slice(found?.start, found?.end)).toBe('dt');
  });

  it('offers the words of an enum with quotes', () => {
    const { document, offset } = alone('gic_version = "$0"\n');
    const found = xlCompletion(document, offset);
    expect(found?.items.map((item) => item.insert)).toEqual(['"default"', '"v2"', '"v3"']);
    expect(document.guest.syntax.text.slice(found?.start, found?.end)).toBe('""');
  });

  it('offers host paths, free ones first', () => {
    expect(labels(board() + guest({ dtdev: 'dtdev = [ "/ethernet@fe100000", "$0" ]' }) + fragment()))
      .toEqual(['/dma-controller@fe200000', '/ethernet@fe100000']);
  });

  it('offers interrupts and frames that the list lacks', () => {
    expect(labels(board() + guest({ irqs: 'irqs = [ $0 ]' }) + fragment())).toEqual(['112']);
    expect(labels(board() + guest({ irqs: 'irqs = [ 112, $0 ]' }) + fragment())).toEqual([]);
    expect(labels(board() + guest({ iomem: 'iomem = [ "$0" ]' }) + fragment())).toEqual(['0xfe100,1']);
  });

  it('is silent in comments', () => {
    const { document, offset } = alone('# dt$0\nname = "x"\n');
    expect(xlCompletion(document, offset)).toBeUndefined();
  });
});

describe('navigation', () => {
  it('leads from dtdev to the host node', () => {
    const text = board() + guest({ dtdev: 'dtdev = [ "/ethernet@fe1$000000" ]' }) + fragment();
    const { document, offset } = at(text);
    const [place] = xlDefinition(document, offset);
    expect(filesOf(text).get(place?.file ?? '')?.slice(place?.start, place?.end)).toBe('ethernet@fe100000');
  });

  it('leads from device_tree to the partial tree that it means', () => {
    const text = board() + guest({ deviceTree: 'device_tree = "/boot/do$0md.dtb"' }) + fragment();
    const { document, offset } = at(text);
    const [place] = xlDefinition(document, offset);
    expect([place?.file, filesOf(text).get(place?.file ?? '')?.slice(place?.start, place?.end)]).toEqual(['domd.dts', 'passthrough']);
  });

  it('names the guest above the host node', () => {
    const system = systemIn(board() + guest() + fragment());
    expect(ownerLenses(system, 'board.dts').map((lens) => lens.title)).toEqual(['domd · xl · dtdev']);
  });
});

describe('passing a device', () => {
  it('writes every file so that no rule complains', () => {
    const text = board() + guest() + fragment();
    const system = systemIn(text);
    const node = system.host?.tree.byPath('/dma-controller@fe200000');
    const [action] = node === undefined ? [] : passDevice(system, node);
    expect(action?.title).toBe('Pass dma-controller@fe200000 to domd');
    const files = filesOf(text);
    for (const edit of [...(action?.edits ?? [])].reverse()) {
      const source = files.get(edit.range.file) ?? '';
      files.set(edit.range.file, source.slice(0, edit.range.start) + edit.text + source.slice(edit.range.end));
    }
    const after = systemIn([...files].map(([name, source]) => `--- ${name}\n${source}`).join(''));
    const domd = after.domains.find((domain) => domain.name === 'domd');
    expect(domd?.devices.map((device) => device.node && nodePath(device.node))).toEqual(['/ethernet@fe100000', '/dma-controller@fe200000']);
    expect(domd?.devices[1]?.part?.name).toBe('dma-controller@fe200000');
    expect(allFindings(after)).toEqual([]);
  });

  it('writes a whole partial tree', () => {
    const { host, domains } = systemIn(board() + guest({ deviceTree: 'device_tree = "new.dtb"' }));
    const node = host?.tree.byPath('/ethernet@fe100000');
    if (host === undefined || node === undefined || domains[1] === undefined) throw new Error('no host');
    const made = partialTree(host, [node], domains[1]);
    expect(allFindings(systemIn(board() + guest() + `--- domd.dts\n${made}`))).toEqual([]);
  });
});

describe('outline and formatting', () => {
  it('lists statements and items', () => {
    const { document } = alone('irqs = [ 112, 113 ]$0\nname = "d"\n');
    expect(xlSymbols(document).map((symbol) => [symbol.name, symbol.detail, symbol.children.map((child) => child.name)]))
      .toEqual([['irqs', '2 items', ['112', '113']], ['name', '"d"', []]]);
  });

  it.each([
    ['a="x"\n', 'a = "x"\n'],
    ['a=[1,2]\n', 'a = [ 1, 2 ]\n'],
    ['a=[]\n', 'a = [ ]\n'],
    ['a=[\n1,\n  2]\n', 'a = [\n    1,\n    2,\n]\n'],
    ['a=[ # why\n1]\n', 'a = [ # why\n1]\n'],
    ['a+=[[1,2],\n3]\n', 'a += [\n    [ 1, 2 ],\n    3,\n]\n'],
    ['a=x\n', 'a=x\n'],
  ])('formats %j', (before, after) => {
    const { document } = alone(`${before}$0`);
    const formatted = applyEdits(before, xlFormatEdits(document));
    expect(formatted).toBe(after);
    const again = { guest: guestOf(parseXl('x', formatted)), system: undefined };
    expect(xlFormatEdits(again)).toEqual([]);
  });
});
