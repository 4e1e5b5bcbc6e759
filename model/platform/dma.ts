/**
 * What a device tree says about a master's memory accesses besides its streams: coherency, the
 * window of its bus, the memory set aside for it, and the I/O addresses it must keep free. A
 * window does not apply while the IOMMU translates.
 */
import type { DtNode } from '../devicetree/tree/tree.ts';
import { nodePath } from '../devicetree/tree/values.ts';
import { dmaWindowsOf, regionsOf, type Window } from './addresses.ts';
import type { IovaReservation, Platform, Region } from './types.ts';
import { cellsOf, targetOf } from './values.ts';

/** Deeper trees are refused by the parser. */
const MAX_DEPTH = 256;

/** Whether accesses of a node are coherent with the CPU caches: `dma-coherent` on it or above, unless `dma-noncoherent` is nearer. */
export function isCoherent(node: DtNode): boolean {
  let at: DtNode | undefined = node;
  for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth += 1) {
    if (at.properties.has('dma-coherent')) return true;
    if (at.properties.has('dma-noncoherent')) return false;
    at = at.parent;
  }
  return false;
}

/** A region of `/reserved-memory` as one device sees it. */
export interface MemoryRegion {
  readonly node: DtNode;
  readonly path: string;
  /** Its memory; undefined where it only reserves I/O addresses, or is allocated when the kernel boots. */
  readonly memory: Region | undefined;
  /** The entries of `iommu-addresses` for this device. */
  readonly reservations: readonly IovaReservation[];
}

/** The facts of one master. */
export interface DmaFacts {
  readonly coherent: boolean;
  /** `dma-ranges` of the bus that the node is on: undefined where there is none, empty where it is one to one. */
  readonly windows: readonly Window[] | undefined;
  readonly regions: readonly MemoryRegion[];
}

/** The facts of a node; read when asked for. */
export function dmaFactsOf(platform: Platform, node: DtNode): DmaFacts {
  const regions = cellsOf(node, 'memory-region').flatMap((cell) => {
    const target = targetOf(platform.tree, cell);
    return target === undefined ? [] : [memoryRegion(platform, node, target)];
  });
  return { coherent: isCoherent(node), windows: dmaWindowsOf(node)?.windows, regions };
}

function memoryRegion(platform: Platform, device: DtNode, node: DtNode): MemoryRegion {
  const reserved = platform.reservedOf.get(node);
  return {
    node, path: nodePath(node), memory: regionsOf(node)[0],
    reservations: (reserved?.reservations ?? []).filter((entry) => entry.device === device),
  };
}
