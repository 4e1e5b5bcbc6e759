/** `smmu-stream-id-range`: a StreamID that the SMMU, or the driver's stream table, cannot hold. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import type { StreamUse } from '../types.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

/** SMMUv1 and v2 have at most 16 StreamID bits (IDR0.EXIDS, SMR.ID). */
const V2_LIMIT = 0x10000;
/** Linux and Xen: 2^17 level-1 entries of 2^8 STEs each. */
const V3_LIMIT = 0x2000000;

/** A device tree does not give SIDSIZE, so for SMMUv3 only what no driver can hold is reported. */
export const streamIdRange: Rule<PlatformContext> = {
  id: 'smmu-stream-id-range',
  level: 'error',
  title: 'A StreamID does not fit the SMMU',
  explanation: 'SMMUv1 and v2 have StreamIDs of at most 16 bits; Linux cuts a larger one off without a word and programs another stream. '
    + 'On SMMUv3 the size is IDR1.SIDSIZE, which a device tree does not give, but Linux and Xen never build a stream table for more than 25 bits: '
    + 'such a device fails to probe with -ERANGE and no message.',
  remedy: 'Look the StreamID up in the documentation of the chip. A digit too many, or an address in its place, is the usual cause.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu_v2 0x10400 0x0>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu_v2 0x400 0x0>;\n};',
  sources: [
    'Linux arm-smmu: `stream ID 0x%x out of range for SMMU (0x%x)`, after the StreamID has been cut to 16 bits',
    'Linux arm-smmu-v3: arm_smmu_sid_in_range(), -ERANGE; `2-level strtab only covers %u/%u bits of SID`',
    'Arm IHI 0070, SMMU_IDR1.SIDSIZE',
  ],
  *check(context) {
    for (const master of context.platform.masters) {
      for (const use of master.uses) {
        const limit = limitOf(use);
        const last = (use.id ?? 0) + Math.max(use.count - 1, 0);
        if (use.id === undefined || limit === undefined || last < limit) continue;
        const bits = Math.log2(limit);
        yield report(streamIdRange, context, {
          at: use.idSpan,
          message: use.id < limit
            ? `The StreamIDs run from ${hex(use.id)} to ${hex(last)}, but ${nameOf(use.iommu.node)} ends at ${hex(limit - 1)} (${bits} bits).`
            : `StreamID ${hex(use.id)} does not fit the ${bits} bits of ${nameOf(use.iommu.node)}.`,
          advice: 'Correct the StreamID.',
        });
      }
    }
  },
};

function limitOf(use: StreamUse): number | undefined {
  const { kind } = use.iommu.binding;
  return kind === 'smmu-v2' ? V2_LIMIT : kind === 'smmu-v3' ? V3_LIMIT : undefined;
}
