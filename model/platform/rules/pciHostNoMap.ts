/** `pci-host-no-map`: a PCIe root complex next to an enabled SMMU, with no way to it. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, report } from '../context.ts';
import type { Iommu, PciHost } from '../types.ts';
import { nameOf } from '../values.ts';

/** Only where an enabled SMMUv3 has no other master: there the root complex was most likely meant to be it. */
export const pciHostNoMap: Rule<PlatformContext> = {
  id: 'pci-host-no-map',
  level: 'warning',
  title: 'A PCIe root complex has no `iommu-map`',
  explanation: 'The board has an enabled SMMU, but the devices behind this root complex are not connected to it. They bypass translation or fault, and none of them can be passed through.',
  remedy: 'Add `iommu-map`; where the SMMU sees the RequesterID as it is, `<0x0 &smmu 0x0 0x10000>`.',
  bad: '&smmu {\n\tstatus = "okay";\n};\n\n/ {\n\tpcie@40000000 {\n\t\tdevice_type = "pci";\n\t};\n};',
  good: '/ {\n\tpcie@40000000 {\n\t\tdevice_type = "pci";\n\t\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\t};\n};',
  sources: ['Linux of_map_id(): -ENODEV without the property, and the device bypasses', 'Xen: `xl pci-assignable-add` and device assignment fail, `assign failed -1`'],
  *check(context) {
    const idle = context.platform.iommus.find((iommu) => isIdle(context, iommu));
    for (const host of context.platform.pciHosts) {
      const master = context.platform.masterOf.get(host.node);
      if (idle === undefined || !host.enabled || master?.iommuMap !== undefined || host.node.properties.has('iommus')) continue;
      yield describe(context, host, idle);
    }
  },
};

function isIdle(context: PlatformContext, iommu: Iommu): boolean {
  return iommu.binding.kind === 'smmu-v3' && iommu.enabled && context.usesOf(iommu).length === 0;
}

function describe(context: PlatformContext, host: PciHost, idle: Iommu): Problem {
  return report(pciHostNoMap, context, {
    at: nameSpan(host.node),
    message: `${host.path} has no iommu-map, while ${nameOf(idle.node)} is enabled and has no master.`,
    advice: `Add iommu-map = <0x0 ${nameOf(idle.node)} 0x0 0x10000>, if the SMMU is in front of this bus.`,
    related: [{ at: nameSpan(idle.node), message: `${nameOf(idle.node)} is here` }],
  });
}
