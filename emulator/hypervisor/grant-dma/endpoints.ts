/**
 * Which domain serves a virtio device: the cell of `iommus` for a platform device, the output cell of
 * the host bridge's `iommu-map` for a PCI function (Linux drivers/xen/grant-dma-ops.c, binding
 * iommu/xen,grant-dma.yaml). Phandles are resolved already; nodes are not read here.
 */

/** A row of `iommu-map`. */
export interface BackEndMapRow {
  readonly ridBase: number;
  /** Whether the row's phandle is a node that is compatible with "xen,grant-dma". */
  readonly isGrantDma: boolean;
  readonly domid: number;
  readonly length: number;
}

/** What the device tree says of a device. */
export type EndpointSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'iommus'; readonly isGrantDma: boolean; readonly domid: number }
  | { readonly kind: 'iommu-map'; readonly rid: number; readonly mask?: number; readonly rows: readonly BackEndMapRow[] };

/** The domain, or why the device keeps ordinary DMA. */
export type BackEnd = { readonly domid: number } | { readonly domid?: undefined; readonly why: string };

const INCOMPATIBLE = 'Incompatible IOMMU node';

/** The back end of a device. */
export function backEndOf(source: EndpointSource): BackEnd {
  if (source.kind === 'none') return { why: 'Cannot parse iommus property' };
  if (source.kind === 'iommus') return source.isGrantDma ? { domid: source.domid } : { why: INCOMPATIBLE };
  const mask = source.mask ?? -1;
  const id = (source.rid & mask) >>> 0;
  const at = source.rows.findIndex((r) => id >= r.ridBase && id < r.ridBase + r.length);
  const row = source.rows[at];
  // A row that the mask cannot reach is an error as soon as the search comes to it.
  const isBroken = source.rows.slice(0, at < 0 ? undefined : at + 1).some((r) => (r.ridBase & ~mask) !== 0);
  if (row === undefined || isBroken) return { why: 'Cannot translate ID' };
  return row.isGrantDma ? { domid: (row.domid + id - row.ridBase) >>> 0 } : { why: INCOMPATIBLE };
}
