/** `iommus-self`: an IOMMU behind itself. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { nameOf } from '../values.ts';

/** An IOMMU's own memory accesses cannot wait for that IOMMU. */
export const iommusSelf: Rule<PlatformContext> = {
  id: 'iommus-self',
  level: 'error',
  title: 'An IOMMU is behind itself',
  explanation: 'The node of an IOMMU names the same IOMMU in `iommus`. The driver waits for a provider that waits for the driver, so neither probes.',
  remedy: 'Remove `iommus` from the IOMMU\'s node. The table walks of an SMMU are not translated by it.',
  bad: '&smmu {\n\tiommus = <&smmu 0x10>;\n};',
  good: '/ {\n\tdma@a0000 {\n\t\tiommus = <&smmu 0x10>;\n\t};\n};',
  sources: ['Linux of_iommu_xlate(): -EPROBE_DEFER until the provider has probed'],
  *check(context) {
    for (const master of context.platform.masters) {
      for (const use of master.uses) {
        if (use.via !== 'iommus' || use.iommu.node !== master.node) continue;
        yield report(iommusSelf, context, {
          at: use.span,
          message: `${nameOf(use.iommu.node)} names itself as its IOMMU.`,
          advice: 'Remove the property.',
        });
        break;
      }
    }
  },
};
