/** `iommu-map-no-bus`: `iommu-map` on a node whose identifiers nobody looks up. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { stringsOf, u32Of } from '../values.ts';

/** Buses other than PCI whose drivers translate identifiers of their children, and PCIe endpoints, which have a rule of their own. */
const OTHER_USERS = /fsl,qoriq-mc|host1x|-ep$|-endpoint$|iris|venus/;

/** Only PCI has three. */
const PCI_ADDRESS_CELLS = 3;

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
      if (compatibles.some((name) => OTHER_USERS.test(name))) continue;
      const isPci = node.properties.has('bus-range') || u32Of(node, '#address-cells') === PCI_ADDRESS_CELLS;
      // Any other bus may well have a driver that looks its children up.
      if (!isPci && node.properties.has('#address-cells')) continue;
      yield report(iommuMapNoBus, context, {
        at: iommuMap.property.syntax.nameSpan,
        message: isPci
          ? 'Without device_type = "pci" the kernel takes this node for no PCI bus, and looks nothing up in its iommu-map.'
          : 'This node is no bus, so nobody looks an identifier up in its iommu-map.',
        advice: isPci ? 'Add device_type = "pci".' : 'Write iommus with the StreamID of the device.',
      });
    }
  },
};
