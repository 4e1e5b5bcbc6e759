/** `smmu-stream-match-overlap`: masked StreamIDs that overlap without one containing the other. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { meetings } from '../sharing.ts';
import type { StreamUse } from '../types.ts';
import { hex } from '../units.ts';

/** Two stream match registers that match one StreamID are a conflict in hardware, so Linux refuses the second. */
export const streamMatchOverlap: Rule<PlatformContext> = {
  id: 'smmu-stream-match-overlap',
  level: 'warning',
  title: 'Stream match masks overlap',
  explanation: 'Two specifiers match one StreamID, and neither lies within the one that the kernel sees first. Hardware with two matching stream match registers raises a conflict fault, '
    + 'so the driver refuses the device that comes second with -EINVAL. Which one that is depends on the order of probing.',
  remedy: 'Widen one mask until it contains the other specifier, or narrow both until they do not meet.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu_v2 0x400 0x3>;\n};\n\ndma@b0000 {\n\tiommus = <&smmu_v2 0x401 0xc>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu_v2 0x400 0x3>;\n};\n\ndma@b0000 {\n\tiommus = <&smmu_v2 0x410 0xc>;\n};',
  sources: ['Linux arm_smmu_find_sme(): -EINVAL', 'Arm IHI 0062, stream match conflict fault (SMMU_sGFSR.SMCF)'],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      if (iommu.binding.kind !== 'smmu-v2') continue;
      const uses = context.usesOf(iommu);
      for (const { first, second, how } of [...meetings(uses), ...meetings(uses, true)]) {
        if (how !== 'partial' || first.mask + second.mask === 0) continue;
        const contains = (second.mask & first.mask) === first.mask;
        const isLive = iommu.enabled && first.master.enabled && second.master.enabled;
        yield report(streamMatchOverlap, context, {
          at: second.span,
          level: contains || !isLive ? 'information' : 'warning',
          message: `${match(second)} and ${match(first)} of ${first.master.path} both match StreamID ${hex(common(first, second))}.`,
          advice: contains ? 'Linux accepts this only if the wider one probes first.' : 'Widen or narrow a mask.',
          related: [{ at: first.span, message: `${match(first)} is written here` }],
        });
      }
    }
  },
};

function match(use: StreamUse): string {
  return `StreamID ${hex(use.id ?? 0)} with mask ${hex(use.mask)}`;
}

/** One StreamID that both match: each gives the bits that the other ignores. */
function common(a: StreamUse, b: StreamUse): number {
  return (((a.id ?? 0) & ~a.mask) | ((b.id ?? 0) & ~b.mask)) >>> 0;
}
