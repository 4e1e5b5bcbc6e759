import { describe, expect, it } from 'vitest';
import { TOPOLOGY } from '../../../../client/views/model/topology.ts';
import type { System } from '../../../../model/platform/guests/types.ts';
import { topology, type Topology } from '../../../../server/features/views/topology.ts';
import { BOARD } from '../../boards.ts';
import { fixture, type Fixture } from '../../check.ts';

function picture(text: string, system?: System): { found: Topology; board: Fixture } {
  const board = fixture(text);
  const found = topology(board.board.platform, { name: 'board.dts', system, place: ({ file, start }) => ({ uri: file, line: (board.files[file] ?? '').slice(0, start).split('\n').length }) });
  return { found, board };
}

const unprotected = (text: string): string[] => picture(`/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>;\n${text}\n};`).found.devices
  .flatMap(({ name, unprotected: why, enabled }) => (why === null ? [] : [`${name}: ${why}${enabled ? '' : ' (disabled)'}`]));

const SMMU = 's: s { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };';

describe('the topology of a board', () => {
  const { found } = picture(BOARD);

  it('is what the editor takes', () => expect(TOPOLOGY(JSON.parse(JSON.stringify(found)))).toBe(true));

  it('has every device with its streams, who shares them, and their lines', () => {
    expect(found.iommus).toEqual([{ id: '/iommu@5000000', name: 'smmu', kind: 'Arm SMMUv3', enabled: true, place: { uri: '/soc.dtsi', line: 21 } }]);
    expect(found.devices.map(({ name, enabled, streams }) => `${name}${enabled ? '' : ' off'}: ${streams.map((stream) => [stream.text, stream.detail, stream.conflict ?? ''].filter((part) => part !== '').join(', ')).join('; ')}`)).toEqual([
      'uart: 0x101, written as SID_UART',
      'dma@9010000: 0x100, written as SID_DMA; 0x20, also used by crypto',
      'crypto: 0x20, also used by dma@9010000',
      'pcie: 0x10000 to 0x1ffff, RequesterID 00:00.0-ff:1f.7',
    ]);
    expect(found.devices[0]?.streams[0]?.place).toEqual({ uri: '/soc.dtsi', line: 33 });
    expect(found.devices[0]?.place?.line).toBe(27);
  });

  it.each<[string, string, readonly string[]]>([
    ['a device of a kind that needs DMA', `${SMMU} ethernet@1000 { reg = <0x1000 0x10>; };`, ['ethernet@1000: has no iommus']],
    ['one that is disabled', `${SMMU} usb@1000 { reg = <0x1000 0x10>; status = "disabled"; };`, ['usb@1000: has no iommus (disabled)']],
    ['below a disabled bus', `${SMMU} b { status = "disabled"; ranges; #address-cells = <1>; #size-cells = <1>; mmc@1 { reg = <1 1>; }; };`, ['mmc@1: has no iommus (disabled)']],
    ['coherent DMA', `${SMMU} x { dma-coherent; };`, ['x: does coherent DMA, has no iommus']],
    ['a PCI host without a map', `${SMMU} pcie@0 { device_type = "pci"; reg = <0 1>; };`, ['pcie@0: PCI host without iommu-map']],
    ['an IOMMU that is disabled', 's: s { compatible = "arm,smmu-v3"; #iommu-cells = <1>; status = "disabled"; }; a { iommus = <&s 1>; };', ['a: s is disabled']],
    ['an entry that leads nowhere', `${SMMU} a { iommus = <77 1>; };`, ['a: no node has this phandle']],
    ['a board without an IOMMU', 'ethernet@1000 { reg = <0x1000 0x10>; };', []],
    ['a device behind its IOMMU', `${SMMU} ethernet@1000 { reg = <0x1000 0x10>; iommus = <&s 1>; dma-coherent; };`, []],
    ['the SMMU itself, a bus and an interrupt controller', `${SMMU.replace('{ ', '{ dma-coherent; ')} bus { ranges; dma-coherent; }; gic { interrupt-controller; dma-coherent; };`, []],
    ['a name on a bus that is not memory', `${SMMU} mdio { #address-cells = <1>; #size-cells = <0>; ethernet@1 { reg = <1>; }; };`, []],
    ['what is below a PCI host with a map', `${SMMU} pcie@0 { device_type = "pci"; iommu-map = <0 &s 0 1>; usb@0 { dma-coherent; }; };`, []],
  ])('marks %s', (_, text, expected) => expect(unprotected(text)).toEqual(expected));
});
