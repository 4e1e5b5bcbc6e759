/** `rid-map-overlap`: two entries of one map for the same RequesterIDs. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { completeEntries, mapsOf } from '../maps.ts';
import { formatRidRange } from '../rid.ts';
import type { RidMapEntry } from '../types.ts';

/** The kernel takes the first entry that holds a RequesterID; no board of the kernel relies on that. */
export const ridMapOverlap: Rule<PlatformContext> = {
  id: 'rid-map-overlap',
  level: 'error',
  title: 'Entries of a map overlap',
  explanation: 'The first entry that holds a RequesterID wins. What a later entry says about the same RequesterID has no effect, so those devices get another StreamID, IOMMU or MSI identifier than is written.',
  remedy: 'Shorten one of the two entries. A length in bytes, or in buses, in place of a number of RequesterIDs is the usual cause.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>, <0x8000 &smmu 0x20000 0x8000>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x8000>, <0x8000 &smmu 0x20000 0x8000>;\n};',
  sources: ['Linux of_map_id(): the first entry that matches is used'],
  *check(context) {
    for (const map of mapsOf(context.platform)) {
      for (const [later, first] of overlapsOf(completeEntries(map))) {
        const start = Math.max(first.ridBase, later.ridBase);
        const end = Math.min(first.ridBase + first.length, later.ridBase + later.length);
        const isHidden = end - start === later.length;
        yield report(ridMapOverlap, context, {
          at: later.span,
          message: isHidden
            ? `This entry is never reached: ${formatRidRange(start, end - start)} already belongs to an earlier one.`
            : `${formatRidRange(start, end - start)} already belongs to an earlier entry, which wins.`,
          advice: 'Shorten one of the two.',
          related: [{ at: first.span, message: `the entry for ${formatRidRange(first.ridBase, first.length)}` }],
        });
      }
    }
  },
};

/** Each entry with the earlier one that takes RequesterIDs from it, found by a sweep over their starts. */
function overlapsOf(entries: readonly RidMapEntry[]): Map<RidMapEntry, RidMapEntry> {
  const order = new Map(entries.map((entry, index) => [entry, index]));
  const found = new Map<RidMapEntry, RidMapEntry>();
  let reach: RidMapEntry | undefined;
  for (const entry of entries.filter((e) => e.length > 0).toSorted((a, b) => a.ridBase - b.ridBase)) {
    if (reach !== undefined && entry.ridBase < reach.ridBase + reach.length) {
      const [first, later] = (order.get(reach) ?? 0) < (order.get(entry) ?? 0) ? [reach, entry] : [entry, reach];
      if (!found.has(later)) found.set(later, first);
    }
    if (reach === undefined || entry.ridBase + entry.length > reach.ridBase + reach.length) reach = entry;
  }
  return found;
}
