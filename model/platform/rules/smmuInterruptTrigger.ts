/** `smmu-interrupt-trigger`: a level-sensitive interrupt on an SMMUv3, whose interrupts are edges. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { interruptsOf } from '../interrupts.ts';

const EDGE_RISING = 1;

/** Software has no way to lower such a line, since the SMMU keeps no pending state for it. */
export const smmuInterruptTrigger: Rule<PlatformContext> = {
  id: 'smmu-interrupt-trigger',
  level: 'information',
  title: 'An SMMUv3 interrupt is not edge-triggered',
  explanation: 'The wired interrupts of an SMMUv3 are pulses: the architecture defines edges and no register that would lower a level. Declared as level-sensitive, an interrupt may be missed, or taken twice.',
  remedy: 'Use `IRQ_TYPE_EDGE_RISING` (1), unless the integration manual of the chip says otherwise.',
  bad: '&smmu {\n\tinterrupts = <0 74 4>, <0 79 1>;\n};',
  good: '&smmu {\n\tinterrupts = <0 74 1>, <0 79 1>;\n};',
  sources: ['Arm IHI 0070, 3.18: interrupts are edge-triggered', 'Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml, example'],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      if (iommu.binding.kind !== 'smmu-v3') continue;
      for (const { gic, name, cells, span } of interruptsOf(context.platform.tree, iommu.node)) {
        if (gic === undefined || gic.trigger === EDGE_RISING) continue;
        yield report(smmuInterruptTrigger, context, {
          at: cells[2]?.span ?? span,
          message: `The ${name === undefined ? '' : `"${name}" `}interrupt (${gic.type} ${gic.number}) is not declared edge-triggered.`,
          advice: 'Use IRQ_TYPE_EDGE_RISING.',
        });
      }
    }
  },
};
