/** `rid-map-target`: a RequesterID map that leads to the wrong kind of node. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { isPartialTree, nameSpan, type PlatformContext, report } from '../context.ts';
import { mapsOf } from '../maps.ts';
import type { RidMap, RidMapEntry } from '../types.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

/** `iommu-map` leads to IOMMUs, `msi-map` to MSI controllers. */
export const ridMapTarget: Rule<PlatformContext> = {
  id: 'rid-map-target',
  level: 'error',
  title: 'A RequesterID map leads to the wrong kind of node',
  explanation: 'The second cell of an `iommu-map` entry must lead to an IOMMU, that of an `msi-map` entry to an MSI controller such as a GIC ITS. '
    + 'With anything else the devices of that window get no IOMMU, or no message-signalled interrupts.',
  remedy: 'Name the SMMU in `iommu-map`, the ITS in `msi-map`. For a GICv3 that is the ITS node below it, not the GIC.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &gic 0x0 0x10000>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n};',
  sources: ['Linux of_map_id(): -ENODEV for an unknown phandle; of_iommu_xlate(): -ENODEV where no driver serves the node', 'Documentation/devicetree/bindings/pci/pci-msi.txt'],
  *check(context) {
    for (const map of mapsOf(context.platform)) {
      for (const entry of map.entries) {
        const problem = checkEntry(context, map, entry);
        if (problem !== undefined) yield problem;
      }
    }
  },
};

function checkEntry(context: PlatformContext, map: RidMap, entry: RidMapEntry): Problem | undefined {
  const { phandle, target } = entry;
  if (phandle === undefined || (target === undefined && phandle.reference !== undefined)) return undefined;
  if (target === undefined) {
    if (!entry.complete || isPartialTree(context.platform.tree)) return undefined;
    return report(ridMapTarget, context, {
      at: phandle.span,
      message: `No node has the phandle ${hex(phandle.value)}.`,
      advice: 'The order is RID base, phandle, output base, length; write the phandle as a reference.',
    });
  }
  const isRight = map.kind === 'iommu-map' ? entry.iommu !== undefined : takesMessages(entry);
  if (isRight) return undefined;
  return report(ridMapTarget, context, {
    at: phandle.span,
    message: map.kind === 'iommu-map'
      ? `${nameOf(target)} is no IOMMU: it has no #iommu-cells.`
      : `${nameOf(target)} is no MSI controller: it has neither msi-controller nor #msi-cells.`,
    advice: map.kind === 'iommu-map' ? 'Name the SMMU of this bus.' : 'Name the ITS, or the v2m frame.',
    related: [{ at: nameSpan(target), message: `${nameOf(target)} is here` }],
  });
}

function takesMessages({ target }: RidMapEntry): boolean {
  return target?.properties.has('msi-controller') === true || target?.properties.has('#msi-cells') === true;
}
