/**
 * Which phandle each node gets: its own where the source gives one, else the next free number from
 * 1 in the order in which dtc meets references (dtc's `get_node_phandle`).
 */
import { explicitPhandle } from '../tree/mergedTree.ts';
import type { DtNode, DtTree } from '../tree/tree.ts';

/** The phandles of a tree by node; nodes that nothing refers to have none. */
export function phandlesOf(tree: DtTree): Map<DtNode, number> {
  const phandles = new Map<DtNode, number>();
  const pending: DtNode[] = [tree.root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const phandle = explicitPhandle(node);
    if (phandle !== undefined) phandles.set(node, phandle);
    for (const child of node.children.values()) pending.push(child);
  }
  const used = new Set(phandles.values());
  let next = 1;
  for (const node of tree.phandleOrder) {
    if (phandles.has(node)) continue;
    while (used.has(next)) next += 1;
    used.add(next);
    phandles.set(node, next);
  }
  return phandles;
}
