/** `iommus-empty`: `iommus` without a usable value. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';

/** A list of cells is expected; strings, bytes or nothing leave the device without an IOMMU. */
export const iommusEmpty: Rule<PlatformContext> = {
  id: 'iommus-empty',
  level: 'warning',
  title: '`iommus` has no cells',
  explanation: 'The property is there, but holds no entry: it is empty, or a string or a byte string. The kernel finds no IOMMU for the device and lets it run without translation.',
  remedy: 'Write a list such as `<&smmu 0x10>`, or delete the property with `/delete-property/ iommus;` where the device is meant to have none.',
  bad: 'dma@a0000 {\n\tiommus;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n};',
  sources: ['Documentation/devicetree/bindings/iommu/iommu.txt'],
  *check(context) {
    for (const { list } of context.platform.masters) {
      if (list === undefined || list.entries.length > 0) continue;
      yield report(iommusEmpty, context, {
        at: list.property.syntax,
        message: 'This iommus has no entry, so the device has no IOMMU.',
        advice: 'Write <&smmu STREAMID>, or delete the property.',
      });
    }
  },
};
