/** `smmu-mask-range`: an SMR mask that the hardware has no bits for. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

const MASK_LIMIT = 0x10000;

/** Both the second specifier cell and `stream-match-mask`. */
export const streamMaskRange: Rule<PlatformContext> = {
  id: 'smmu-mask-range',
  level: 'error',
  title: 'A stream match mask does not fit 16 bits',
  explanation: 'SMR.MASK has at most 16 bits. Linux cuts the value off and so matches other streams than the tree says; what is left beyond the hardware\'s own bits it refuses.',
  remedy: 'Write the StreamID bits that are to be ignored, not a width or an address.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu_v2 0x400 0x10000>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu_v2 0x400 0x3f>;\n};',
  sources: ['Linux arm-smmu: `SMR mask 0x%x out of range for SMMU (0x%x)`', 'Documentation/devicetree/bindings/iommu/arm,smmu.yaml'],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      if (iommu.matchMask < MASK_LIMIT) continue;
      yield report(streamMaskRange, context, {
        at: propertySpan(iommu.node, 'stream-match-mask'),
        message: `stream-match-mask ${hex(iommu.matchMask)} of ${nameOf(iommu.node)} does not fit 16 bits.`,
      });
    }
    for (const master of context.platform.masters) {
      for (const entry of master.list?.entries ?? []) {
        const mask = entry.args[1];
        if (entry.iommu?.binding.kind !== 'smmu-v2' || mask === undefined || mask.value < MASK_LIMIT) continue;
        yield report(streamMaskRange, context, {
          at: mask.span,
          message: `Mask ${hex(mask.value)} does not fit the 16 bits of an SMR of ${nameOf(entry.iommu.node)}.`,
          advice: 'Correct the mask: a set bit is a StreamID bit to ignore.',
        });
      }
    }
  },
};
