/** Numbers in partial device trees: phandles of nodes that are elsewhere, offered and explained. */
import { describe, expect, it } from 'vitest';
import { board, domU, domUFragment, fragment, guest } from '../../../model/platform/guests/rules/examples.ts';
import { VIOMMU_KEYS } from '../../../model/platform/guests/rules/pdIommus.ts';
import { partialCells, partialDefinition, partialHover } from '../../../server/features/xl/partialCells.ts';
import { allFindings, filesOf, systemIn } from '../../model/platform/guests/systemOf.ts';
import { fixture } from '../check.ts';

/** The system, and the partial tree `file` of it with the cursor at `$0`. */
function at(text: string, file: string): { system: ReturnType<typeof systemIn>; board: ReturnType<typeof fixture>['board']; place: { document: ReturnType<typeof fixture>['document']; offset: number } } {
  const { board: own, document, offset } = fixture(`//- ${file}\n${filesOf(text).get(file) ?? ''}`);
  return { system: systemIn(text.replace('$0', '')), board: own, place: { document, offset } };
}

const VSMMU = board() + guest({ more: VIOMMU_KEYS });
const INTERRUPT = 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>;';

function labels(text: string, file = 'domd.dts'): string[] {
  const { system, board: own, place } = at(text, file);
  return (partialCells(system, own, place)?.items ?? []).map((item) => item.label);
}

describe('completion of phandles in a partial tree', () => {
  it.each([
    ['the GIC of a guest of xl', VSMMU + fragment({ eth: 'interrupt-parent = <$0>;' }), ['0xfde8']],
    ['the GIC of an extended interrupt', VSMMU + fragment({ eth: 'interrupts-extended = <$0>;' }), ['0xfde8']],
    ['the host\'s iommus of the device, and its SMMUs', VSMMU + fragment({ eth: `${INTERRUPT} iommus = <$0>;` }), ['0x2 0x8', '0x2', '0x3']],
    ['SMMUs at a second entry', VSMMU + fragment({ eth: `${INTERRUPT} iommus = <0x2 0x8 $0>;` }), ['0x2', '0x3']],
    ['StreamIDs of the device after a phandle', VSMMU + fragment({ eth: `${INTERRUPT} iommus = <0x2 $0>;` }), ['0x8']],
    ['the virtual SMMU in iommu-map', VSMMU + fragment({ eth: `${INTERRUPT} iommu-map = <0x0 $0>;` }), ['0xfdea']],
    ['nothing in the iommus of a guest without a virtual SMMU', board() + guest() + fragment({ eth: `${INTERRUPT} iommus = <$0>;` }), []],
    ['nothing where there is no phandle', VSMMU + fragment({ eth: `${INTERRUPT} iommu-map = <$0>;` }), []],
  ])('offers %s', (_what, text, wanted) => expect(labels(text)).toEqual(wanted));

  it('offers /gic to a dom0less domain that has one, and the number to one that has none', () => {
    const text = (beside: boolean): string => board({ chosen: domU() }) + domUFragment('interrupt-parent = <$0>;').replace(beside ? '\0' : /gic: gic \{[^}]*\};/, '');
    expect(labels(text(true), 'domU1.dts')).toEqual(['&gic']);
    expect(labels(text(false), 'domU1.dts')).toEqual(['0xfde8']);
  });

  it('offers nothing in a reference that is begun, and the GIC where no guest is known', () => {
    const alone = (eth: string): string[] | undefined => {
      const { board: own, document, offset } = fixture(`//- domd.dts\n${filesOf(fragment({ eth })).get('domd.dts') ?? ''}`);
      return partialCells(undefined, own, { document, offset })?.items.map((item) => item.label);
    };
    expect(alone('interrupt-parent = <&$0>;')).toBeUndefined();
    expect(alone('interrupt-parent = <0x$0>;')).toEqual(['0xfde8']);
    expect(alone('iommus = <$0>;')).toBeUndefined();
  });

  it('offers nothing in a board', () => {
    const { system, board: own, place } = at(board({ eth: 'interrupt-parent = <$0>;' }), 'board.dts');
    expect(partialCells(system, own, place)).toBeUndefined();
  });

  it('offers only what no rule complains about', () => {
    const { system, board: own, place } = at(VSMMU + fragment({ eth: `${INTERRUPT} iommus = <$0>;` }), 'domd.dts');
    const [first] = partialCells(system, own, place)?.items ?? [];
    expect(allFindings(systemIn(VSMMU + fragment({ eth: `${INTERRUPT} iommus = <${first?.label ?? ''}>;` })))).toEqual([]);
  });
});

describe('a phandle as a number', () => {
  const hover = (text: string): string | undefined => {
    const { system, board: own, place } = at(text, 'domd.dts');
    return partialHover(system, own, place)?.markdown;
  };

  it.each([
    ['the GIC', 'interrupt-parent = <0xf$0de8>;', 'GUEST_PHANDLE_GIC'],
    ['the grant-DMA IOMMU', 'iommus = <65$0001 0>;', 'GUEST_PHANDLE_IOMMU'],
    ['the virtual SMMU', 'iommu-map = <0 650$002 0 1>;', 'GUEST_PHANDLE_VSMMUV3'],
    ["the host's SMMU", 'iommus = <0x$02 0x8>;', '/iommu@2b400000'],
  ])('is %s', (_what, eth, wanted) => expect(hover(VSMMU + fragment({ eth }))).toContain(wanted));

  it.each([['a StreamID', 'iommus = <0x2 0xf$0de8>;'], ['another property', 'vendor,magic = <0xfd$0e8>;'], ['an unknown number', 'iommus = <0x7$07 0>;']])(
    'is not %s', (_what, eth) => expect(hover(VSMMU + fragment({ eth }))).toBeUndefined());

  it("leads to the host's SMMU", () => {
    const text = VSMMU + fragment({ eth: 'iommus = <0x$02 0x8>;' });
    const { system, board: own, place } = at(text, 'domd.dts');
    const [found] = partialDefinition(system, own, place);
    expect(filesOf(text).get(found?.file ?? '')?.slice(found?.start, found?.end)).toBe('iommu@2b400000');
  });
});
