/** `iommus-duplicate`: the same specifier twice in one node. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import type { Master, StreamUse } from '../types.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

/** Harmless on Linux, which boots many boards like this; usually a copy whose StreamID was not changed. */
export const iommusDuplicate: Rule<PlatformContext> = {
  id: 'iommus-duplicate',
  level: 'information',
  title: 'The same StreamID is listed twice for one device',
  explanation: 'Linux ignores the second entry. The likely cause is a copied line whose StreamID should be another one: then a stream of the device is missing from the list, and its transactions fault.',
  remedy: 'Check the StreamIDs against the documentation of the chip, and remove the second entry if it means nothing.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu 0x10>, <&smmu 0x10>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu 0x10>, <&smmu 0x11>;\n};',
  sources: ['Linux arm_smmu_insert_master(): continues where the stream is the same device\'s', 'Xen arm-smmu-v3: `Already added to SMMUv3`'],
  *check(context) {
    for (const master of context.platform.masters) {
      for (const [again, first] of repeats(master)) {
        yield report(iommusDuplicate, context, {
          at: again.span,
          message: `StreamID ${hex(again.id ?? 0)} of ${nameOf(again.iommu.node)} is listed twice for this device.`,
          advice: 'Remove one of them, or correct the StreamID.',
          related: [{ at: first.span, message: 'listed here before' }],
        });
      }
    }
  },
};

function repeats(master: Master): Map<StreamUse, StreamUse> {
  const found = new Map<StreamUse, StreamUse>();
  if (master.uses.length < 2) return found;
  const seen = new Map<unknown, Map<string, StreamUse>>();
  for (const use of master.uses) {
    if (use.via !== 'iommus' || use.id === undefined) continue;
    let known = seen.get(use.iommu);
    if (known === undefined) seen.set(use.iommu, (known = new Map()));
    const key = `${use.id}/${use.mask}`;
    const first = known.get(key);
    if (first === undefined) known.set(key, use);
    else found.set(use, first);
  }
  return found;
}
