import { describe, expect, it } from 'vitest';
import { cellEntries, entryOf, providerRoles } from '../../../server/features/cellLayout.ts';
import { argumentNames, providerCells } from '../../../server/features/knowledge.ts';
import { fixture } from '../check.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <2>; #size-cells = <1>;
	gic: gic { compatible = "arm,gic-v3"; #interrupt-cells = <3>; #address-cells = <0>; interrupt-controller; };
	its: its { #msi-cells = <1>; msi-controller; };
	gpio: gpio { #gpio-cells = <2>; };
	clk: clk { #clock-cells = <1>; };
	osc: osc { #clock-cells = <0>; };
	smmu: smmu { compatible = "arm,mmu-500"; #iommu-cells = <2>; };
	odd: odd { #clock-cells = <1000000>; };
	bus {
		#address-cells = <1>; #size-cells = <1>; ranges = <0 0 1 0x100>;
		dev { PROPERTY };
	};
};`;

/** The entries of a property of `/bus/dev`, each as the names of its parts. */
function layout(property: string): string[] {
  const { board } = fixture(BOARD.replace('PROPERTY', `interrupt-parent = <&gic>; ${property}`));
  const name = property.split(' ')[0] ?? '';
  const found = board.tree.byPath(name === 'ranges' ? '/bus' : '/bus/dev')?.properties.get(name);
  return found === undefined ? [] : cellEntries(found).map((entry) => entry.roles.map((part) => part.name).join(', '));
}

describe('the meaning of cells', () => {
  it.each<[string, readonly string[]]>([
    ['reg = <0x10 0x20>, <0x30 0x40>;', ['address, size', 'address, size']],
    ['ranges', ['address on this bus, address on the parent bus, high half, address on the parent bus, low half, size']],
    ['clocks = <&clk 1>, <&osc>, <&clk 2>;', ['phandle, clock id', 'phandle', 'phandle, clock id']],
    ['iommus = <&smmu 1 2>;', ['phandle, StreamID, SMR mask: StreamID bits to ignore']],
    ['reset-gpios = <&gpio 3 0>;', ['phandle, line, flags']],
    ['vdd-supply = <&osc>;', ['phandle']],
    ['interrupts = <0 1 4 0 2 4>;', ['type (0 SPI, 1 PPI), number, flags (1 rising, 2 falling, 4 high, 8 low)', 'type (0 SPI, 1 PPI), number, flags (1 rising, 2 falling, 4 high, 8 low)']],
    ['msi-map = <0 &its 0x100 0x100>;', ['first RequesterID (bus << 8 | device << 3 | function), phandle, first MSI DeviceID, how many RequesterIDs']],
    ['iommu-map-mask = <0xff>;', ['mask that is applied to a RequesterID before iommu-map']],
    ['bus-range = <0 0xff>;', ['first bus number', 'last bus number']],
    ['interrupts-extended = <&gic 0 1 4>;', ['phandle, type (0 SPI, 1 PPI), number, flags (1 rising, 2 falling, 4 high, 8 low)']],
    ['clocks = <&nobody 1>;', ['phandle', 'phandle']],
    ['vendor,data = <1 2>;', []],
  ])('%s', (property, expected) => {
    expect(layout(property)).toEqual(expected);
  });

  it('is not believed without end', () => {
    expect(layout('clocks = <&odd 1>;')[0]?.split(', ')).toHaveLength(65);
  });

  it('is asked by the index of a cell', () => {
    const entries = [{ first: 0, roles: [{ name: 'a', because: undefined }, { name: 'b', because: undefined }], provider: undefined }, { first: 2, roles: [], provider: undefined }];
    expect([0, 1, 2, 3].map((index) => entryOf(entries, index)?.first)).toEqual([0, 0, 2, undefined]);
  });

  it('is known of a provider before anything is typed', () => {
    const { board } = fixture(BOARD.replace('PROPERTY', ''));
    const smmu = board.tree.labels.get('smmu')!;
    expect(providerRoles('iommus', smmu).map((part) => part.because)).toEqual([undefined, '#iommu-cells = 2', '#iommu-cells = 2']);
  });

  it.each([['cs-gpios', '#gpio-cells'], ['vdd-supply', ''], ['pinctrl-0', ''], ['clocks', '#clock-cells'], ['clock-names', undefined]])('%s is a list by %s', (property, cells) => {
    expect(providerCells(property)).toBe(cells);
  });

  it('has names for arguments that everybody shares', () => {
    const { board } = fixture(BOARD.replace('PROPERTY', ''));
    expect(argumentNames('#pwm-cells', 3, board.tree.root)).toEqual(['channel', 'period in ns', 'flags']);
    expect(argumentNames('#interrupt-cells', 2, board.tree.root)).toEqual(['interrupt', 'flags']);
    expect(argumentNames('#vendor-cells', 2, board.tree.root)).toEqual([]);
  });
});
