/** `pci-host-iommus`: a root complex with `iommus` where its devices need `iommu-map`. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';

/** Right for the DMA engine of the controller itself, which is why it is no more than information. */
export const pciHostIommus: Rule<PlatformContext> = {
  id: 'pci-host-iommus',
  level: 'information',
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
