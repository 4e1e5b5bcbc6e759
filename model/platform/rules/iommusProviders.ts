/** `iommus-providers`: one device behind IOMMUs that no kernel can drive together. */
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, report } from '../context.ts';
import type { Master, Specifier } from '../types.ts';
import { nameOf } from '../values.ts';

/** Different drivers for one device are refused; two SMMUv3 instances are misprogrammed in silence. */
export const iommusProviders: Rule<PlatformContext> = {
  id: 'iommus-providers',
  level: 'error',
  title: 'A device is behind IOMMUs that cannot be used together',
  explanation: 'The kernel keeps one IOMMU driver for each device, so entries for IOMMUs of different kinds are refused with -EINVAL. '
    + 'Two instances of an Arm SMMU are accepted, but the StreamIDs of the second are programmed into the first, and the second one faults or bypasses. '
    + 'A device behind an SMMU can therefore not use Xen grant DMA at the same time.',
  remedy: 'Keep the entries of one IOMMU. A device that really masters through two instances needs one node for each, or an SMMU binding that drives both as one.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu 0x10>, <&smmu_b 0x11>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu 0x10>, <&smmu 0x11>;\n};',
  sources: [
    'Linux iommu_fwspec_init(): -EINVAL where the second provider has another driver',
    'Linux arm_smmu_probe_device(): looks at the first provider only',
    'Xen arm-smmu-v3: `cannot attach to SMMU %s (upstream of %s)`',
  ],
  *check(context) {
    for (const master of context.platform.masters) {
      const [first, ...others] = firstOfEach(master);
      if (first?.iommu === undefined) continue;
      for (const other of others) {
        if (other.iommu === undefined) continue;
        const isOneKind = first.iommu.binding === other.iommu.binding;
        const isSmmu = first.iommu.binding.kind === 'smmu-v3' || first.iommu.binding.kind === 'smmu-v2';
        if (isOneKind && !isSmmu) continue;
        const enabled = master.enabled && first.iommu.enabled && other.iommu.enabled;
        yield report(iommusProviders, context, {
          at: other.span,
          level: !enabled ? 'information' : isOneKind ? 'warning' : 'error',
          message: isOneKind
            ? `${master.path} is behind two SMMUs, and only ${nameOf(first.iommu.node)} will be programmed for it.`
            : `${nameOf(first.iommu.node)} (${first.iommu.binding.name}) and ${nameOf(other.iommu.node)} (${other.iommu.binding.name}) have different drivers: no kernel accepts both for one device.`,
          advice: 'Keep the entries of one IOMMU.',
          related: [
            { at: first.span, message: 'the first IOMMU is named here' },
            { at: nameSpan(other.iommu.node), message: `${nameOf(other.iommu.node)} is here` },
          ],
        });
      }
    }
  },
};

/** The first entry for each different, known IOMMU. */
function firstOfEach(master: Master): Specifier[] {
  const seen = new Set<unknown>();
  return (master.list?.entries ?? []).filter((entry) => {
    if (entry.iommu === undefined || seen.has(entry.iommu)) return false;
    seen.add(entry.iommu);
    return entry.iommu.known;
  });
}
