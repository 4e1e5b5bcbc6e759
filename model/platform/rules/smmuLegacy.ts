/** `smmu-legacy-binding`: `mmu-masters` next to the generic binding. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';

/** The driver takes either binding for the whole system. */
export const smmuLegacy: Rule<PlatformContext> = {
  id: 'smmu-legacy-binding',
  level: 'warning',
  title: 'The old `mmu-masters` binding is used, or mixed with `iommus`',
  explanation: '`mmu-masters` on the SMMU was replaced by `iommus` on the masters. The driver uses one of the two for all SMMUs: whichever SMMU comes second with the other binding is not probed. Kernels built without the legacy option ignore the old one, and Xen reads only `iommus` for SMMUv3.',
  remedy: 'Delete `mmu-masters`, give the SMMU `#iommu-cells`, and each master `iommus`.',
  bad: '&smmu_v2 {\n\tmmu-masters = <&gic 0x10>;\n};',
  good: '/ {\n\tdma@a0000 {\n\t\tiommus = <&smmu_v2 0x10 0x0>;\n\t};\n};',
  sources: ['Linux arm-smmu: `not probing due to mismatched DT properties`, `deprecated "mmu-masters" DT property in use; %s support unavailable`'],
  *check(context) {
    const generic = context.platform.masters.flatMap((master) => master.uses.filter((use) => use.iommu.binding.kind === 'smmu-v2'))[0];
    for (const { property } of context.platform.noted.get('mmu-masters') ?? []) {
      const isMixed = generic !== undefined || property.node.properties.has('#iommu-cells');
      yield report(smmuLegacy, context, {
        at: property.syntax.nameSpan,
        message: isMixed ? 'mmu-masters is mixed with the generic binding: the driver will not probe all SMMUs.' : 'mmu-masters is the old binding, which kernels ignore by default.',
        advice: 'Move the StreamIDs to iommus in each master.',
        related: generic === undefined ? [] : [{ at: generic.span, message: 'the generic binding is used here' }],
      });
    }
  },
};
