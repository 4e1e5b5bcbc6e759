/** `rid-map-mask-alone`: a mask without its map. */
import type { Rule } from '../../rule.ts';
import { isOverlayBody, type PlatformContext, report } from '../context.ts';

/** The map was renamed, deleted or never written. */
export const ridMapMaskAlone: Rule<PlatformContext> = {
  id: 'rid-map-mask-alone',
  level: 'warning',
  title: 'A map mask stands without its map',
  explanation: '`iommu-map-mask` changes how `iommu-map` is read, `msi-map-mask` how `msi-map` is. Without the map the mask does nothing, and the devices of the bus have no IOMMU or no MSI controller.',
  remedy: 'Add the map, or delete the mask.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map-mask = <0xffff>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tiommu-map-mask = <0xffff>;\n};',
  sources: ['dt-schema pci-iommu.yaml and pci-host-bridge.yaml: the mask depends on the map'],
  *check(context) {
    for (const kind of ['iommu-map', 'msi-map'] as const) {
      for (const { property } of context.platform.noted.get(`${kind}-mask`) ?? []) {
        if (property.node.properties.has(kind) || isOverlayBody(property.node)) continue;
        yield report(ridMapMaskAlone, context, {
          at: property.syntax.nameSpan,
          message: `${property.name} has no effect without ${kind}.`,
          advice: `Add ${kind}, or delete the mask.`,
        });
      }
    }
  },
};
