/** `msi-map-coverage`: devices with a StreamID and without an MSI identifier. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { completeEntries, gapsOf, ridRangeOf } from '../maps.ts';
import { formatRidRange } from '../rid.ts';
import type { RidMapEntry } from '../types.ts';

/** Only what `iommu-map` holds and `msi-map` does not; the other way round is a partial `iommu-map`. */
export const msiMapCoverage: Rule<PlatformContext> = {
  id: 'msi-map-coverage',
  level: 'warning',
  title: '`msi-map` covers fewer RequesterIDs than `iommu-map`',
  explanation: 'A device whose RequesterID is in `iommu-map` and not in `msi-map` can do DMA and has no message-signalled interrupts: its driver fails or falls back to a legacy interrupt.',
  remedy: 'Let both maps hold the same RequesterIDs.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tmsi-map = <0x0 &its 0x0 0x1000>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tmsi-map = <0x0 &its 0x0 0x10000>;\n};',
  sources: ['Linux of_msi_map_id() and of_map_id(): no translation, and the identifier is used as it is or the controller is not found'],
  *check(context) {
    for (const { iommuMap, msiMap } of context.platform.masters) {
      if (iommuMap === undefined || msiMap === undefined || iommuMap.maskProperty !== undefined || msiMap.maskProperty !== undefined) continue;
      const entries = completeEntries(iommuMap).filter((entry) => entry.length > 0);
      if (completeEntries(msiMap).length < msiMap.entries.length) continue;
      const lacking = firstLacking(entries, gapsOf(msiMap, ridRangeOf(iommuMap.node)));
      if (lacking === undefined) continue;
      yield report(msiMapCoverage, context, {
        at: msiMap.property.syntax.nameSpan,
        message: `${formatRidRange(lacking.first, lacking.end - lacking.first)} is in iommu-map, but not in msi-map.`,
        advice: 'Let both maps hold the same RequesterIDs.',
        related: [{ at: iommuMap.property.syntax.nameSpan, message: 'iommu-map is here' }],
      });
    }
  },
};

/** The first stretch that is in an entry and in a gap; both are walked once, in order. */
function firstLacking(entries: readonly RidMapEntry[], gaps: readonly { first: number; end: number }[]): { first: number; end: number } | undefined {
  const sorted = entries.toSorted((a, b) => a.ridBase - b.ridBase);
  let at = 0;
  for (const gap of gaps) {
    for (let entry = sorted[at]; entry !== undefined && entry.ridBase + entry.length <= gap.first; entry = sorted[at]) at += 1;
    const entry = sorted[at];
    if (entry !== undefined && entry.ridBase < gap.end) return { first: Math.max(gap.first, entry.ridBase), end: Math.min(gap.end, entry.ridBase + entry.length) };
  }
  return undefined;
}
