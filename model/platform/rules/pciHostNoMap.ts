/** `pci-host-no-map`: a PCIe root complex next to an enabled SMMU, with no way to it. */
import type { Level, Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, report } from '../context.ts';
import type { Iommu, PciHost } from '../types.ts';
import { nameOf } from '../values.ts';

/** A warning where an enabled SMMUv3 has no other master, or serves another root complex: there this one was most likely forgotten. */
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
    const enabled = context.platform.iommus.filter((iommu) => iommu.binding.kind === 'smmu-v3' && iommu.enabled);
    const idle = enabled.find((iommu) => context.usesOf(iommu).length === 0);
    const mapped = enabled.find((iommu) => context.usesOf(iommu).some((use) => use.via === 'iommu-map'));
    const smmu = idle ?? mapped ?? enabled[0];
    if (smmu === undefined) return;
    const level = smmu === idle || smmu === mapped ? 'warning' : 'information';
    for (const host of context.platform.pciHosts) {
      const master = context.platform.masterOf.get(host.node);
      if (!host.enabled || master?.iommuMap !== undefined || host.node.properties.has('iommus')) continue;
      yield describe(context, { host, smmu, level, why: smmu === idle ? 'is enabled and has no master' : smmu === mapped ? 'serves another root complex' : 'is enabled' });
    }
  },
};

function describe(context: PlatformContext, finding: { host: PciHost; smmu: Iommu; level: Level; why: string }): Problem {
  const { host, smmu, level, why } = finding;
  return report(pciHostNoMap, context, {
    at: nameSpan(host.node),
    level,
    message: `${host.path} has no iommu-map, while ${nameOf(smmu.node)} ${why}.`,
    advice: `Add iommu-map = <0x0 ${nameOf(smmu.node)} 0x0 0x10000>, if the SMMU is in front of this bus.`,
    related: [{ at: nameSpan(smmu.node), message: `${nameOf(smmu.node)} is here` }],
  });
}
