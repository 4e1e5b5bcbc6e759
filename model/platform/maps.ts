/**
 * Views of RequesterID maps that several rules share: all maps of a platform, windows of entries
 * after the mask, and the buses that a root complex has.
 */
import type { DtNode } from '../devicetree/tree/tree.ts';
import { RID_SPACE } from './rid.ts';
import type { Platform, RidMap, RidMapEntry } from './types.ts';
import { cellsOf } from './values.ts';

/** Every `iommu-map` and `msi-map`, in tree order. */
export function* mapsOf(platform: Platform): Generator<RidMap> {
  for (const master of platform.masters) {
    if (master.iommuMap !== undefined) yield master.iommuMap;
    if (master.msiMap !== undefined) yield master.msiMap;
  }
}

/** The RequesterIDs that a root complex can have: `bus-range`, or all 256 buses. */
export function ridRangeOf(host: DtNode): { first: number; end: number } {
  const [first, last] = cellsOf(host, 'bus-range');
  if (first === undefined || last === undefined || last.value > 0xff || first.value > last.value) return { first: 0, end: RID_SPACE };
  return { first: first.value << 8, end: (last.value + 1) << 8 };
}

/** RequesterID bits that a mask throws away and that differ between devices of a root complex. */
export function foldedBits(range: { first: number; end: number }, mask: number): number {
  const last = range.end - 1;
  let varying = range.first ^ last;
  // Every bit below the highest differing one takes both values somewhere in the range.
  for (let shift = 1; shift < 16; shift <<= 1) varying |= varying >> shift;
  return (varying & ~mask & 0xffff) >>> 0;
}

/** Entries that can be reasoned about, in the order in which the kernel tries them. */
export function completeEntries(map: RidMap): RidMapEntry[] {
  return map.entries.filter((entry) => entry.complete);
}

/** The runs of RequesterIDs in a range that no entry holds, as half-open pairs; a masked map is measured after the mask. */
export function gapsOf(map: RidMap, range: { first: number; end: number }): { first: number; end: number }[] {
  const windows = completeEntries(map)
    .map((entry) => ({ first: entry.ridBase, end: entry.ridBase + entry.length }))
    .filter((window) => window.end > window.first)
    .toSorted((a, b) => a.first - b.first);
  const gaps: { first: number; end: number }[] = [];
  let at = range.first;
  for (const window of windows) {
    if (window.first > at) gaps.push({ first: at, end: Math.min(window.first, range.end) });
    at = Math.max(at, window.end);
    if (at >= range.end) break;
  }
  if (at < range.end) gaps.push({ first: at, end: range.end });
  return gaps.filter((gap) => gap.end > gap.first);
}
