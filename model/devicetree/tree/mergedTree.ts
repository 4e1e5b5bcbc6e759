/**
 * The merged tree as a whole: labels, paths and phandles to nodes. While statements are applied
 * it answers as dtc would at that point; afterwards, for the finished tree.
 */
import type { MemReserveSyntax, ReferenceSyntax } from '../syntax/ast.ts';
import { Bearers } from './bearers.ts';
import { MergedNode } from './node.ts';
import type { DeletedNode, DtNode, DtTree } from './tree.ts';
import { cells } from './values.ts';

/** A tree under merge. */
export class MergedTree implements DtTree {
  readonly root: MergedNode;
  readonly memReserves: MemReserveSyntax[] = [];
  readonly phandleOrder: MergedNode[] = [];
  readonly deletedNodes: DeletedNode[] = [];
  readonly omittedNodes: MergedNode[] = [];
  readonly labels = new Map<string, MergedNode>();
  bootCpu = 0;
  /** Nodes that ever bore a label. */
  private readonly labelled = new Map<string, Bearers>();
  private phandles: Map<number, DtNode> | undefined;

  constructor(readonly plugin: boolean, readonly symbols: boolean) {
    this.root = new MergedNode('/', undefined, this, 0);
  }

  /** Notes that a node bears a label now. */
  addLabelled(label: string, node: MergedNode): void {
    const bearers = this.labelled.get(label);
    if (bearers === undefined) this.labelled.set(label, new Bearers(node, label));
    else bearers.add(node);
  }

  /** All live nodes with a label, in dtc's order of search: the first is the one meant. */
  withLabel(label: string): readonly MergedNode[] {
    return this.labelled.get(label)?.live() ?? [];
  }

  /** Every label that ever was. */
  knownLabels(): Iterable<string> {
    return this.labelled.keys();
  }

  resolve(reference: ReferenceSyntax): MergedNode | undefined {
    if (reference.label === undefined) return descend(this.root, reference.path ?? '');
    const node = this.labelled.get(reference.label)?.first();
    return node === undefined || reference.path === undefined ? node : descend(node, reference.path);
  }

  byPath(path: string): DtNode | undefined {
    let node: DtNode | undefined = this.root;
    for (const name of path.split('/')) {
      if (name === '' || node === undefined) continue;
      node = node.children.get(name) ?? byBaseName(node, name);
    }
    return node;
  }

  byPhandle(phandle: number): DtNode | undefined {
    this.phandles ??= explicitPhandles(this.root);
    return this.phandles.get(phandle);
  }
}

/** A live node by path below another, with whole names, as dtc looks it up. */
function descend(from: MergedNode, path: string): MergedNode | undefined {
  let node: MergedNode | undefined = from;
  for (const name of path.split('/')) if (name !== '') node = node?.childNamed(name);
  return node;
}

function byBaseName(node: DtNode, name: string): DtNode | undefined {
  if (name.includes('@')) return undefined;
  const found = [...node.children.values()].filter((c) => c.name.startsWith(`${name}@`));
  return found.length === 1 ? found[0] : undefined;
}

/** The value of an explicit `phandle` or `linux,phandle`; undefined where there is none or it is a reference. */
export function explicitPhandle(node: DtNode): number | undefined {
  for (const name of ['phandle', 'linux,phandle']) {
    const property = node.properties.get(name);
    const [cell, ...rest] = property === undefined ? [] : cells(property);
    if (cell !== undefined && rest.length === 0 && cell.reference === undefined) return cell.value;
  }
  return undefined;
}

function explicitPhandles(root: DtNode): Map<number, DtNode> {
  const found = new Map<number, DtNode>();
  const pending: DtNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const phandle = explicitPhandle(node);
    if (phandle !== undefined && !found.has(phandle)) found.set(phandle, node);
    pending.push(...[...node.children.values()].reverse());
  }
  return found;
}
