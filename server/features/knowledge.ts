/**
 * What the features know of device-tree properties beyond the user's files: which are lists of
 * references and whose `#...-cells` they follow, what common properties say, and which values a
 * property has. Facts of the Devicetree Specification and the kernel's generic bindings; vendors'
 * bindings are not modelled.
 */
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import { stringsOf } from '../../model/platform/values.ts';

/** Lists of references: property to the provider's cell count; `''` where no arguments follow. */
const PROVIDER_CELLS: ReadonlyMap<string, string> = new Map([
  ['iommus', '#iommu-cells'], ['clocks', '#clock-cells'], ['assigned-clocks', '#clock-cells'], ['assigned-clock-parents', '#clock-cells'],
  ['resets', '#reset-cells'], ['power-domains', '#power-domain-cells'], ['phys', '#phy-cells'], ['dmas', '#dma-cells'],
  ['interrupts-extended', '#interrupt-cells'], ['msi-parent', '#msi-cells'], ['mboxes', '#mbox-cells'], ['pwms', '#pwm-cells'],
  ['thermal-sensors', '#thermal-sensor-cells'], ['cooling-device', '#cooling-cells'], ['interconnects', '#interconnect-cells'],
  ['sound-dai', '#sound-dai-cells'], ['io-channels', '#io-channel-cells'], ['hwlocks', '#hwlock-cells'], ['mux-controls', '#mux-control-cells'],
  ['nvmem-cells', '#nvmem-cell-cells'], ['access-controllers', '#access-controller-cells'], ['performance-domains', '#performance-domain-cells'],
  ['gpios', '#gpio-cells'], ['reset-gpios', '#gpio-cells'],
]);

/** References without arguments. */
const PLAIN_REFERENCES = new Set([
  'interrupt-parent', 'memory-region', 'operating-points-v2', 'next-level-cache', 'cpu-idle-states', 'phy-handle', 'remote-endpoint',
  'interrupt-affinity', 'cpu', 'iommu-addresses', 'msi-controller', 'clock-parents', 'nvmem', 'syscon', 'cpus', 'trip', 'required-opps',
]);

/** The provider's property that says how many cells follow a reference in `property`; '' for none, undefined where it is no such list. */
export function providerCells(property: string): string | undefined {
  const known = PROVIDER_CELLS.get(property);
  if (known !== undefined) return known;
  if (property.endsWith('-gpios') || property.endsWith('-gpio')) return '#gpio-cells';
  if (PLAIN_REFERENCES.has(property) || property.endsWith('-supply') || /^pinctrl-\d+$/.test(property)) return '';
  return undefined;
}

const ARGUMENT_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['#clock-cells', ['clock id']], ['#reset-cells', ['reset id']], ['#power-domain-cells', ['power domain id']],
  ['#gpio-cells', ['line', 'flags']], ['#pwm-cells', ['channel', 'period in ns', 'flags']], ['#phy-cells', ['PHY type or index']],
  ['#dma-cells', ['channel or request']], ['#mbox-cells', ['channel']], ['#msi-cells', ['DeviceID']],
  ['#thermal-sensor-cells', ['sensor']], ['#cooling-cells', ['lowest state', 'highest state']], ['#interconnect-cells', ['endpoint id', 'tag']],
  ['#sound-dai-cells', ['DAI']], ['#io-channel-cells', ['channel']], ['#hwlock-cells', ['lock']], ['#mux-control-cells', ['control']],
]);

const GIC_CELLS = ['type (0 SPI, 1 PPI)', 'number', 'flags (1 rising, 2 falling, 4 high, 8 low)', 'phandle of the PPI partition'];

/** What the arguments after a reference are called, where that is common knowledge. */
export function argumentNames(cells: string, count: number, provider: DtNode): readonly string[] {
  if (cells !== '#interrupt-cells') return ARGUMENT_NAMES.get(cells) ?? [];
  const isGic = stringsOf(provider.properties.get('compatible')).some((name) => /gic/.test(name));
  if (isGic && count >= 3) return GIC_CELLS;
  return count === 2 ? ['interrupt', 'flags'] : count === 1 ? ['interrupt'] : [];
}

/** One line about each common property, for hover and completion. */
export const PROPERTY_NOTES: ReadonlyMap<string, string> = new Map([
  ['compatible', 'Programming models of the device, most specific first; drivers match on it.'],
  ['model', 'The name of the board.'],
  ['status', '`okay`, or `disabled` where the device is not to be used.'],
  ['reg', 'Addresses and sizes of the device on its parent bus.'],
  ['ranges', 'How addresses of this bus translate to the parent bus; empty for one to one.'],
  ['dma-ranges', 'How addresses that devices on this bus issue translate to the parent bus.'],
  ['dma-coherent', 'DMA of this device is coherent with the CPU caches.'],
  ['interrupts', 'The interrupts that the device raises, as the interrupt parent counts them.'],
  ['interrupts-extended', 'Interrupts with their controllers.'],
  ['interrupt-names', 'A name for each interrupt.'],
  ['interrupt-parent', 'The controller that `interrupts` of this node and those below it refer to.'],
  ['interrupt-map', 'Routes interrupts of this bus to controllers.'],
  ['iommus', 'The IOMMUs that translate this device\'s DMA, each with the StreamIDs that the device uses.'],
  ['iommu-map', 'Maps PCI RequesterIDs to StreamIDs: RID base, IOMMU, StreamID base, length.'],
  ['iommu-map-mask', 'Applied to a RequesterID before `iommu-map` looks it up.'],
  ['msi-map', 'Maps PCI RequesterIDs to MSI DeviceIDs: RID base, MSI controller, DeviceID base, length.'],
  ['msi-map-mask', 'Applied to a RequesterID before `msi-map` looks it up.'],
  ['msi-parent', 'The MSI controller of the device, with its DeviceID.'],
  ['memory-region', 'Reserved memory that the device uses.'],
  ['iommu-addresses', 'Device addresses that are reserved or mapped one to one for the device it names.'],
  ['stream-match-mask', 'StreamID bits that every stream of this SMMUv2 ignores.'],
  ['#iommu-cells', 'How many cells follow a reference to this IOMMU in `iommus`.'],
  ['#address-cells', 'How many cells an address in `reg` of the children has.'],
  ['#size-cells', 'How many cells a size in `reg` of the children has.'],
  ['#interrupt-cells', 'How many cells describe one interrupt of this controller.'],
  ['#clock-cells', 'How many cells follow a reference to this clock provider.'],
  ['#reset-cells', 'How many cells follow a reference to this reset provider.'],
  ['#gpio-cells', 'How many cells follow a reference to this GPIO controller.'],
  ['#msi-cells', 'How many cells follow a reference to this MSI controller.'],
  ['interrupt-controller', 'This node is an interrupt controller.'],
  ['gpio-controller', 'This node is a GPIO controller.'],
  ['msi-controller', 'This node receives message-signalled interrupts.'],
  ['clocks', 'The clocks that the device needs.'],
  ['clock-names', 'A name for each clock.'],
  ['resets', 'The resets of the device.'],
  ['reset-names', 'A name for each reset.'],
  ['power-domains', 'The power domains that the device lies in.'],
  ['phandle', 'The number that references to this node become; dtc assigns it.'],
  ['device_type', 'Only for `cpu`, `memory` and `pci`.'],
  ['reg-names', 'A name for each region of `reg`.'],
  ['bus-range', 'First and last PCI bus number below this bridge.'],
  ['xen,passthrough', 'Xen leaves this device alone, to be given to a guest.'],
]);

/** Values that a string property is chosen from. */
export const STRING_VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ['status', ['okay', 'disabled', 'reserved', 'fail']],
  ['device_type', ['cpu', 'memory', 'pci']],
  ['enable-method', ['psci', 'spin-table']],
  ['phy-mode', ['rgmii', 'rgmii-id', 'rgmii-rxid', 'rgmii-txid', 'sgmii', 'rmii', 'mii', 'usxgmii', '10gbase-r', '2500base-x', '1000base-x']],
  ['dr_mode', ['host', 'peripheral', 'otg']],
]);

/** What each of the language's keywords does. */
export const KEYWORD_NOTES: ReadonlyMap<string, string> = new Map([
  ['/dts-v1/', 'The version of the language; stands first in every source.'],
  ['/plugin/', 'This source is an overlay: it may refer to labels of a tree that it is applied to.'],
  ['/include/', 'Includes another file, without the preprocessor.'],
  ['/memreserve/', 'Memory that the kernel must not use: address and size.'],
  ['/bits/', 'The width of the elements of the next `<...>`: 8, 16, 32 or 64.'],
  ['/delete-node/', 'Removes a node that an earlier statement made.'],
  ['/delete-property/', 'Removes a property that an earlier statement set.'],
  ['/omit-if-no-ref/', 'The node is left out unless something refers to it.'],
  ['/incbin/', 'The bytes of a file, or a part of it.'],
]);
