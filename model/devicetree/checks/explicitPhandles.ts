/**
 * dtc's check of phandles that the source writes itself, as decompiled blobs do. Phandles that
 * are assigned for `&label` references cannot collide and are not looked at.
 */
import type { DtNode, DtProperty } from '../tree/tree.ts';
import { nodePath } from '../tree/values.ts';
import { defineCheck, type DtcCheck, type Finding, type Findings } from './check.ts';
import { type CheckTree } from './view.ts';

/** A phandle as written; `undefined` where dtc is to choose one or where the value is wrong. */
interface Written { readonly value: number | undefined; readonly wrong?: Finding }

function read(property: DtProperty | undefined, tree: CheckTree): Written {
  if (property === undefined) return { value: undefined };
  const { node, name } = property;
  const cell = tree.cells(property)[0];
  if (tree.bytes(property) !== 4 || cell === undefined) {
    const message = `"${name}" has ${tree.bytes(property)} bytes, and a phandle has 4`;
    return { value: undefined, wrong: { node, property, message, advice: 'Write one cell, or remove the property and refer to the node by a label' } };
  }
  if (cell.reference !== undefined) {
    if (cell.target === node) return { value: undefined };
    return { value: undefined, wrong: { node, property, message: `"${name}" refers to another node`, advice: 'A node may refer to itself here, to get a phandle of its own' } };
  }
  if (cell.value === 0 || cell.value === 0xffff_ffff) {
    const message = `0x${cell.value.toString(16)} is no valid phandle`;
    return { value: undefined, wrong: { node, property, message, advice: 'Use a number between 1 and 0xfffffffe' } };
  }
  return { value: cell.value };
}

function* phandlesOf(node: DtNode, tree: CheckTree, owners: Map<number, DtNode>): Findings {
  const property = node.properties.get('phandle');
  const old = node.properties.get('linux,phandle');
  const first = read(property, tree);
  const second = read(old, tree);
  if (first.wrong !== undefined) yield first.wrong;
  if (second.wrong !== undefined) yield second.wrong;
  if (first.value !== undefined && second.value !== undefined && first.value !== second.value) {
    yield { node, property: old, message: '"phandle" and "linux,phandle" differ', advice: 'Remove "linux,phandle"' };
  }
  const value = first.value ?? second.value;
  if (value === undefined) return;
  const other = owners.get(value);
  if (other === undefined) {
    owners.set(value, node);
    return;
  }
  yield {
    node,
    property: property ?? old,
    message: `Phandle 0x${value.toString(16)} is also that of ${nodePath(other)}`,
    advice: 'Give each node a phandle of its own',
    related: [{ node: other, property: other.properties.get('phandle'), message: 'The other node' }],
  };
}

/** `explicit_phandles`. */
export const explicitPhandles: DtcCheck = defineCheck({
  name: 'explicit_phandles',
  usage: 'error',
  title: 'A phandle is malformed or used twice',
  explanation: 'A phandle is the number by which properties refer to a node. It must be one cell, not 0 and not 0xffffffff, and no two nodes may share one: a reference would lead to whichever node is found first.',
  remedy: 'Leave phandles to the compiler: label the node and refer to it as `&label`.',
  bad: '/ {\n\tclk-a {\n\t\tphandle = <1>;\n\t};\n\tclk-b {\n\t\tphandle = <1>;\n\t};\n};',
  good: '/ {\n\tclk-a {\n\t\tphandle = <1>;\n\t};\n\tclk-b {\n\t\tphandle = <2>;\n\t};\n};',
  sources: ['Devicetree Specification 0.4, section 2.3.3 (phandle)'],
}, function* find(tree) {
  const owners = new Map<number, DtNode>();
  const nodes = new Set([...tree.properties('phandle'), ...tree.properties('linux,phandle')].map((p) => p.node));
  for (const node of nodes) {
    if (tree.tick()) yield;
    yield* phandlesOf(node, tree, owners);
  }
});
