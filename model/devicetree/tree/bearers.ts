/**
 * The nodes that bear one label. Several may, as long as all but one are deleted in the end; dtc
 * searches parents before children and siblings in order, and takes the first live one. Kept in
 * that order, which never changes, because nodes keep their places.
 */
import type { MergedNode } from './node.ts';

/** The nodes with one label. */
export class Bearers {
  private readonly nodes: MergedNode[];
  /** All before this index are dead; adding may move it back. */
  private from = 0;

  constructor(node: MergedNode, private readonly label: string) {
    this.nodes = [node];
  }

  /** Adds a node in its place. */
  add(node: MergedNode): void {
    let low = 0;
    let high = this.nodes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.nodes[middle];
      if (other !== undefined && other !== node && inTreeOrder(other, node) < 0) low = middle + 1;
      else high = middle;
    }
    if (this.nodes[low] !== node) this.nodes.splice(low, 0, node);
    this.from = Math.min(this.from, low);
  }

  private isLive(node: MergedNode): boolean {
    return !node.deleted && node.hasLabel(this.label);
  }

  /** The node that the label means. */
  first(): MergedNode | undefined {
    for (; this.from < this.nodes.length; this.from++) {
      const node = this.nodes[this.from];
      if (node !== undefined && this.isLive(node)) return node;
    }
    return undefined;
  }

  /** All live nodes, the one meant first. */
  live(): MergedNode[] {
    return this.nodes.filter((node) => this.isLive(node));
  }
}

function ordersOf(node: MergedNode): number[] {
  const orders: number[] = [];
  for (let n: MergedNode | undefined = node; n?.parent !== undefined; n = n.parent) orders.push(n.order);
  return orders.reverse();
}

/** Parents before children, siblings in dtc's order. */
function inTreeOrder(a: MergedNode, b: MergedNode): number {
  const left = ordersOf(a);
  const right = ordersOf(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
