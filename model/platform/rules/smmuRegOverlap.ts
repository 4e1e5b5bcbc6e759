/** `smmu-reg-overlap`: two IOMMUs whose registers lie on top of each other. */
import type { Rule } from '../../rule.ts';
import { regionsOf } from '../addresses.ts';
import { type PlatformContext, report } from '../context.ts';
import type { Iommu, Region } from '../types.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

/** Compares CPU addresses, so that two buses with equal local addresses do not meet. */
export const smmuRegOverlap: Rule<PlatformContext> = {
  id: 'smmu-reg-overlap',
  level: 'warning',
  title: 'The registers of two SMMUs overlap',
  explanation: 'Two SMMU nodes describe the same registers, so one of them is a copy whose address was not changed. The second to probe fails to claim its region, and its masters get no IOMMU.',
  remedy: 'Correct the address of one of the two.',
  bad: '/ {\n\tiommu@2b410000 {\n\t\tcompatible = "arm,smmu-v3";\n\t\treg = <0x0 0x2b410000 0x0 0x20000>;\n\t\tinterrupts = <0 90 1>, <0 91 1>;\n\t\tinterrupt-names = "eventq", "gerror";\n\t\t#iommu-cells = <1>;\n\t};\n};\n\n&smmu {\n\tstatus = "okay";\n};',
  good: '/ {\n\tiommu@2b430000 {\n\t\tcompatible = "arm,smmu-v3";\n\t\treg = <0x0 0x2b430000 0x0 0x20000>;\n\t\tinterrupts = <0 90 1>, <0 91 1>;\n\t\tinterrupt-names = "eventq", "gerror";\n\t\t#iommu-cells = <1>;\n\t};\n};\n\n&smmu {\n\tstatus = "okay";\n};',
  sources: ['Linux devm_ioremap_resource(): `can\'t request region for resource %pR`, -EBUSY'],
  *check(context) {
    for (const [a, b] of overlaps(context)) {
      const isLive = a.iommu.enabled && b.iommu.enabled;
      yield report(smmuRegOverlap, context, {
        at: b.region.span,
        level: isLive ? 'warning' : 'information',
        message: `The registers at ${hex(b.start)} overlap those of ${nameOf(a.iommu.node)}.`,
        related: [{ at: a.region.span, message: `${nameOf(a.iommu.node)} is at ${hex(a.start)}` }],
      });
    }
  },
};

interface Placed { readonly iommu: Iommu; readonly region: Region; readonly start: bigint }

function overlaps(context: PlatformContext): [Placed, Placed][] {
  const placed: Placed[] = [];
  for (const iommu of context.platform.iommus) {
    if (iommu.binding.kind !== 'smmu-v3' && iommu.binding.kind !== 'smmu-v2') continue;
    for (const region of regionsOf(iommu.node)) {
      if (region.physical !== undefined && region.size > 0n) placed.push({ iommu, region, start: region.physical });
    }
  }
  placed.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const found: [Placed, Placed][] = [];
  placed.forEach((b, index) => {
    const a = placed[index - 1];
    if (a !== undefined && a.iommu !== b.iommu && b.start < a.start + a.region.size) found.push([a, b]);
  });
  return found;
}
