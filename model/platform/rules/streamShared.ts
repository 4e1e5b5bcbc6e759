/** `smmu-stream-shared`: one StreamID on two devices. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { meetings, type Meeting } from '../sharing.ts';
import type { IommuKind } from '../bindings.ts';
import type { Master } from '../types.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

/** An error only where two enabled devices list the very StreamID on an enabled SMMUv3: Linux refuses the second. A warning where one of them is to be passed through. */
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
      const found = meetings(context.usesOf(iommu)).filter(({ first, second, how }) => iommu.binding.kind !== 'smmu-v2' || how !== 'partial' || first.mask + second.mask === 0);
      for (const group of byPair(found)) yield describe(context, group, iommu.binding.kind);
    }
  },
};

/** Two devices that share many StreamIDs are one finding. */
function byPair(all: readonly Meeting[]): Iterable<readonly [Meeting, ...Meeting[]]> {
  const groups = new Map<Master, Map<Master, [Meeting, ...Meeting[]]>>();
  for (const meeting of all) {
    let partners = groups.get(meeting.second.master);
    if (partners === undefined) groups.set(meeting.second.master, (partners = new Map()));
    const group = partners.get(meeting.first.master);
    if (group === undefined) partners.set(meeting.first.master, [meeting]);
    else group.push(meeting);
  }
  return [...groups.values()].flatMap((partners) => [...partners.values()]);
}

function describe(context: PlatformContext, [{ first, second }, ...more]: readonly [Meeting, ...Meeting[]], kind: IommuKind): Problem {
  const isLive = first.iommu.enabled && first.master.enabled && second.master.enabled;
  const isMap = first.via === 'iommu-map' || second.via === 'iommu-map';
  const id = Math.max(first.id ?? 0, second.id ?? 0);
  // A map says what a RequesterID would become, not that such a device is there.
  // Two passed devices may well go to one guest; one that is passed and one that is not cannot.
  const [isFirstPassed, isSecondPassed] = [first, second].map((use) => use.master.node.properties.has('xen,passthrough'));
  const isSplit = isFirstPassed !== isSecondPassed;
  const level = kind === 'smmu-v3' && isLive ? (isMap ? 'warning' : 'error') : isSplit && isLive && kind !== 'other' ? 'warning' : 'information';
  return report(streamShared, context, {
    at: second.idSpan,
    level,
    message: `StreamID ${hex(id)} ${more.length > 0 ? `and ${more.length} more ` : ''}of ${nameOf(first.iommu.node)} ${more.length > 0 ? 'are' : 'is'} also used by ${first.master.path}.`,
    advice: kind === 'smmu-v3'
      ? 'Give each device its own StreamID.'
      : 'Linux puts both devices into one IOMMU group; they cannot go to different guests.',
    related: [{ at: first.idSpan, message: `${first.master.path} uses it here` }],
  });
}
