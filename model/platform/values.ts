/**
 * Reads property values the way the kernel's of_property_read_* do, but with spans. Nothing is
 * cached: each property is read once while the platform is built, and again only when asked for.
 */
import type { CellsSyntax, Span } from '../devicetree/syntax/ast.ts';
import type { Cell, DtNode, DtProperty, DtTree } from '../devicetree/tree/tree.ts';

/** The strings of a property's string values; a NUL inside a literal separates two, as in the blob. */
export function stringsOf(property: DtProperty | undefined): string[] {
  const found: string[] = [];
  for (const value of property?.syntax.values ?? []) {
    if (value.kind === 'string') found.push(...value.value.replace(/\0$/, '').split('\0'));
  }
  return found;
}

/** The 32-bit cells of a property; strings, bytes and cells of another width have none. */
export function cells(tree: DtTree, property: DtProperty): Cell[] {
  const found: Cell[] = [];
  for (const value of property.syntax.values) if (value.kind === 'cells' && value.bits === 32) pushCells(tree, value, found);
  return found;
}

function pushCells(tree: DtTree, value: CellsSyntax, found: Cell[]): void {
  for (const element of value.elements) {
    if (element.kind === 'number') found.push({ value: element.value >>> 0, target: undefined, reference: undefined, span: element });
    else found.push({ value: 0, target: tree.resolve(element), reference: element, span: element });
  }
}

/** The cells of a property of a node, none where it is absent. */
export function cellsOf(tree: DtTree, node: DtNode, name: string): readonly Cell[] {
  const property = node.properties.get(name);
  return property === undefined ? [] : cells(tree, property);
}

/** A property of exactly one cell; undefined where it is absent or has another length. */
export function u32Of(tree: DtTree, node: DtNode, name: string): number | undefined {
  const property = node.properties.get(name);
  if (property === undefined) return undefined;
  const value = property.syntax.values[0];
  if (property.syntax.values.length !== 1 || value === undefined) return undefined;
  if (value.kind === 'cells' && value.bits === 32 && value.elements.length === 1) {
    const cell = value.elements[0];
    if (cell?.kind === 'number') return cell.value;
  }
  const all = cells(tree, property);
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

/** The path of a node from the root. */
export function pathOf(node: DtNode): string {
  if (node.parent === undefined) return '/';
  const names: string[] = [];
  for (let at: DtNode | undefined = node; at?.parent !== undefined; at = at.parent) names.push(at.name);
  return `/${names.reverse().join('/')}`;
}

/** The label that a message calls a node by, `&smmu`, or its path where it has none. */
export function nameOf(node: DtNode): string {
  const label = node.labels[0];
  return label === undefined ? pathOf(node) : `&${label.name}`;
}

/** Whether a node's own `status` lets a driver use it: absent, `okay` or `ok`, as of_device_is_available has it. */
export function isAvailable(node: DtNode): boolean {
  const status = node.properties.get('status');
  if (status === undefined) return true;
  const text = stringsOf(status)[0];
  return text === 'okay' || text === 'ok';
}
