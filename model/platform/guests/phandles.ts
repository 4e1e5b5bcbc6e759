/**
 * The numbers that stand for nodes in a partial device tree: those of the nodes that Xen or libxl
 * generates for the guest, and those of the host's SMMUs, which the toolstack replaces. The former
 * are from `device_tree_defs.h` and no stable ABI; the latter are what dtc gives the host tree.
 */
import { phandlesOf } from '../../devicetree/blob/phandles.ts';
import type { DtNode } from '../../devicetree/tree/tree.ts';
import type { VsmmuProfile } from '../../xl/dialects.ts';
import type { Iommu } from '../types.ts';
import type { HostTree } from './types.ts';

/** `GUEST_PHANDLE_GIC`: the guest's interrupt controller. */
export const GUEST_PHANDLE_GIC = 65000;

/** `GUEST_PHANDLE_IOMMU`: the `xen,grant-dma` node. */
export const GUEST_PHANDLE_GRANT_DMA = 65001;

/** A node that Xen or libxl writes into a guest's tree. */
export interface GeneratedNode {
  readonly phandle: number;
  /** The constant of Xen's headers. */
  readonly constant: string;
  /** What the node is, in a few words. */
  readonly what: string;
}

/** The generated nodes that a phandle can mean; `vsmmu` is the virtual SMMU of the guest, if it has one. */
export function generatedNodes(vsmmu: VsmmuProfile | undefined): GeneratedNode[] {
  return [
    { phandle: GUEST_PHANDLE_GIC, constant: 'GUEST_PHANDLE_GIC', what: "the guest's GIC" },
    { phandle: GUEST_PHANDLE_GRANT_DMA, constant: 'GUEST_PHANDLE_IOMMU', what: 'the grant-DMA IOMMU of virtio devices' },
    ...(vsmmu === undefined ? [] : [{ phandle: vsmmu.phandle, constant: 'GUEST_PHANDLE_VSMMUV3', what: "the guest's virtual SMMU" }]),
  ];
}

/** An IOMMU of the host with the phandle that its blob has; those that nothing refers to have none. */
export interface NumberedIommu {
  readonly iommu: Iommu;
  readonly phandle: number;
}

/** The host's IOMMUs by number, in tree order. */
export function numberedIommus(host: HostTree): NumberedIommu[] {
  const phandles = phandlesOf(host.tree);
  return host.context.platform.iommus.flatMap((iommu) => {
    const phandle = phandles.get(iommu.node);
    return phandle === undefined ? [] : [{ iommu, phandle }];
  });
}

/** The `iommus` of a host node as numbers, as it stands in the host's blob; empty where it has none, or a reference leads nowhere. */
export function iommusInBlob(host: HostTree, node: DtNode): number[] {
  const master = host.context.platform.masterOf.get(node);
  const numbers = new Map(numberedIommus(host).map(({ iommu, phandle }) => [iommu, phandle]));
  const entries = (master?.uses ?? []).map((use) => [numbers.get(use.iommu), use.id] as const);
  const isWhole = node.properties.has('iommus') && entries.every(([phandle, id]) => phandle !== undefined && id !== undefined);
  return isWhole ? entries.flatMap(([phandle = 0, id = 0]) => [phandle, id]) : [];
}
