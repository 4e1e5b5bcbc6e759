/** `smmu-interrupt-shared`: one interrupt listed twice on an SMMUv3, or given to two SMMUs. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { interruptsOf } from '../interrupts.ts';
import type { Interrupt, Iommu } from '../types.ts';
import { nameOf } from '../values.ts';

/** SMMUv2 lists one line for many context banks by design, so only SMMUv3 is looked at. */
export const smmuInterruptShared: Rule<PlatformContext> = {
  id: 'smmu-interrupt-shared',
  level: 'warning',
  title: 'One interrupt is listed twice for SMMUv3',
  explanation: 'Each queue of an SMMUv3 has its own line. The same number twice is usually a copied line: the driver then waits for an interrupt that never comes. An SMMU with one line calls it "combined".',
  remedy: 'Look the interrupts up in the documentation of the chip. For a single line write one interrupt, named "combined".',
  bad: '&smmu {\n\tinterrupts = <0 74 1>, <0 74 1>;\n};',
  good: '&smmu {\n\tinterrupts = <0 74 1>, <0 79 1>;\n};',
  sources: ['Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml', 'Linux request_irq(): two edge-triggered requests for a line need IRQF_SHARED on both'],
  *check(context) {
    const seen = new Map<string, { iommu: Iommu; interrupt: Interrupt }>();
    for (const iommu of context.platform.iommus) {
      if (iommu.binding.kind !== 'smmu-v3' || !iommu.enabled) continue;
      for (const interrupt of interruptsOf(context.platform.tree, iommu.node)) {
        const { gic } = interrupt;
        if (gic === undefined) continue;
        const key = `${gic.type} ${gic.number}`;
        const first = seen.get(key);
        if (first === undefined) {
          seen.set(key, { iommu, interrupt });
          continue;
        }
        yield report(smmuInterruptShared, context, {
          at: interrupt.span,
          message: `${key} is already the ${first.interrupt.name === undefined ? '' : `"${first.interrupt.name}" `}interrupt of ${nameOf(first.iommu.node)}.`,
          related: [{ at: first.interrupt.span, message: `${key} is listed here first` }],
        });
      }
    }
  },
};
