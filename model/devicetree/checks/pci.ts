/**
 * dtc's checks of PCI host bridges and of the devices below them. A bridge is a node whose
 * `device_type` is `pci`. Only what dtc checks: maps of interrupts and StreamIDs are elsewhere.
 */
import type { DtNode, DtProperty } from '../tree/tree.ts';
import { isPciBus } from './buses.ts';
import { defineCheck, type DtcCheck, type Findings } from './check.ts';
import { renameUnit, setCell } from './fixes.ts';
import { baseName, type CheckTree, unitAddress } from './view.ts';

const BINDING = ['IEEE 1275 PCI Bus Binding 2.1, section 2.2'];

function bridge(name: string, extra: string): string {
  return `/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n\t${name}@10000000 {\n\t\tdevice_type = "pci";\n`
    + '\t\treg = <0x0 0x10000000 0x0 0x1000000>;\n\t\t#address-cells = <3>;\n\t\t#size-cells = <2>;\n'
    + `\t\tranges = <0x02000000 0x0 0x40000000 0x0 0x40000000 0x0 0x10000000>;\n${extra}\t};\n};`;
}

function* busRange(property: DtProperty, tree: CheckTree): Findings {
  const { node } = property;
  const [first, last] = tree.cells(property);
  if (tree.bytes(property) !== 8 || first === undefined || last === undefined) {
    yield { node, property, message: '"bus-range" is not two cells', advice: 'Write the first and the last bus number' };
    return;
  }
  if (first.value > last.value) yield { node, property, span: first.span, message: `"bus-range" starts at ${first.value} and ends before it, at ${last.value}`, advice: 'Write the lower bus number first' };
  if (last.value > 0xff) yield { node, property, span: last.span, message: `Bus number ${last.value} does not exist`, advice: 'Bus numbers end at 255' };
}

/** `pci_bridge`. */
export const pciBridge: DtcCheck = defineCheck({
  name: 'pci_bridge',
  usage: 'warning',
  title: 'A PCI host bridge is not described as one',
  explanation: 'A node with `device_type = "pci"` is named `pci` or `pcie`, has three address cells and two size cells, `ranges` for its windows, and a `bus-range` of two cells between 0 and 255. Linux does not probe a host bridge without windows, and misreads them with other cell counts.',
  remedy: 'Complete the node as the binding of the bridge says.',
  bad: bridge('host', ''),
  good: bridge('pcie', '\t\tbus-range = <0x0 0xff>;\n'),
  sources: BINDING,
}, function* find(tree) {
  for (const { node } of tree.properties('device_type')) {
    if (tree.tick()) yield;
    const type = node.properties.get('device_type');
    if (type === undefined || tree.strings(type)?.[0] !== 'pci') continue;
    if (baseName(node) !== 'pci' && baseName(node) !== 'pcie') yield { node, message: 'A PCI bridge is named "pci" or "pcie"', advice: 'Rename the node' };
    if (!node.properties.has('ranges')) yield { node, message: 'A PCI bridge has "ranges" for its windows', advice: 'Add "ranges", or remove device_type from a node that is no bridge' };
    if (tree.addressCells(node) !== 3) yield { node, property: node.properties.get('#address-cells'), message: `A PCI bridge has 3 address cells, not ${tree.addressCells(node)}`, advice: 'Write #address-cells = <3>;', fix: setCell(node.properties.get('#address-cells'), 3, tree) };
    if (tree.sizeCells(node) !== 2) yield { node, property: node.properties.get('#size-cells'), message: `A PCI bridge has 2 size cells, not ${tree.sizeCells(node)}`, advice: 'Write #size-cells = <2>;', fix: setCell(node.properties.get('#size-cells'), 2, tree) };
    const range = node.properties.get('bus-range');
    if (range !== undefined) yield* busRange(range, tree);
  }
});

/** A device below a PCI bridge, with the first three cells of its `reg`. */
interface PciDevice { readonly node: DtNode; readonly parent: DtNode; readonly reg: DtProperty; readonly address: readonly [number, number, number] }

function* pciDevices(tree: CheckTree): Iterable<PciDevice> {
  for (const { node: parent } of tree.properties('device_type')) {
    if (!isPciBus(parent, tree)) continue;
    for (const node of parent.children.values()) {
      const reg = node.properties.get('reg');
      const [high, middle, low] = reg === undefined ? [] : tree.cells(reg);
      if (reg === undefined || high === undefined || middle === undefined || low === undefined) continue;
      yield { node, parent, reg, address: [high.value, middle.value, low.value] };
    }
  }
}

/** `pci_device_reg`. */
export const pciDeviceReg: DtcCheck = defineCheck({
  name: 'pci_device_reg',
  usage: 'warning',
  title: 'The `reg` of a PCI device is not its place in configuration space',
  explanation: 'The first entry of a PCI device\'s `reg` says bus, device and function in the high cell and nothing else; the other two address cells are 0. The unit address is the device number, with `,function` unless that is 0. Linux attaches the node to the device of this number, so with a wrong one it is attached to another device or to none.',
  remedy: 'Write `<(device << 11 | function << 8) 0 0 0 0>` and name the node after it.',
  bad: bridge('pcie', '\t\tnet@2,0 {\n\t\t\treg = <0x800 0x0 0x0 0x0 0x0>;\n\t\t};\n'),
  good: bridge('pcie', '\t\tnet@1 {\n\t\t\treg = <0x800 0x0 0x0 0x0 0x0>;\n\t\t};\n'),
  sources: BINDING,
}, function* find(tree) {
  for (const { node, reg, address: [high, middle, low] } of pciDevices(tree)) {
    const at = { node, property: reg };
    if (middle !== 0 || low !== 0) yield { ...at, message: 'The second and third cell of a PCI device\'s "reg" are 0', advice: 'Put the place in configuration space into the first cell alone' };
    if (high >>> 24 !== 0) yield { ...at, message: 'The first entry of a PCI device\'s "reg" is in configuration space', advice: 'Clear bits 31 to 24 of the first cell' };
    if ((high & 0xff) !== 0) yield { ...at, message: 'The first entry of a PCI device\'s "reg" has register number 0', advice: 'Clear bits 7 to 0 of the first cell' };
    const device = (high >>> 11 & 0x1f).toString(16);
    const func = high >>> 8 & 7;
    const unit = unitAddress(node);
    if (unit === `${device},${func}` || (func === 0 && unit === device)) continue;
    const expected = func === 0 ? device : `${device},${func}`;
    yield { node, message: `The unit address is "${unit}", but "reg" says device ${device}, function ${func}`, advice: `Rename the node to end in "@${expected}"`, related: [{ ...at, message: 'The address' }], fix: renameUnit(node, expected) };
  }
});

/** `pci_device_bus_num`. */
export const pciDeviceBusNum: DtcCheck = defineCheck({
  name: 'pci_device_bus_num',
  usage: 'warning',
  title: 'A PCI device is on a bus that its bridge does not have',
  explanation: 'The bus number in a PCI device\'s `reg` must be within the `bus-range` of the bridge above; without `bus-range` only bus 0 is there.',
  remedy: 'Correct the bus number, which is usually 0 in the node of a device, or `bus-range`.',
  bad: bridge('pcie', '\t\tbus-range = <0x0 0x0>;\n\t\tnet@1 {\n\t\t\treg = <0x10800 0x0 0x0 0x0 0x0>;\n\t\t};\n'),
  good: bridge('pcie', '\t\tbus-range = <0x0 0xff>;\n\t\tnet@1 {\n\t\t\treg = <0x10800 0x0 0x0 0x0 0x0>;\n\t\t};\n'),
  sources: BINDING,
}, function* find(tree) {
  for (const { node, parent, reg, address: [high] } of pciDevices(tree)) {
    const range = parent.properties.get('bus-range');
    const [first, last] = range === undefined ? [] : tree.cells(range);
    const bus = high >>> 16 & 0xff;
    const low = first?.value ?? 0;
    const top = last?.value ?? 0;
    if (bus >= low && bus <= top) continue;
    yield { node, property: reg, message: `Bus ${bus} is not among the bridge's buses ${low} to ${top}`, advice: 'Correct the bus number in "reg", or the bridge\'s "bus-range"' };
  }
});
