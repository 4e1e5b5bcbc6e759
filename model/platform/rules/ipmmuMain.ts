/** `ipmmu-main`: a Renesas IPMMU that is neither the main one nor names it. */
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, report } from '../context.ts';
import { nameOf } from '../values.ts';

/** A cache IPMMU has no interrupt of its own, and must name the main IPMMU that has. */
export const ipmmuMain: Rule<PlatformContext> = {
  id: 'ipmmu-main',
  level: 'warning',
  title: 'A Renesas IPMMU has neither interrupts nor `renesas,ipmmu-main`',
  explanation: 'The main IPMMU has interrupts, and every other one names it in `renesas,ipmmu-main`. Without either the driver takes the instance for a main one and fails to get its interrupt, so its masters run without translation.',
  remedy: 'Add `renesas,ipmmu-main` with the main IPMMU and the bit of this instance, or the interrupts.',
  bad: '/ {\n\tmm: iommu@e67b0000 {\n\t\tcompatible = "renesas,ipmmu-r8a7795";\n\t\treg = <0x0 0xe67b0000 0x0 0x1000>;\n\t\t#iommu-cells = <1>;\n\t};\n};',
  good: '/ {\n\tmm: iommu@e67b0000 {\n\t\tcompatible = "renesas,ipmmu-r8a7795";\n\t\treg = <0x0 0xe67b0000 0x0 0x1000>;\n\t\tinterrupts = <0 196 4>, <0 197 4>;\n\t\t#iommu-cells = <1>;\n\t};\n};',
  sources: ['Documentation/devicetree/bindings/iommu/renesas,ipmmu-vmsa.yaml: one of interrupts and renesas,ipmmu-main is required'],
  *check(context) {
    for (const { node, binding } of context.platform.iommus) {
      const { properties } = node;
      if (binding.name !== 'Renesas IPMMU' || properties.has('renesas,ipmmu-main') || properties.has('interrupts') || properties.has('interrupts-extended')) continue;
      yield report(ipmmuMain, context, {
        at: nameSpan(node),
        message: `${nameOf(node)} has neither interrupts nor renesas,ipmmu-main.`,
      });
    }
  },
};
