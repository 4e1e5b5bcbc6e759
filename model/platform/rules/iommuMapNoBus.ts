/** `iommu-map-no-bus`: `iommu-map` on a node whose identifiers nobody looks up. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { stringsOf } from '../values.ts';

/** Buses other than PCI whose drivers translate identifiers of their children, and PCIe endpoints, which have a rule of their own. */
const OTHER_USERS = /fsl,qoriq-mc|host1x|-ep$|-endpoint$|iris|venus/;

/** A single device has `iommus`. */
export const iommuMapNoBus: Rule<PlatformContext> = {
  id: 'iommu-map-no-bus',
  level: 'warning',
  title: '`iommu-map` stands on a node that is no bus',
  explanation: 'A map is searched for devices below a PCI root complex, and by a few other buses that hand out identifiers. For a single device the kernel reads `iommus` only, so the map has no effect and the device runs without translation.',
  remedy: 'Write `iommus` with the StreamID of the device. On a root complex add `device_type = "pci"`.',
  bad: 'dma@a0000 {\n\tcompatible = "vendor,dma";\n\tiommu-map = <0x0 &smmu 0x10 0x1>;\n};',
  good: 'dma@a0000 {\n\tcompatible = "vendor,dma";\n\tiommus = <&smmu 0x10>;\n};',
  sources: ['Linux of_iommu_configure(): the map is read for devices with an input identifier', 'Documentation/devicetree/bindings/pci/pci-iommu.txt'],
  *check(context) {
    const hosts = new Set(context.platform.pciHosts.map((host) => host.node));
    for (const { node, iommuMap, list } of context.platform.masters) {
      const compatibles = stringsOf(node.properties.get('compatible'));
      if (iommuMap === undefined || list !== undefined || hosts.has(node) || compatibles.length === 0) continue;
      // Whoever counts children by address, or is a bus by name, may well look them up.
      if (node.properties.has('#address-cells') || node.properties.has('bus-range') || compatibles.some((name) => OTHER_USERS.test(name))) continue;
      yield report(iommuMapNoBus, context, {
        at: iommuMap.property.syntax.nameSpan,
        message: 'This node is no bus, so nobody looks an identifier up in its iommu-map.',
        advice: 'Write iommus, or device_type = "pci" on a root complex.',
      });
    }
  },
};
