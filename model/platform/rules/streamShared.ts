/** `smmu-stream-shared`: one StreamID on two devices. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { meetings, type Meeting } from '../sharing.ts';
import type { IommuKind } from '../bindings.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

/** An error only where two enabled devices list the very StreamID on an enabled SMMUv3: Linux refuses the second. */
export const streamShared: Rule<PlatformContext> = {
  id: 'smmu-stream-shared',
  level: 'error',
  title: 'Two devices have the same StreamID',
  explanation: 'The SMMU cannot tell the two apart: they share one translation and can reach each other\'s memory. On SMMUv3 Linux refuses the second device to probe. '
    + 'On SMMUv1 and v2 it puts both into one group, which many boards do on purpose, so there it is only said. '
    + 'No hypervisor can give two such devices to different guests.',
  remedy: 'Look the StreamIDs up in the documentation of the chip; a copied node whose StreamID was not changed is the usual cause. Devices that really share one must go to the same guest.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n};\n\ndma@b0000 {\n\tiommus = <&smmu 0x10>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n};\n\ndma@b0000 {\n\tiommus = <&smmu 0x11>;\n};',
  sources: [
    'Linux arm-smmu-v3 up to 6.12: `stream %u already in tree from dev %s`, -EINVAL; later: `Aliasing StreamID 0x%x (from %s) unsupported, expect DMA to be broken`, -ENODEV',
    'Linux arm_smmu_find_sme() (v1, v2): a stream map entry that matches is used again',
  ],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      if (!iommu.binding.streams) continue;
      for (const meeting of meetings(context.usesOf(iommu))) {
        if (iommu.binding.kind === 'smmu-v2' && meeting.how === 'partial' && meeting.first.mask + meeting.second.mask > 0) continue;
        yield describe(context, meeting, iommu.binding.kind);
      }
    }
  },
};

function describe(context: PlatformContext, { first, second }: Meeting, kind: IommuKind): Problem {
  const isLive = first.iommu.enabled && first.master.enabled && second.master.enabled;
  const isMap = first.via === 'iommu-map' || second.via === 'iommu-map';
  const id = Math.max(first.id ?? 0, second.id ?? 0);
  // A map says what a RequesterID would become, not that such a device is there.
  const level = kind === 'smmu-v3' && isLive ? (isMap ? 'warning' : 'error') : 'information';
  return report(streamShared, context, {
    at: second.idSpan,
    level,
    message: `StreamID ${hex(id)} of ${nameOf(first.iommu.node)} is also used by ${first.master.path}.`,
    advice: kind === 'smmu-v3'
      ? 'Give each device its own StreamID.'
      : 'Linux puts both devices into one IOMMU group; they cannot go to different guests.',
    related: [{ at: first.idSpan, message: `${first.master.path} uses it here` }],
  });
}
