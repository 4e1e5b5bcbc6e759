/**
 * Dom0less domains: the children of `/chosen` that are `compatible = "xen,domain"`, as Xen reads
 * them at boot. What their modules contain is not in the tree; a partial device tree is found by
 * the project file or by its `xen,path` properties.
 */
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { stringsOf } from '../values.ts';
import type { CompiledTree } from './types.ts';

/** The bits of `capabilities`. */
export const CAPABILITIES = { control: 1, hardware: 2, xenstore: 4 } as const;

/** The domain nodes of a host tree, in tree order. */
export function domainNodes(host: CompiledTree): DtNode[] {
  const chosen = host.tree.root.children.get('chosen');
  return [...(chosen?.children.values() ?? [])].filter((node) => compatible(node, 'xen,domain'));
}

/** Whether a node has a word in its `compatible`. */
export function compatible(node: DtNode, word: string): boolean {
  return stringsOf(node.properties.get('compatible')).includes(word);
}

/** The module of a kind (`multiboot,kernel`, `multiboot,device-tree`, ...) of a domain node. */
export function moduleOf(node: DtNode, kind: string): DtNode | undefined {
  return [...node.children.values()].find((child) => compatible(child, kind));
}

/** Whether Xen switches the IOMMU of the domain on: asked for, or because a fragment is loaded. */
export function hasPassthrough(node: DtNode): boolean {
  return stringsOf(node.properties.get('passthrough'))[0] === 'enabled' || moduleOf(node, 'multiboot,device-tree') !== undefined;
}
