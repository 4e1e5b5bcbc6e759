/**
 * Which virtual StreamIDs a guest's devices get. The posted series hands out the lowest free
 * number for each `iommus` entry, in the order in which the toolstack or Xen meets them; virtual
 * PCI takes 0x1000 numbers first. That order is read from the series of 31 Mar 2026 and nowhere
 * promised: uncertain.
 */
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { cellsOf } from '../values.ts';
import type { VsmmuProfile } from '../../xl/dialects.ts';
import { below, passthroughOf } from './fragment.ts';
import type { CompiledTree, DomainKind } from './types.ts';

/** StreamIDs that libxl reserves for the virtual PCI root complex. */
export const VPCI_STREAMS = 0x1000;

/** The guest's numbering. */
export interface VsidAssignment {
  /** The first virtual StreamID of each fragment node with `iommus`. */
  readonly first: ReadonlyMap<DtNode, number>;
}

/** Numbers the `iommus` entries of a fragment; `hasPci` where virtual PCI comes before them. */
export function assignVsids(fragment: CompiledTree | undefined, kind: DomainKind, hasPci: boolean): VsidAssignment {
  const first = new Map<DtNode, number>();
  if (fragment === undefined) return { first };
  const top = passthroughOf(fragment);
  // libxl looks at direct children only, Xen at every node below.
  const nodes = kind === 'xl' ? top?.children.values() ?? [] : below(top);
  let next = hasPci ? VPCI_STREAMS : 0;
  for (const node of nodes) {
    const entries = Math.floor(cellsOf(node, 'iommus').length / 2);
    if (entries === 0) continue;
    first.set(node, next);
    next += entries;
  }
  return { first };
}

/** The virtual StreamID of one physical one, by profile. */
export function vsidOf(profile: VsmmuProfile | undefined, psid: number, assigned: number | undefined): number | undefined {
  if (profile === undefined) return undefined;
  return profile.mapsStreamIds ? assigned : psid;
}
