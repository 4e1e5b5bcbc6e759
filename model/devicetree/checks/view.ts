/**
 * The merged tree as the checks look at it: all nodes in order, all properties by name, and the
 * few facts about a node that many checks ask for, each computed once. It holds no findings and
 * knows no check. What dtc computes as bytes is asked here as cells, strings and lengths.
 */
import type { ExpandedText } from '../source/origin.ts';
import type { Cell, DtNode, DtProperty, DtTree } from '../tree/tree.ts';
import { byteLength, bytes, cells, stringList } from '../tree/values.ts';

/** `#address-cells` and `#size-cells` of a node; -1 where the node does not say. */
export interface CellCounts {
  readonly address: number;
  readonly size: number;
}

const NO_PROPERTIES: readonly DtProperty[] = [];

/** Nodes, properties or cells looked at between two chances to pause. */
const SLICE = 1024;

/** The merged tree of one compilation, ready to be checked. */
export class CheckTree {
  /** A partial device tree, whose numbers refer to nodes that Xen makes for the guest, or to host nodes. */
  readonly partial: boolean;
  readonly #nodes: DtNode[] = [];
  readonly #simpleBuses = new Set<DtNode>();
  readonly #endpointParents = new Set<DtNode>();
  readonly #properties = new Map<string, DtProperty[]>();
  readonly #counts = new Map<DtNode, CellCounts>();
  #bereft: ReadonlySet<DtNode> | undefined;
  #ticks = 0;

  /** Reads the tree at once, unless `read` is false. */
  constructor(readonly tree: DtTree, readonly text: ExpandedText, read = true) {
    const { children } = tree.root;
    this.partial = children.has('passthrough') && !children.has('cpus');
    if (read) for (const _ of this.#read());
  }

  /** Reads a tree in slices: each `next` does a piece of the work. */
  static *steps(tree: DtTree, text: ExpandedText): Generator<void, CheckTree> {
    const checked = new CheckTree(tree, text, false);
    yield* checked.#read();
    return checked;
  }

  *#read(): Generator<void, void> {
    const pending: DtNode[] = [this.tree.root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      this.#nodes.push(node);
      if (node.parent !== undefined && isEndpoint(node)) this.#endpointParents.add(node.parent);
      const children = [...node.children.values()];
      for (let i = children.length - 1; i >= 0; i -= 1) pending.push(children[i] ?? node);
      for (const property of node.properties.values()) {
        if (this.tick()) yield;
        this.#add(property);
      }
    }
  }

  #add(property: DtProperty): void {
    const same = this.#properties.get(property.name);
    if (same === undefined) this.#properties.set(property.name, [property]);
    else same.push(property);
    if (property.name === 'compatible' && this.strings(property)?.includes('simple-bus') === true) this.#simpleBuses.add(property.node);
  }

  /** All live nodes, parents before children, siblings in dtc's order. */
  get nodes(): readonly DtNode[] {
    return this.#nodes;
  }

  /** The nodes whose `compatible` lists `simple-bus`, in order. */
  get simpleBuses(): ReadonlySet<DtNode> {
    return this.#simpleBuses;
  }

  /** The nodes that have endpoints of a graph, in order: its ports. */
  get endpointParents(): ReadonlySet<DtNode> {
    return this.#endpointParents;
  }

  /** Counts a piece of work; true where it is time for a pause. */
  tick(): boolean {
    this.#ticks += 1;
    return this.#ticks % SLICE === 0;
  }

  /** Every property of this name in the tree. */
  properties(name: string): readonly DtProperty[] {
    return this.#properties.get(name) ?? NO_PROPERTIES;
  }

  /** Each property name in use, with its properties. */
  get byName(): ReadonlyMap<string, readonly DtProperty[]> {
    return this.#properties;
  }

  /** The size of a property's value in bytes, as in the blob. */
  bytes(property: DtProperty): number {
    return byteLength(property);
  }

  /** The value as 32-bit cells; bytes after the last whole cell are left out. */
  cells(property: DtProperty): readonly Cell[] {
    return cells(property);
  }

  /** The value of a property that is exactly one cell, such as `#clock-cells`. */
  cell(property: DtProperty | undefined): number | undefined {
    if (property === undefined || this.bytes(property) !== 4) return undefined;
    return this.cells(property)[0]?.value;
  }

  /** The value as NUL-terminated strings; undefined where it is not made of such. An empty value has none. */
  strings(property: DtProperty): readonly string[] | undefined {
    return stringList(property)?.map((s) => s.value) ?? stringsInBytes(bytes(property).data);
  }

  /** The node that a cell refers to by reference or by an explicit phandle. */
  provider(cell: Cell): DtNode | undefined {
    if (cell.reference !== undefined) return cell.target;
    return isPhandle(cell) ? this.tree.byPhandle(cell.value) : undefined;
  }

  /** The node's own `#address-cells` and `#size-cells`. */
  counts(node: DtNode): CellCounts {
    const known = this.#counts.get(node);
    if (known !== undefined) return known;
    const counts = {
      address: this.cell(node.properties.get('#address-cells')) ?? -1,
      size: this.cell(node.properties.get('#size-cells')) ?? -1,
    };
    this.#counts.set(node, counts);
    return counts;
  }

  /** `#address-cells` with dtc's default of 2. */
  addressCells(node: DtNode): number {
    const { address } = this.counts(node);
    return address === -1 ? 2 : address;
  }

  /** `#size-cells` with dtc's default of 1. */
  sizeCells(node: DtNode): number {
    const { size } = this.counts(node);
    return size === -1 ? 1 : size;
  }

  /** The node has children, or had some that were deleted: dtc does not tell the two apart. */
  hadChildren(node: DtNode): boolean {
    const { deletedNodes, omittedNodes } = this.tree;
    this.#bereft ??= new Set([...deletedNodes.map((d) => d.node), ...omittedNodes].flatMap((n) => n.parent ?? []));
    return node.children.size > 0 || this.#bereft.has(node);
  }
}

function stringsInBytes(data: Uint8Array): string[] | undefined {
  if (data.length > 0 && data.at(-1) !== 0) return undefined;
  const text = Array.from(data, (byte) => String.fromCharCode(byte)).join('');
  return text === '' ? [] : text.slice(0, -1).split('\0');
}

/** Named `endpoint`, or with a `remote-endpoint`. */
export function isEndpoint(node: DtNode): boolean {
  return baseName(node) === 'endpoint' || node.properties.has('remote-endpoint');
}

/** A cell that can be a phandle: a reference that was resolved, or a number that is not 0 or -1. */
export function isPhandle(cell: Cell): boolean {
  return cell.reference === undefined ? cell.value !== 0 && cell.value !== 0xffff_ffff : cell.target !== undefined;
}

/** The name before the unit address. */
export function baseName(node: DtNode): string {
  const at = node.name.indexOf('@');
  return at < 0 ? node.name : node.name.slice(0, at);
}

/** The unit address, empty where there is none. */
export function unitAddress(node: DtNode): string {
  const at = node.name.indexOf('@');
  return at < 0 ? '' : node.name.slice(at + 1);
}

/** `value` is a whole number of `unit`s; of nothing only nothing is. */
export function isMultiple(value: number, unit: number): boolean {
  return unit === 0 ? value === 0 : value % unit === 0;
}
