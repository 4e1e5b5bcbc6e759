/** `pci-host-iommus`: a root complex with `iommus` where its devices need `iommu-map`. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';

/** Both together are right: `iommus` for the DMA engine of the controller, the map for its bus. No board of the kernel has the first alone. */
export const pciHostIommus: Rule<PlatformContext> = {
  id: 'pci-host-iommus',
  level: 'warning',
  title: 'A PCIe root complex has `iommus` and no `iommu-map`',
  explanation: '`iommus` on a root complex is about the controller itself, for example its DMA engine. The devices on the bus are looked up in `iommu-map` only; without it they bypass the SMMU or fault.',
  remedy: 'Add `iommu-map` for the devices.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommus = <&smmu 0x10>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n};',
  sources: ['Documentation/devicetree/bindings/pci/pci-iommu.txt', 'Linux of_iommu_configure()'],
  *check(context) {
    for (const host of context.platform.pciHosts) {
      const master = context.platform.masterOf.get(host.node);
      if (master?.list === undefined || master.iommuMap !== undefined) continue;
      yield report(pciHostIommus, context, {
        at: master.list.property.syntax.nameSpan,
        message: 'iommus covers the controller only; the devices on this bus need iommu-map.',
        advice: 'Add iommu-map.',
      });
    }
  },
};
