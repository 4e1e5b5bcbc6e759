/** `rid-map-mask-value`: a mask wider than a RequesterID, or not one cell. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { RID_SPACE } from '../rid.ts';
import { hex } from '../units.ts';
import { u32Of } from '../values.ts';

/** A RequesterID has 16 bits, so a wider mask is another number by mistake. */
export const ridMapMaskValue: Rule<PlatformContext> = {
  id: 'rid-map-mask-value',
  level: 'warning',
  title: 'A map mask is not a 16-bit number',
  explanation: 'A RequesterID has 16 bits. A wider mask is usually a map entry or an address in the wrong property. A mask that is not exactly one cell is ignored by the kernel as if it were not there.',
  remedy: 'Write one cell of at most 0xffff.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tiommu-map-mask = <0x1ffff>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tiommu-map-mask = <0xffff>;\n};',
  sources: ['dt-schema pci-iommu.yaml: maximum 0xffff'],
  *check(context) {
    for (const name of ['iommu-map-mask', 'msi-map-mask'] as const) {
      for (const { property } of context.platform.noted.get(name) ?? []) {
        const mask = u32Of(property.node, name);
        if (mask !== undefined && mask < RID_SPACE) continue;
        yield report(ridMapMaskValue, context, {
          at: property.syntax,
          message: mask === undefined ? `${name} is not one cell, so the kernel ignores it.` : `${name} ${hex(mask)} is wider than the 16 bits of a RequesterID.`,
          advice: 'Write one cell of at most 0xffff.',
        });
      }
    }
  },
};
