/**
 * The few changes that mend findings of dtc's checks for certain. A node is renamed wherever a
 * statement opens it by name; paths written as strings elsewhere are not followed, as dtc does not.
 */
import type { DtNode, DtProperty } from '../tree/tree.ts';
import type { CheckFix } from './check.ts';
import { baseName, type CheckTree } from './view.ts';

/** Renames a node to end in this unit address. */
export function renameUnit(node: DtNode, unit: string): CheckFix | undefined {
  const name = `${baseName(node)}@${unit}`;
  // The new name may be taken.
  if (node.parent?.children.has(name) === true) return undefined;
  const edits = node.definitions.flatMap(({ target }) => (target.kind === 'name' ? [{ span: target, text: name }] : []));
  return edits.length === 0 ? undefined : { title: `Rename to ${name}`, edits };
}

/** Renames a property. */
export function renameProperty(property: DtProperty, name: string): CheckFix {
  return { title: `Rename to ${name}`, edits: [{ span: property.syntax.nameSpan, text: name }] };
}

/** Sets a property of one cell to another number. */
export function setCell(property: DtProperty | undefined, value: number, tree: CheckTree): CheckFix | undefined {
  const [cell, ...more] = property === undefined ? [] : tree.cells(property);
  if (property === undefined || cell === undefined || more.length > 0) return undefined;
  return { title: `Write ${property.name} = <${value}>`, edits: [{ span: cell.span, text: String(value) }] };
}
