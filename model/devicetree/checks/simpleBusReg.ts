/** dtc's check of the children of a `simple-bus`: each has an address, and its name repeats it. */
import type { DtNode } from '../tree/tree.ts';
import { isSimpleBus } from './buses.ts';
import { defineCheck, type DtcCheck } from './check.ts';
import { renameUnit } from './fixes.ts';
import { type CheckTree, unitAddress } from './view.ts';

/** The first address of a node in cells of its parent, or undefined where it has none. */
function addressCells(node: DtNode, parent: DtNode, tree: CheckTree): readonly number[] | undefined {
  const count = tree.addressCells(parent);
  const reg = node.properties.get('reg');
  const ranges = node.properties.get('ranges');
  const [property, skip] = reg === undefined ? [ranges, tree.addressCells(node)] : [reg, 0];
  if (property === undefined || tree.bytes(property) === 0) return undefined;
  return tree.cells(property).slice(skip, skip + count).map((cell) => cell.value);
}

/** The cells as one hexadecimal number; only the last two count, as in dtc's 64-bit arithmetic. */
export function hexAddress(cells: readonly number[]): string {
  const [high, low] = cells.length < 2 ? [0, cells[0] ?? 0] : [cells.at(-2) ?? 0, cells.at(-1) ?? 0];
  if (high === 0) return low.toString(16);
  return high.toString(16) + low.toString(16).padStart(8, '0');
}

/** `simple_bus_reg`. */
export const simpleBusReg: DtcCheck = defineCheck({
  name: 'simple_bus_reg',
  usage: 'quiet',
  title: 'A child of a `simple-bus` has no address, or another one than its name says',
  explanation: 'A `simple-bus` holds devices that are reached by address, so each child has a `reg` (or `ranges`) and its unit address is the first address in it, in hexadecimal. Nodes without an address belong to the root.',
  remedy: 'Correct the unit address or `reg`, or move the node out of the bus.',
  bad: '/ {\n\tsoc {\n\t\tcompatible = "simple-bus";\n\t\t#address-cells = <1>;\n\t\t#size-cells = <1>;\n\t\tranges;\n\t\tuart@1000 {\n\t\t\treg = <0x2000 0x100>;\n\t\t};\n\t};\n};',
  good: '/ {\n\tsoc {\n\t\tcompatible = "simple-bus";\n\t\t#address-cells = <1>;\n\t\t#size-cells = <1>;\n\t\tranges;\n\t\tuart@2000 {\n\t\t\treg = <0x2000 0x100>;\n\t\t};\n\t};\n};',
}, function* find(tree) {
  for (const parent of tree.simpleBuses) {
    if (tree.tick()) yield;
    for (const node of parent.children.values()) {
      if (tree.tick()) yield;
      const cells = addressCells(node, parent, tree);
      if (cells === undefined) {
        if (parent.parent === undefined || isSimpleBus(node, tree)) continue;
        yield { node, message: 'A child of a simple-bus has no "reg" or "ranges"', advice: 'Give it an address, or move it out of the bus' };
        continue;
      }
      const expected = hexAddress(cells);
      if (unitAddress(node) === expected) continue;
      const property = node.properties.get('reg') ?? node.properties.get('ranges');
      yield {
        node,
        message: `The unit address is "${unitAddress(node)}", but the first address is "${expected}"`,
        advice: `Rename the node to end in "@${expected}", or correct the address`,
        related: [{ node, property, message: 'The address' }],
        fix: renameUnit(node, expected),
      };
    }
  }
});
