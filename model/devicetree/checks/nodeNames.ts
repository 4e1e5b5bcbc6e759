/**
 * dtc's checks of the characters in a node's name. The lexer takes one set of characters for
 * nodes and properties alike, so a name may be read and still be wrong for a node.
 */
import type { DtNode } from '../tree/tree.ts';
import { defineCheck, type DtcCheck, type Finding, type Findings } from './check.ts';
import { baseName, type CheckTree, unitAddress } from './view.ts';

const NOT_IN_NODE_NAMES = /[^A-Za-z0-9,._+\-@]/;
const NOT_RECOMMENDED = /[^A-Za-z0-9,-]/;
const SPECIFICATION = ['Devicetree Specification 0.4, section 2.2.1 (node names)'];

/** Every node but the root, whose name is not the user's. */
function* named(tree: CheckTree, wrong: (node: DtNode) => Omit<Finding, 'node'> | undefined): Findings {
  for (const node of tree.nodes) {
    if (tree.tick()) yield;
    if (node.parent === undefined) continue;
    const finding = wrong(node);
    if (finding !== undefined) yield { node, ...finding };
  }
}

/** `node_name_chars`. */
export const nodeNameChars: DtcCheck = defineCheck({
  name: 'node_name_chars',
  usage: 'error',
  title: 'A character is not allowed in a node name',
  explanation: 'Node names are made of letters, digits and `,` `.` `_` `+` `-`, with one `@` before the unit address. `#`, `?` and `*` may stand in property names only.',
  remedy: 'Rename the node.',
  bad: '/ {\n\tled#1 {\n\t};\n};',
  good: '/ {\n\tled-1 {\n\t};\n};',
  sources: SPECIFICATION,
}, (tree) => named(tree, (node) => {
  const character = NOT_IN_NODE_NAMES.exec(node.name)?.[0];
  if (character === undefined) return undefined;
  return { message: `Node name "${node.name}" contains the character "${character}"`, advice: 'Use letters, digits, ",", ".", "_", "+" and "-"' };
}));

/** `node_name_format`. */
export const nodeNameFormat: DtcCheck = defineCheck({
  name: 'node_name_format',
  usage: 'error',
  title: 'A node name has more than one `@`',
  explanation: 'The `@` separates the name from the unit address, so there can be only one.',
  remedy: 'Keep the `@` before the unit address.',
  bad: '/ {\n\tbus@1@2 {\n\t};\n};',
  good: '/ {\n\tbus@1 {\n\t\treg = <0x0 0x1 0x1>;\n\t};\n};',
  sources: SPECIFICATION,
}, (tree) => named(tree, (node) => {
  if (!unitAddress(node).includes('@')) return undefined;
  return { message: `Node name "${node.name}" has more than one "@"`, advice: 'Keep one "@", before the unit address' };
}));

/** `node_name_not_empty`. */
export const nodeNameNotEmpty: DtcCheck = defineCheck({
  name: 'node_name_not_empty',
  usage: 'error',
  title: 'A node has a unit address but no name',
  explanation: 'Only the root node has an empty name. A name such as `@1000` leaves nothing before the `@`.',
  remedy: 'Put a generic name such as `bus` or `ethernet` before the `@`.',
  bad: '/ {\n\t@1000 {\n\t};\n};',
  good: '/ {\n\tbus@1000 {\n\t\treg = <0x0 0x1000 0x100>;\n\t};\n};',
  sources: SPECIFICATION,
}, (tree) => named(tree, (node) => {
  if (baseName(node) !== '') return undefined;
  return { message: `Node "${node.name}" has no name before its unit address`, advice: 'Put a generic name before the "@"' };
}));

/** `node_name_chars_strict`. */
export const nodeNameCharsStrict: DtcCheck = defineCheck({
  name: 'node_name_chars_strict',
  usage: 'strict',
  title: 'A character is not recommended in a node name',
  explanation: 'By convention node names use letters, digits, `-` and, after a vendor prefix, `,`. Other characters, most often `_`, are read but frowned upon.',
  remedy: 'Write `-` in place of `_`, unless programs look the node up by its name.',
  bad: '/ {\n\tpower_key {\n\t};\n};',
  good: '/ {\n\tpower-key {\n\t};\n};',
  sources: SPECIFICATION,
}, (tree) => named(tree, (node) => {
  const character = NOT_RECOMMENDED.exec(baseName(node))?.[0];
  // `__overlay__` and its like are the compiler's names, and often not written at all.
  if (character === undefined || node.name.startsWith('__')) return undefined;
  return { message: `The character "${character}" is not recommended in a node name`, advice: 'Use letters, digits and "-"' };
}));

/** `node_name_vs_property_name`. */
export const nodeNameVsPropertyName: DtcCheck = defineCheck({
  name: 'node_name_vs_property_name',
  usage: 'warning',
  title: 'A node and a property of the same parent have the same name',
  explanation: 'Open Firmware and Linux\'s `/proc/device-tree` show nodes and properties side by side in one folder, so one of the two disappears.',
  remedy: 'Rename the node or the property.',
  bad: '/ {\n\tcooling = <1>;\n\tcooling {\n\t};\n};',
  good: '/ {\n\tcooling = <1>;\n\tcooling-fan {\n\t};\n};',
}, (tree) => named(tree, (node) => {
  const property = node.parent?.properties.get(node.name);
  if (property === undefined) return undefined;
  return {
    message: `Node "${node.name}" has the name of a property of its parent`,
    advice: 'Rename one of them',
    related: [{ node: property.node, property, message: 'The property of this name' }],
  };
}));
