/**
 * dtc's checks of unit addresses that hold on any bus: a unit address belongs to a node with an
 * address, is written plainly, and is used once. What it must be on a PCI, simple, I2C or SPI bus
 * is checked in files of their own.
 */
import type { DtNode } from '../tree/tree.ts';
import { nodePath } from '../tree/values.ts';
import { isPciBus, isSimpleBus } from './buses.ts';
import { defineCheck, type DtcCheck, type Findings } from './check.ts';
import { renameUnit } from './fixes.ts';
import { type CheckTree, unitAddress } from './view.ts';

const SPECIFICATION = ['Devicetree Specification 0.4, section 2.2.1.1 (node name requirements)'];

function hasAddress(node: DtNode, tree: CheckTree): boolean {
  if (node.properties.has('reg')) return true;
  const ranges = node.properties.get('ranges');
  return ranges !== undefined && tree.bytes(ranges) > 0;
}

/** `unit_address_vs_reg`. */
export const unitAddressVsReg: DtcCheck = defineCheck({
  name: 'unit_address_vs_reg',
  usage: 'quiet',
  title: 'A unit address without `reg`, or `reg` without a unit address',
  explanation: 'The part of a node\'s name after `@` repeats the first address of its `reg` (or of its `ranges`). One without the other misleads readers, and lets two devices of the same kind collide in name.',
  remedy: 'Add the unit address, or remove it where the node has no address.',
  bad: '/ {\n\tleds@0 {\n\t};\n};',
  good: '/ {\n\tleds {\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const node of tree.nodes) {
    if (tree.tick()) yield;
    const unit = unitAddress(node);
    const addressed = hasAddress(node, tree);
    // The fragments of an overlay are numbered, and have no address.
    if (addressed === (unit !== '') || node.children.has('__overlay__')) continue;
    if (addressed) yield { node, message: 'The node has a "reg" or "ranges" property, but no unit address', advice: 'Append "@" and the first address to the name' };
    else yield { node, message: 'The node has a unit address, but no "reg" or "ranges" property', advice: `Remove "@${unit}", or add "reg"` };
  }
});

/** `unit_address_format`. */
export const unitAddressFormat: DtcCheck = defineCheck({
  name: 'unit_address_format',
  usage: 'warning',
  title: 'A unit address has a leading `0x` or leading zeros',
  explanation: 'Unit addresses are lower-case hexadecimal without `0x` and without leading zeros, so that every address has one spelling and a path has one form.',
  remedy: 'Drop the `0x` and the zeros.',
  bad: '/ {\n\tuart@0x9000000 {\n\t\treg = <0x0 0x9000000 0x1000>;\n\t};\n};',
  good: '/ {\n\tuart@9000000 {\n\t\treg = <0x0 0x9000000 0x1000>;\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const node of tree.nodes) {
    if (tree.tick()) yield;
    const unit = unitAddress(node);
    if (!unit.startsWith('0') || unit === '0') continue;
    const plain = unit.startsWith('0x') ? unit.slice(2) : unit;
    if (plain === unit && !/^0[0-9a-fA-F]/.test(unit)) continue;
    // The checks of these two buses ask for one exact spelling.
    if (isPciBus(node.parent, tree) || isSimpleBus(node.parent, tree)) continue;
    const what = plain === unit ? 'leading zeros' : 'a leading "0x"';
    const right = plain.replace(/^0+(?=[0-9a-fA-F])/, '');
    yield { node, message: `Unit address "${unit}" has ${what}`, advice: `Write "@${right}"`, fix: renameUnit(node, right) };
  }
});

function isDisabled(node: DtNode, tree: CheckTree): boolean {
  const status = node.properties.get('status');
  return status !== undefined && tree.strings(status)?.[0] === 'disabled';
}

function* twins(parent: DtNode, tree: CheckTree): Findings {
  const last = new Map<string, DtNode>();
  for (const node of parent.children.values()) {
    if (tree.tick()) yield;
    const unit = unitAddress(node);
    if (unit === '' || isDisabled(node, tree)) continue;
    const other = last.get(unit);
    last.set(unit, node);
    if (other === undefined) continue;
    yield {
      node: other,
      message: `Unit address "${unit}" is also that of ${nodePath(node)}`,
      advice: 'Correct one of the two, or disable all but one',
      related: [{ node, message: 'The other node at this address' }],
    };
  }
}

const TWINS = '/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n\tuart@1000 {\n\t\treg = <0x1000 0x100>;\n\t};\n\tspi@1000 {\n\t\treg = <0x1000 0x100>;\n\t};\n};';

/** `unique_unit_address_if_enabled`. */
export const uniqueUnitAddressIfEnabled: DtcCheck = defineCheck({
  name: 'unique_unit_address_if_enabled',
  usage: 'asked',
  title: 'Two enabled nodes of one bus have the same unit address',
  explanation: 'Two devices on one bus rarely share an address; more often one of the two was copied. Alternatives for the same address, of which all but one have `status = "disabled"`, are legal and not reported.',
  remedy: 'Correct the address of one of them, or disable all but one.',
  bad: TWINS,
  good: TWINS.replace('reg = <0x1000 0x100>;', 'reg = <0x1000 0x100>;\n\t\tstatus = "disabled";'),
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const parent of tree.nodes) {
    if (tree.tick()) yield;
    if (parent.children.size < 2) continue;
    const { address, size } = tree.counts(parent);
    if (address >= 0 && size >= 0) yield* twins(parent, tree);
  }
});
