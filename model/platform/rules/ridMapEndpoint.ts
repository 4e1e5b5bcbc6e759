/** `rid-map-endpoint`: a PCIe controller in endpoint mode with a map where it needs a StreamID. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { stringsOf } from '../values.ts';

/** In endpoint mode the controller itself is the master; nobody looks a RequesterID up. */
export const ridMapEndpoint: Rule<PlatformContext> = {
  id: 'rid-map-endpoint',
  level: 'warning',
  title: 'A PCIe endpoint controller has `iommu-map` and no `iommus`',
  explanation: 'A controller in endpoint mode is a platform device: the kernel reads its `iommus`, and `iommu-map` only for devices below a root complex. Its DMA, and that of the functions it offers to the other host, then bypasses the SMMU or faults.',
  remedy: 'Give the endpoint node `iommus` with the StreamID of the controller. One StreamID is enough as long as all functions may share a translation.',
  bad: 'pcie-ep@40000000 {\n\tcompatible = "vendor,pcie-ep";\n\tiommu-map = <0x0 &smmu 0x10 0x1>;\n};',
  good: 'pcie-ep@40000000 {\n\tcompatible = "vendor,pcie-ep";\n\tiommus = <&smmu 0x10>;\n};',
  sources: ['Linux of_iommu_configure(): a device that is not on a PCI bus is configured from `iommus`'],
  *check(context) {
    for (const { node, list, iommuMap, enabled } of context.platform.masters) {
      if (iommuMap === undefined || list !== undefined || !isEndpoint(node)) continue;
      yield report(ridMapEndpoint, context, {
        at: iommuMap.property.syntax.nameSpan,
        level: enabled ? 'warning' : 'information',
        message: 'This controller is an endpoint: iommu-map is not read for it, and it has no iommus.',
        advice: 'Replace the map by iommus with the controller\'s StreamID.',
      });
    }
  },
};

function isEndpoint(node: DtNode): boolean {
  return /^pcie?[-_]ep(@|$)/.test(node.name) || stringsOf(node.properties.get('compatible')).some((name) => /-ep$|pcie-ep|-endpoint$/.test(name));
}
