/** `smmu-v2-interrupts`: `#global-interrupts` missing, or no interrupt left for the context banks. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, propertySpan, report } from '../context.ts';
import { interruptsOf } from '../interrupts.ts';
import type { Iommu } from '../types.ts';
import { nameOf, u32Of } from '../values.ts';

/** The number of context banks is known to the hardware only; that there is one is not. */
export const smmuV2Interrupts: Rule<PlatformContext> = {
  id: 'smmu-v2-interrupts',
  level: 'error',
  title: 'An SMMUv2 has too few interrupts',
  explanation: 'The first `#global-interrupts` interrupts are global faults, all others belong to context banks, one for each bank. Without the property, or with no interrupt left for a bank, the driver does not probe. On SMMUv2 it also refuses fewer interrupts than the hardware has banks.',
  remedy: 'List the global interrupts first, then one interrupt for each context bank; a single combined line is listed once for each.',
  bad: '&smmu_v2 {\n\t#global-interrupts = <2>;\n\tinterrupts = <0 100 4>, <0 101 4>;\n};',
  good: '&smmu_v2 {\n\t#global-interrupts = <1>;\n\tinterrupts = <0 100 4>, <0 101 4>;\n};',
  sources: [
    'Linux arm-smmu: `missing #global-interrupts property`, `found %d interrupts but expected at least %d`, `found only %d context irq(s) but %d required`',
    'Documentation/devicetree/bindings/iommu/arm,smmu.yaml',
  ],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      if (iommu.binding.kind !== 'smmu-v2') continue;
      const problem = checkSmmu(context, iommu);
      if (problem !== undefined) yield problem;
    }
  },
};

function checkSmmu(context: PlatformContext, { node, enabled }: Iommu): Problem | undefined {
  const level = enabled ? 'error' : 'warning';
  const globals = u32Of(node, '#global-interrupts');
  if (globals === undefined) {
    return report(smmuV2Interrupts, context, {
      at: nameSpan(node), level,
      message: `${nameOf(node)} has no #global-interrupts, so the driver does not probe it.`,
      advice: 'Add the number of global interrupts, usually 1 or 2.',
    });
  }
  const count = interruptsOf(context.platform.tree, node).length;
  const isThere = node.properties.has('interrupts') || node.properties.has('interrupts-extended');
  if (count > globals || (isThere && count === 0)) return undefined;
  return report(smmuV2Interrupts, context, {
    at: propertySpan(node, 'interrupts'), level,
    message: `${nameOf(node)} has ${count} interrupts, of which ${globals} are global: none is left for a context bank.`,
    advice: 'List one interrupt for each context bank after the global ones.',
    related: [{ at: propertySpan(node, '#global-interrupts'), message: '#global-interrupts is here' }],
  });
}
