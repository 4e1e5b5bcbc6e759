/**
 * Reads property values the way the kernel's of_property_read_* do, but with spans. Nothing is
 * cached: each property is read once while the platform is built, and again only when asked for.
 */
import type { Span } from '../devicetree/syntax/ast.ts';
import type { Cell, DtNode, DtProperty, DtTree } from '../devicetree/tree/tree.ts';
import { cells, nodePath, strings } from '../devicetree/tree/values.ts';

/** The strings of a property; none where it is absent or not made of strings. */
export function stringsOf(property: DtProperty | undefined): readonly string[] {
  return property === undefined ? [] : (strings(property) ?? []);
}

/** The cells of a property of a node, none where it is absent. */
export function cellsOf(node: DtNode, name: string): readonly Cell[] {
  const property = node.properties.get(name);
  return property === undefined ? [] : cells(property);
}

/** A property of exactly one cell; undefined where it is absent or has another length. */
export function u32Of(node: DtNode, name: string): number | undefined {
  const property = node.properties.get(name);
  if (property === undefined) return undefined;
  const all = cells(property);
  return all.length === 1 ? all[0]?.value : undefined;
}

/** The node that a phandle cell means: a reference's, or the one with that explicit phandle. */
export function targetOf(tree: DtTree, cell: Cell): DtNode | undefined {
  if (cell.reference !== undefined) return cell.target;
  return cell.target ?? (cell.value === 0 ? undefined : tree.byPhandle(cell.value));
}

/** One big-endian number of up to 64 bits; higher cells of a longer one are dropped. */
export function numberOf(cells: readonly Cell[]): bigint {
  let value = 0n;
  for (const cell of cells) value = BigInt.asUintN(64, (value << 32n) | BigInt(cell.value));
  return value;
}

/** From the first to the last of some cells; undefined for none. */
export function spanOf(cells: readonly Cell[]): Span | undefined {
  const first = cells[0];
  const last = cells[cells.length - 1];
  return first === undefined || last === undefined ? undefined : { start: first.span.start, end: last.span.end };
}

/** The label that a message calls a node by, `&smmu`, or its path where it has none. */
export function nameOf(node: DtNode): string {
  const label = node.labels[0];
  return label === undefined ? nodePath(node) : `&${label.name}`;
}

/** Whether a node's own `status` lets a driver use it: absent, `okay` or `ok`, as of_device_is_available has it. */
export function isAvailable(node: DtNode): boolean {
  const status = node.properties.get('status');
  if (status === undefined) return true;
  const text = stringsOf(status)[0];
  return text === 'okay' || text === 'ok';
}
