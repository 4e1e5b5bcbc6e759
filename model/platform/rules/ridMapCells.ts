/** `rid-map-cells`: `iommu-map` entries that some kernels read otherwise. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';
import { completeEntries } from '../maps.ts';
import type { RidMap, RidMapEntry } from '../types.ts';
import { nameOf } from '../values.ts';

/** Four-cell entries of length 1 to one 2-cell SMMU are read alike by all kernels, so they are not mentioned. */
export const ridMapCells: Rule<PlatformContext> = {
  id: 'rid-map-cells',
  level: 'warning',
  title: 'Kernels disagree about an `iommu-map` entry',
  explanation: 'Up to Linux 6.12 every entry has four cells. Later kernels take as many output cells as the target\'s `#iommu-cells`, and accept four-cell entries for a 2-cell target only where the whole map has one target and length 1. '
    + 'They refuse a range of RequesterIDs with more than one output cell, since they cannot count in a mask.',
  remedy: 'For a 2-cell SMMU write one entry of length 1 for each RequesterID, or let the SMMU have `#iommu-cells = <1>`.',
  bad: '/ {\n\tpcie@40000000 {\n\t\tdevice_type = "pci";\n\t\tbus-range = <0x0 0x0>;\n\t\tiommu-map = <0x0 &smmu_v2 0x400 0x100>;\n\t};\n};',
  good: '&smmu_v2 {\n\t#iommu-cells = <1>;\n};\n\n/ {\n\tpcie@40000000 {\n\t\tdevice_type = "pci";\n\t\tbus-range = <0x0 0x0>;\n\t\tiommu-map = <0x0 &smmu_v2 0x400 0x100>;\n\t};\n};',
  sources: [
    'Linux of_map_id() up to 6.12: `Error: Bad iommu-map length: %d`',
    'Linux after 6.12: `Unsupported iommu-map - cannot handle %d-ID range with %d-cell output specifier`',
  ],
  *check(context) {
    for (const { iommuMap } of context.platform.masters) {
      if (iommuMap === undefined) continue;
      const entries = completeEntries(iommuMap);
      const isOldForm = entries.every((entry) => entry.length === 1 && entry.target === entries[0]?.target);
      for (const entry of entries) {
        const problem = checkEntry(context, iommuMap, { entry, isOldForm });
        if (problem !== undefined) yield problem;
      }
    }
  },
};

function checkEntry(context: PlatformContext, map: RidMap, { entry, isOldForm }: { entry: RidMapEntry; isOldForm: boolean }): Problem | undefined {
  const cells = entry.iommu?.cells;
  // A number of cells that the IOMMU cannot have is reported where it stands.
  const allowed = entry.iommu?.binding.cells ?? [];
  if (cells === undefined || entry.target === undefined || (allowed.length > 0 && !allowed.includes(cells))) return undefined;
  const related = [{ at: propertySpan(entry.target, '#iommu-cells'), message: `#iommu-cells of ${nameOf(entry.target)}` }];
  if (entry.output.length > 1 && entry.length > 1) {
    return report(ridMapCells, context, {
      at: entry.span, level: 'error', related,
      message: `No kernel maps a range of ${entry.length} RequesterIDs to ${entry.output.length} output cells.`,
      advice: 'Write one entry of length 1 for each RequesterID.',
    });
  }
  if (map.layout === 'sized' && entry.output.length !== 1) {
    return report(ridMapCells, context, {
      at: entry.span, level: 'information', related,
      message: `Kernels up to 6.12 expect four cells here, whatever ${nameOf(entry.target)} asks for.`,
    });
  }
  if (map.layout === 'fixed' && cells !== 1 && !isOldForm) {
    return report(ridMapCells, context, {
      at: entry.span, related,
      message: `Kernels after 6.12 expect ${cells + 3} cells for ${nameOf(entry.target)}, and accept four only in a map of one target and length 1.`,
      advice: 'Write one entry of length 1 for each RequesterID.',
    });
  }
  return undefined;
}
