/** `iommus-disabled`: an enabled master names an IOMMU that is switched off. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';
import type { Iommu, Master } from '../types.ts';
import { nameOf } from '../values.ts';

/** Legal, and common on boards that leave the choice to firmware: said once for each master and IOMMU. */
export const iommusDisabled: Rule<PlatformContext> = {
  id: 'iommus-disabled',
  level: 'information',
  title: 'The IOMMU of this device is disabled',
  explanation: 'The device names an IOMMU whose `status`, or that of a node above it, is not `okay`. The kernel then lets the device run without translation, without a word. '
    + 'Xen treats such a device as not protected and refuses to assign it.',
  remedy: 'Enable the IOMMU if the device is meant to be isolated or passed through; otherwise nothing need be done.',
  bad: '&smmu {\n\tstatus = "disabled";\n};\n\n/ {\n\tdma@a0000 {\n\t\tiommus = <&smmu 0x10>;\n\t};\n};',
  good: '/ {\n\tdma@a0000 {\n\t\tiommus = <&smmu 0x10>;\n\t};\n};',
  sources: [
    'Linux of_iommu_xlate(): -ENODEV for an unavailable provider, no message',
    'Xen: assignment of the device fails with -22 (EINVAL)',
  ],
  *check(context) {
    for (const master of context.platform.masters) {
      if (!master.enabled) continue;
      for (const [iommu, at] of disabledTargets(master)) {
        yield report(iommusDisabled, context, {
          at,
          message: `${nameOf(iommu.node)} is disabled: ${master.path} runs without translation.`,
          related: [{ at: propertySpan(iommu.node, 'status'), message: `${nameOf(iommu.node)} is here` }],
        });
      }
    }
  },
};

/** Each disabled IOMMU of a master with the first place that names it. */
function disabledTargets(master: Master): Map<Iommu, { start: number; end: number }> {
  const found = new Map<Iommu, { start: number; end: number }>();
  for (const use of master.uses) if (!use.iommu.enabled && !found.has(use.iommu)) found.set(use.iommu, use.span);
  return found;
}
