/** dtc's checks of I2C and SPI buses: their cell counts, and the addresses of the devices on them. */
import type { DtNode, DtProperty } from '../tree/tree.ts';
import { isI2cBus, isSpiBus } from './buses.ts';
import { defineCheck, type DtcCheck, type Finding, type Findings } from './check.ts';
import { renameUnit, setCell } from './fixes.ts';
import { baseName, type CheckTree, unitAddress } from './view.ts';

const OWN_ADDRESS = 0x4000_0000;
const TEN_BIT = 0x8000_0000;

function bus(name: string, device: string, size = 0): string {
  const cells = size === 0 ? '' : ' 0x1';
  return `/ {\n\t${name} {\n\t\t#address-cells = <1>;\n\t\t#size-cells = <${size}>;\n\t\t${device.replace('CELLS', cells)}\n\t};\n};`;
}

function* wrongCounts(node: DtNode, kind: string, tree: CheckTree, address = 1): Findings {
  if (!tree.hadChildren(node)) return;
  const pairs = [['#address-cells', tree.addressCells(node), address], ['#size-cells', tree.sizeCells(node), 0]] as const;
  for (const [name, found, expected] of pairs) {
    if (found === expected) continue;
    const property = node.properties.get(name);
    yield { node, property, message: `${name} of ${kind} is ${expected}, not ${found}`, advice: `Write ${name} = <${expected}>;`, fix: setCell(property, expected, tree) };
  }
}

/** `i2c_bus_bridge`. */
export const i2cBusBridge: DtcCheck = defineCheck({
  name: 'i2c_bus_bridge',
  usage: 'warning',
  title: 'An I2C bus has other cell counts than 1 and 0',
  explanation: 'An address on an I2C bus is one cell, and has no size. With other counts Linux reads a wrong address from `reg` or refuses the device.',
  remedy: 'Write `#address-cells = <1>;` and `#size-cells = <0>;`.',
  bad: bus('i2c', 'rtc@68 {\n\t\t\treg = <0x68CELLS>;\n\t\t};', 1),
  good: bus('i2c', 'rtc@68 {\n\t\t\treg = <0x68CELLS>;\n\t\t};'),
}, function* find(tree) {
  for (const node of tree.nodes) {
    if (tree.tick()) yield;
    if (isI2cBus(node)) yield* wrongCounts(node, 'an I2C bus', tree);
  }
});

/** A device's `reg`, or what is wrong where it has none. */
function regOf(node: DtNode): DtProperty | Finding {
  return node.properties.get('reg') ?? { node, message: 'A device on this bus has a "reg"', advice: 'Add "reg" with its address or chip select' };
}

function* wrongUnit(node: DtNode, expected: string, reg: DtProperty): Findings {
  if (unitAddress(node) === expected) return;
  yield {
    node,
    message: `The unit address is "${unitAddress(node)}", but "reg" says "${expected}"`,
    advice: `Rename the node to end in "@${expected}", or correct "reg"`,
    related: [{ node, property: reg, message: 'The address' }],
    fix: renameUnit(node, expected),
  };
}

function* i2cDevice(node: DtNode, tree: CheckTree): Findings {
  const reg = regOf(node);
  if ('message' in reg) {
    yield reg;
    return;
  }
  for (const [index, cell] of tree.cells(reg).entries()) {
    const address = (cell.value & ~OWN_ADDRESS) >>> 0;
    if (index === 0) yield* wrongUnit(node, address.toString(16), reg);
    const tenBit = address >= TEN_BIT;
    if (address - (tenBit ? TEN_BIT : 0) <= (tenBit ? 0x3ff : 0x7f)) continue;
    yield {
      node,
      property: reg,
      span: cell.span,
      message: `I2C address 0x${address.toString(16)} does not fit in ${tenBit ? 10 : 7} bits`,
      advice: tenBit ? 'Correct the address' : 'Correct the address, or set I2C_TEN_BIT_ADDRESS for a 10-bit one',
    };
  }
}

/** `i2c_bus_reg`. */
export const i2cBusReg: DtcCheck = defineCheck({
  name: 'i2c_bus_reg',
  usage: 'warning',
  title: 'A device on an I2C bus has no valid address, or another one than its name says',
  explanation: 'Each child of an I2C bus has a `reg` with a 7-bit address (or a 10-bit one with `I2C_TEN_BIT_ADDRESS`), and its unit address repeats it. The Linux I2C core drops a device without a valid address.',
  remedy: 'Correct `reg` or the unit address. An 8-bit address from a data sheet must be halved.',
  bad: bus('i2c', 'rtc@d0 {\n\t\t\treg = <0xd0>;\n\t\t};'),
  good: bus('i2c', 'rtc@68 {\n\t\t\treg = <0x68>;\n\t\t};'),
}, function* find(tree) {
  for (const node of tree.nodes) {
    if (tree.tick()) yield;
    if (!isI2cBus(node)) continue;
    for (const child of node.children.values()) {
      if (tree.tick()) yield;
      yield* i2cDevice(child, tree);
    }
  }
});

/** `spi_bus_bridge`. */
export const spiBusBridge: DtcCheck = defineCheck({
  name: 'spi_bus_bridge',
  usage: 'warning',
  title: 'An SPI bus has another name than `spi`, or other cell counts than 1 and 0',
  explanation: 'A chip select on an SPI bus is one cell, and has no size; with `spi-slave` there is no chip select and no address cell. A controller with `reg` and children that have `spi-` properties is taken for an SPI bus and should be named `spi`.',
  remedy: 'Rename the node, or write `#address-cells = <1>;` and `#size-cells = <0>;`.',
  bad: bus('spi', 'flash@0 {\n\t\t\treg = <0x0CELLS>;\n\t\t};', 1),
  good: bus('spi', 'flash@0 {\n\t\t\treg = <0x0CELLS>;\n\t\t};'),
}, function* find(tree) {
  for (const node of tree.nodes) {
    if (tree.tick()) yield;
    if (!isSpiBus(node, tree)) continue;
    if (baseName(node) !== 'spi' && node.properties.has('reg')) yield { node, message: 'An SPI bus is named "spi"', advice: 'Rename the node' };
    yield* wrongCounts(node, 'an SPI bus', tree, node.properties.has('spi-slave') ? 0 : 1);
  }
});

/** `spi_bus_reg`. */
export const spiBusReg: DtcCheck = defineCheck({
  name: 'spi_bus_reg',
  usage: 'warning',
  title: 'A device on an SPI bus has no chip select, or another one than its name says',
  explanation: 'Each child of an SPI bus has a `reg` with its chip select, and its unit address repeats it. Linux does not create a device without one.',
  remedy: 'Correct `reg` or the unit address.',
  bad: bus('spi', 'flash@0 {\n\t\t\treg = <1>;\n\t\t};'),
  good: bus('spi', 'flash@1 {\n\t\t\treg = <1>;\n\t\t};'),
}, function* find(tree) {
  for (const node of tree.nodes) {
    if (tree.tick()) yield;
    if (!isSpiBus(node, tree) || node.properties.has('spi-slave')) continue;
    for (const child of node.children.values()) {
      if (tree.tick()) yield;
      const reg = regOf(child);
      if ('message' in reg) yield reg;
      else yield* wrongUnit(child, (tree.cells(reg)[0]?.value ?? 0).toString(16), reg);
    }
  }
});
