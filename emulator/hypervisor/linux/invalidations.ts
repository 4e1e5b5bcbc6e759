/**
 * The invalidation array of a Linux SMMUv3 domain: which tags and devices must be told when its page
 * table changes, sorted and counted. Attaching merges a set in, detaching takes its users away and
 * may leave trash, which is skipped until it is purged. Arrays are values here; what makes the
 * driver's version safe for concurrent readers is not modelled.
 */

/** Kinds of targets in their sort order. */
export const INVALIDATION_TYPES = ['S1_ASID', 'S2_VMID', 'S2_VMID_S1_CLEAR', 'ATS', 'ATS_FULL'] as const;

/** A kind of target: a tag of TLB entries, or a device with an address translation cache. */
export type InvalidationType = (typeof INVALIDATION_TYPES)[number];

/** One target: an ASID, a VMID or a StreamID, with the SubstreamID of an ATC. */
export interface Invalidation {
  readonly type: InvalidationType;
  readonly id: number;
  readonly ssid: number;
}

/** A target in an array; without users it is trash. */
export interface CountedInvalidation extends Invalidation {
  readonly users: number;
}

/** An array: targets in order, and how many of them are trash. */
export interface InvalidationArray {
  readonly entries: readonly CountedInvalidation[];
  readonly trash: number;
}

/** The array of a domain that nothing is attached to. */
export const NO_INVALIDATIONS: InvalidationArray = { entries: [], trash: 0 };

function order(a: Invalidation, b: Invalidation): number {
  return INVALIDATION_TYPES.indexOf(a.type) - INVALIDATION_TYPES.indexOf(b.type) || a.id - b.id || a.ssid - b.ssid;
}

function arrayOf(entries: readonly CountedInvalidation[]): InvalidationArray {
  return { entries, trash: entries.filter((e) => e.users === 0).length };
}

/** Adds a user of each target; trash does not survive. */
export function mergeInvalidations(into: InvalidationArray, added: readonly Invalidation[]): InvalidationArray {
  const entries = purgeInvalidations(into).entries.slice();
  for (const target of added) {
    const at = entries.findIndex((e) => order(e, target) >= 0);
    const found = entries[at];
    if (found !== undefined && order(found, target) === 0) entries[at] = { ...found, users: found.users + 1 };
    else entries.splice(at < 0 ? entries.length : at, 0, { type: target.type, id: target.id, ssid: target.ssid, users: 1 });
  }
  return arrayOf(entries);
}

/** Takes a user of each target away; only trash at the end goes at once. Targets that are absent are ignored. */
export function unrefInvalidations(from: InvalidationArray, removed: readonly Invalidation[]): InvalidationArray {
  const entries = from.entries.map((entry) => {
    const hits = removed.filter((r) => order(r, entry) === 0).length;
    return hits === 0 ? entry : { ...entry, users: Math.max(0, entry.users - hits) };
  });
  const last = entries.findLastIndex((e) => e.users > 0);
  return arrayOf(entries.slice(0, last + 1));
}

/** The array without trash. */
export function purgeInvalidations(of: InvalidationArray): InvalidationArray {
  return of.trash === 0 ? of : arrayOf(of.entries.filter((e) => e.users > 0));
}
