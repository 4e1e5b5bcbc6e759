/** `rid-map-length`: an entry of `iommu-map` or `msi-map` with a cell too few or too many. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { mapsOf } from '../maps.ts';
import type { RidMap, RidMapEntry } from '../types.ts';
import { nameOf } from '../values.ts';

/** The kernel refuses the whole map, so every device below loses its IOMMU or its interrupts. */
export const ridMapLength: Rule<PlatformContext> = {
  id: 'rid-map-length',
  level: 'error',
  title: 'An entry of `iommu-map` or `msi-map` has the wrong number of cells',
  explanation: 'An entry is RID base, phandle, output base, length: four cells. Kernels after 6.12 take as many output cells as the target\'s `#iommu-cells`. '
    + 'One cell too few or too many shifts everything after it; the kernel refuses the map, and no device on the bus gets an IOMMU or an MSI.',
  remedy: 'Complete the entry: `<RID-base &smmu StreamID-base length>`.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n};',
  sources: ['Linux of_map_id(): `Error: Bad iommu-map length: %d`, -EINVAL', 'Documentation/devicetree/bindings/pci/pci-iommu.txt'],
  *check(context) {
    for (const map of mapsOf(context.platform)) {
      if (map.entries.length === 0) yield empty(context, map);
      for (const entry of map.entries) if (!entry.complete) yield wrong(context, map, entry);
    }
  },
};

function empty(context: PlatformContext, map: RidMap): Problem {
  return report(ridMapLength, context, {
    at: map.property.syntax,
    message: `This ${map.kind} has no entry.`,
    advice: 'Write <RID-base &target output-base length>, or delete the property.',
  });
}

function wrong(context: PlatformContext, map: RidMap, entry: RidMapEntry): Problem {
  const target = entry.target === undefined ? 'the target' : nameOf(entry.target);
  if (entry.cells.length === entry.wanted) {
    return report(ridMapLength, context, {
      at: entry.span,
      message: `The cells of this entry are in the wrong order: RID base, ${target}, output, length.`,
      advice: 'The phandle is the second cell.',
    });
  }
  return report(ridMapLength, context, {
    at: entry.span,
    message: `An entry of this ${map.kind} has ${entry.wanted} cells (RID base, ${target}, output, length), this one has ${entry.cells.length}.`,
    advice: entry.cells.length < entry.wanted ? 'Add what is missing; the length comes last.' : 'Remove the surplus, or complete a second entry.',
  });
}
