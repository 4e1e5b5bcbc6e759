/**
 * Which phandle each node gets: its own where the source gives one, else the next free number from
 * 1 in the order in which dtc meets references (dtc's `get_node_phandle`).
 */
import { explicitPhandle } from '../tree/mergedTree.ts';
import type { DtNode, DtTree } from '../tree/tree.ts';

/** Some nodes and all below them. */
function* below(nodes: readonly DtNode[]): Generator<DtNode> {
  const pending = [...nodes];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    pending.push(...node.children.values());
  }
}

/** Hands out phandles. */
export class PhandleAllocator {
  readonly phandles = new Map<DtNode, number>();
  private readonly used = new Set<number>();
  private next = 1;

  /** Allocates for every reference. dtc does so before it leaves nodes out: the phandles of those are taken meanwhile. */
  constructor(tree: DtTree) {
    for (const node of below([tree.root])) this.take(node);
    const taken = [...below(tree.omittedNodes)].map((node) => this.take(node));
    for (const node of tree.phandleOrder) this.allocate(node);
    for (const phandle of taken) if (phandle !== undefined) this.used.delete(phandle);
  }

  /** Notes the phandle that the source gives a node; undefined where it gives none, or one that is in use. */
  private take(node: DtNode): number | undefined {
    const phandle = explicitPhandle(node);
    if (phandle === undefined) return undefined;
    this.phandles.set(node, phandle);
    if (this.used.has(phandle)) return undefined;
    this.used.add(phandle);
    return phandle;
  }

  /** The phandle of a node, a new one where it has none. */
  allocate(node: DtNode): number {
    const known = this.phandles.get(node);
    if (known !== undefined) return known;
    while (this.used.has(this.next)) this.next++;
    this.used.add(this.next);
    this.phandles.set(node, this.next);
    return this.next;
  }
}

/** The phandles of a tree by node; nodes that nothing refers to have none. */
export function phandlesOf(tree: DtTree): ReadonlyMap<DtNode, number> {
  return new PhandleAllocator(tree).phandles;
}
