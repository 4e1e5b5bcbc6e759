/**
 * The tree as dtc writes it: a copy of the merged tree with phandles allocated and, where asked
 * for, `__symbols__`, `__fixups__` and `__local_fixups__`, all in dtc's order.
 */
import { explicitPhandle } from '../tree/mergedTree.ts';
import type { DtNode, DtProperty, DtTree } from '../tree/tree.ts';
import { bytes, nodePath, type PhandleAt } from '../tree/values.ts';
import { PhandleAllocator } from './phandles.ts';

/** A property to be written. */
export interface OutputProperty {
  readonly name: string;
  data: Uint8Array;
  readonly phandles: readonly PhandleAt[];
}

/** A node to be written; the root's name is empty. */
export class OutputNode {
  readonly properties = new Map<string, OutputProperty>();
  readonly children = new Map<string, OutputNode>();

  constructor(readonly name: string, readonly source: DtNode | undefined) {}

  /** The child of this name, made where there is none. */
  child(name: string): OutputNode {
    let found = this.children.get(name);
    if (found === undefined) this.children.set(name, (found = new OutputNode(name, undefined)));
    return found;
  }

  /** Appends bytes to a property, which is made where there is none. */
  append(name: string, data: Uint8Array): void {
    const old = this.properties.get(name);
    if (old === undefined) {
      this.properties.set(name, { name, data, phandles: [] });
      return;
    }
    const joined = new Uint8Array(old.data.length + data.length);
    joined.set(old.data);
    joined.set(data, old.data.length);
    old.data = joined;
  }
}

/** One node and all below it, parents first, in order. The tree may grow at its end meanwhile. */
function* walk(node: OutputNode): Generator<OutputNode> {
  yield node;
  for (const child of node.children.values()) yield* walk(child);
}

function word(value: number): Uint8Array {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, value);
  return data;
}

function text(value: string): Uint8Array {
  return Uint8Array.from(`${value}\0`, (char) => char.charCodeAt(0));
}

/** dtc drops a `name` property that says what the node's name says. */
function isRedundantName(property: DtProperty, data: Uint8Array): boolean {
  if (property.name !== 'name') return false;
  const base = property.node.parent === undefined ? '' : property.node.name.split('@')[0] ?? '';
  const expected = text(base);
  return data.length === expected.length && expected.every((byte, i) => byte === data[i]);
}

/** Builds the tree to be written. */
export function outputTree(tree: DtTree): OutputNode {
  const output = new Output(tree);
  if (tree.symbols) output.symbols();
  if (tree.plugin) output.fixups();
  output.patch();
  return output.root;
}

class Output {
  readonly root: OutputNode;
  private readonly nodes = new Map<DtNode, OutputNode>();
  private readonly allocator: PhandleAllocator;

  constructor(tree: DtTree) {
    this.root = this.copy(tree.root, '');
    this.allocator = new PhandleAllocator(tree);
    for (const node of tree.phandleOrder) this.addPhandle(node);
  }

  private copy(source: DtNode, name: string): OutputNode {
    const node = new OutputNode(name, source);
    this.nodes.set(source, node);
    for (const property of source.properties.values()) {
      const { data, phandles } = bytes(property);
      if (!isRedundantName(property, data)) node.properties.set(property.name, { name: property.name, data: data.slice(), phandles });
    }
    for (const child of source.children.values()) node.children.set(child.name, this.copy(child, child.name));
    return node;
  }

  /** Adds the property that says a node's phandle, where the source has none. */
  private addPhandle(node: DtNode): void {
    const phandle = this.allocator.allocate(node);
    const output = this.nodes.get(node);
    if (output?.properties.has('phandle') === false && explicitPhandle(node) === undefined) output.append('phandle', word(phandle));
  }

  /** Writes the phandles into the cells that refer to them. */
  patch(): void {
    for (const node of this.nodes.values()) {
      for (const { data, phandles } of node.properties.values()) {
        for (const { offset, target } of phandles) {
          if (target !== undefined) new DataView(data.buffer).setUint32(offset, this.allocator.phandles.get(target) ?? 0);
        }
      }
    }
  }

  symbols(): void {
    const labelled = [...this.nodes.keys()].filter((n) => n.everLabelled);
    if (labelled.length === 0) return;
    const symbols = this.root.child('__symbols__');
    for (const node of labelled) {
      for (const { name } of node.labels) {
        if (!symbols.properties.has(name)) symbols.append(name, text(nodePath(node)));
      }
      this.addPhandle(node);
    }
  }

  fixups(): void {
    const references = [...this.references()];
    for (const { at, node, property } of references) {
      if (this.isHere(at)) continue;
      const entry = `${nodePath(node)}:${property}:${at.offset}`;
      this.root.child('__fixups__').append(at.reference.label ?? at.reference.path ?? '', text(entry));
    }
    for (const { at, node, property } of references) {
      if (!this.isHere(at)) continue;
      let local = this.root.child('__local_fixups__');
      for (const name of nodePath(node).split('/')) if (name !== '') local = local.child(name);
      local.append(property, word(at.offset));
    }
  }

  /** The phandle's target is in the tree that is written. */
  private isHere({ target }: PhandleAt): boolean {
    return target !== undefined && this.nodes.has(target);
  }

  private *references(): Generator<{ at: PhandleAt; node: DtNode; property: string }> {
    for (const { source, properties } of walk(this.root)) {
      if (source === undefined) continue;
      for (const { name, phandles } of properties.values()) for (const at of phandles) yield { at, node: source, property: name };
    }
  }
}
