/** `smmu-reg`: the register region of an SMMU is missing, too small or not alone. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { regionsOf } from '../addresses.ts';
import { nameSpan, type PlatformContext, propertySpan, report } from '../context.ts';
import type { Iommu } from '../types.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

const PAGE0 = 0x10000n;
const BOTH_PAGES = 0x20000n;
/** Without page 1 the event queue's registers are in page 0. */
const PAGE0_ONLY = 'cavium,cn9900-broken-page1-regspace';

/** SMMUv1 and v2 implementations have regions of many sizes: of them only that there is one is asked. */
export const smmuReg: Rule<PlatformContext> = {
  id: 'smmu-reg',
  level: 'error',
  title: 'The register region of an SMMU is wrong',
  explanation: 'An SMMUv3 has two register pages of 64 KiB, one after the other, which the binding describes as one region of at least 128 KiB. With a smaller one neither Linux nor Xen probes the SMMU; a second region is ignored.',
  remedy: 'Write one region of 0x20000 bytes at a 64 KiB boundary.',
  bad: '&smmu {\n\treg = <0x0 0x2b400000 0x0 0x10000>;\n};',
  good: '&smmu {\n\treg = <0x0 0x2b400000 0x0 0x20000>;\n};',
  sources: ['Linux arm-smmu-v3: `MMIO region too small (%pr)`, -EINVAL', 'Xen arm-smmu-v3: `MMIO region too small (%lx)`', 'Arm IHI 0070, 6.1'],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      const { kind } = iommu.binding;
      if (kind === 'smmu-v3' || kind === 'smmu-v2') yield* checkSmmu(context, iommu);
    }
  },
};

function* checkSmmu(context: PlatformContext, { node, enabled, binding }: Iommu): Generator<Problem> {
  const regions = regionsOf(node);
  const [region, second] = regions;
  if (region === undefined) {
    yield report(smmuReg, context, {
      at: propertySpan(node, 'reg'),
      level: enabled ? 'error' : 'warning',
      message: `${nameOf(node)} has no register region.`,
      advice: binding.kind === 'smmu-v3' ? 'Add reg with one region of 0x20000 bytes.' : 'Add reg.',
    });
    return;
  }
  if (binding.kind !== 'smmu-v3') return;
  const least = node.properties.has(PAGE0_ONLY) ? PAGE0 : BOTH_PAGES;
  if (region.size < least) {
    yield report(smmuReg, context, {
      at: region.span,
      level: enabled ? 'error' : 'warning',
      message: `The region has ${hex(region.size)} bytes, an SMMUv3 needs ${hex(least)}.`,
      advice: `Write ${hex(least)} as the size.`,
      related: [{ at: nameSpan(node), message: `${nameOf(node)} is here` }],
    });
  }
  if (region.start % PAGE0 !== 0n) {
    yield report(smmuReg, context, {
      at: region.span, level: 'warning',
      message: `${hex(region.start)} is not at a 64 KiB boundary, where the registers of an SMMUv3 begin.`,
    });
  }
  if (second !== undefined) {
    yield report(smmuReg, context, {
      at: second.span, level: 'warning',
      message: 'An SMMUv3 has one register region; this second one is ignored.',
      advice: 'Both pages belong into one region.',
    });
  }
}
