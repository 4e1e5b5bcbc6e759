/** `smmu-match-mask-unused`: `stream-match-mask` where the binding gives it no effect. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';

/** Two-cell specifiers bring their own masks. */
export const streamMatchMask: Rule<PlatformContext> = {
  id: 'smmu-match-mask-unused',
  level: 'warning',
  title: '`stream-match-mask` has no effect',
  explanation: 'With `#iommu-cells = <2>` every specifier carries its own mask, and the driver never reads `stream-match-mask`. SMMUv3 has no stream matching at all. Streams that the mask was to fold together are not.',
  remedy: 'Put the mask into the specifiers, or use `#iommu-cells = <1>`.',
  bad: '&smmu_v2 {\n\tstream-match-mask = <0x7c00>;\n};',
  good: '&smmu_v2 {\n\t#iommu-cells = <1>;\n\tstream-match-mask = <0x7c00>;\n};',
  sources: ['Documentation/devicetree/bindings/iommu/arm,smmu.yaml: not valid with #iommu-cells = <2>', 'Linux arm_smmu_of_xlate()'],
  *check(context) {
    for (const { node, binding, cells } of context.platform.iommus) {
      const isV3 = binding.kind === 'smmu-v3';
      if (!node.properties.has('stream-match-mask') || (!isV3 && !(binding.kind === 'smmu-v2' && cells === 2))) continue;
      yield report(streamMatchMask, context, {
        at: propertySpan(node, 'stream-match-mask'),
        message: isV3 ? 'An SMMUv3 has no stream match registers: stream-match-mask is ignored.' : 'stream-match-mask is ignored, because #iommu-cells is 2.',
        advice: 'Put the mask into each specifier.',
        related: isV3 ? [] : [{ at: propertySpan(node, '#iommu-cells'), message: '#iommu-cells is here' }],
      });
    }
  },
};
