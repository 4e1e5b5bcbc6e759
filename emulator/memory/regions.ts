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
    this.regions = regions.reduce<Region[]>(overlay, []);
  }

  /** The region of an address, or undefined for a hole. */
  at(address: number): Region | undefined {
    let low = 0;
    let high = this.regions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const region = this.regions[middle];
      if (region === undefined || region.base + region.size > address) high = middle;
      else low = middle + 1;
    }
    const found = this.regions[low];
    return found !== undefined && found.base <= address ? found : undefined;
  }
}

function overlay(below: Region[], top: Region): Region[] {
  if (top.size <= 0) return below;
  const end = top.base + top.size;
  const pieces = below.flatMap((r) => {
    const left = { ...r, size: Math.min(r.base + r.size, top.base) - r.base };
    const right = { ...r, base: Math.max(r.base, end), size: r.base + r.size - Math.max(r.base, end) };
    return [left, right].filter((p) => p.size > 0);
  });
  const whole = [...pieces, top];
  return whole.sort((a, b) => a.base - b.base);
}
