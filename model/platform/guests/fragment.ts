/**
 * Partial device trees: the few facts that Xen and libxl read from one. `xen,reg` is
 * `<host-address size guest-address>` with the cells of the node's parent in the fragment; the
 * other two properties say which host device it is and whether it may do without an IOMMU.
 */
import type { Span } from '../../devicetree/syntax/ast.ts';
import type { DtNode, DtTree } from '../../devicetree/tree/tree.ts';
import { busCells } from '../addresses.ts';
import { cellsOf, numberOf, spanOf, stringsOf } from '../values.ts';
import type { CompiledTree } from './types.ts';

/** One tuple of `xen,reg`, in bytes. */
export interface XenReg {
  readonly host: bigint;
  readonly size: bigint;
  readonly guest: bigint;
  readonly span: Span;
}

/** True for a tree that describes devices to a guest rather than a board: it has `/passthrough` and neither CPUs nor a domain. */
export function isFragment(tree: DtTree): boolean {
  const { children } = tree.root;
  return children.has('passthrough') && !children.has('cpus');
}

/** The `/passthrough` node. */
export function passthroughOf(fragment: CompiledTree): DtNode | undefined {
  return fragment.tree.root.children.get('passthrough');
}

/** Every node below a node, in tree order, without recursion. */
export function* below(top: DtNode | undefined): Iterable<DtNode> {
  const pending = top === undefined ? [] : [...top.children.values()].reverse();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    pending.push(...[...node.children.values()].reverse());
  }
}

/** The tuples of `xen,reg`; an incomplete last one is left out, as Xen leaves it out. */
export function xenRegsOf(node: DtNode): XenReg[] {
  const bus = node.parent;
  const cells = cellsOf(node, 'xen,reg');
  if (bus === undefined || cells.length === 0) return [];
  const { address, size } = busCells(bus);
  const step = 2 * address + size;
  const found: XenReg[] = [];
  for (let at = 0; step > 0 && at + step <= cells.length; at += step) {
    const entry = cells.slice(at, at + step);
    const span = spanOf(entry);
    if (span === undefined) continue;
    const part = (from: number, count: number): bigint => numberOf(entry.slice(from, from + count));
    found.push({ host: part(0, address), size: part(address, size), guest: part(address + size, address), span });
  }
  return found;
}

/** `xen,path`, undefined where absent or not a string. */
export function xenPathOf(node: DtNode): string | undefined {
  return stringsOf(node.properties.get('xen,path'))[0];
}
