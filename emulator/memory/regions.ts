/**
 * What the physical address space holds where: RAM, device registers, named owners. Regions are
 * fixed when the machine is made; whatever no region covers is a hole, and an access there aborts.
 */
import type { U64 } from '../bits/u64.ts';

/** Registers of a device in physical memory, as DMA or a processor reaches them. */
export interface MmioDevice {
  /** The value at an offset from the region's base. */
  readonly read: (offset: number, size: 4 | 8) => U64;
  /** Takes a write at an offset from the region's base. */
  readonly write: (offset: number, size: 4 | 8, value: U64) => void;
}

/** One region; `base` and `size` are in bytes, below 2^52, and multiples of 4. */
export interface Region {
  readonly name: string;
  readonly kind: 'ram' | 'mmio';
  readonly base: number;
  readonly size: number;
  /** Who the memory belongs to at the start, for example `xen` or `dom1`. */
  readonly owner?: string;
  readonly device?: MmioDevice;
}

/** The regions in ascending order, looked up by address. */
export class RegionMap {
  readonly regions: readonly Region[];

  /** Where regions overlap, the later one in the list hides the earlier one. */
  constructor(regions: readonly Region[]) {
    const map: Region[] = [];
    for (const region of regions) overlay(map, region);
    this.regions = map;
  }

  /** The region of an address, or undefined for a hole. */
  at(address: number): Region | undefined {
    const found = this.regions[firstBehind(this.regions, address)];
    return found !== undefined && found.base <= address ? found : undefined;
  }
}

/** Index of the first of some regions in ascending order that ends behind an address. */
function firstBehind(regions: readonly Region[], address: number): number {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const region = regions[middle];
    if (region === undefined || region.base + region.size > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Puts a region over those that are there; of these stays what it does not hide. */
function overlay(map: Region[], top: Region): void {
  if (top.size <= 0) return;
  const end = top.base + top.size;
  const first = firstBehind(map, top.base);
  let next = first;
  while ((map[next]?.base ?? Infinity) < end) next++;
  const pieces = map.slice(first, next).flatMap((r) => {
    const left = { ...r, size: top.base - r.base };
    const right = { ...r, base: end, size: r.base + r.size - end };
    return [left, right].filter((p) => p.size > 0);
  });
  map.splice(first, next - first, ...pieces.filter((p) => p.base < top.base), top, ...pieces.filter((p) => p.base >= end));
}
