/** `pasid-num-bits-range`: more PASID bits than there are. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { u32Of } from '../values.ts';

/** SubstreamIDs, and PCI PASIDs, have at most 20 bits. */
const MAX_BITS = 20;

/** The property is for platform devices; PCI devices say it in their capability. */
export const pasidBits: Rule<PlatformContext> = {
  id: 'pasid-num-bits-range',
  level: 'warning',
  title: '`pasid-num-bits` is out of range',
  explanation: 'A PASID becomes the SubstreamID of an SMMUv3, which has at most 20 bits. The driver cuts a larger number down to what the hardware has; a property that is not one cell is ignored, and the device has one address space.',
  remedy: 'Write one cell from 1 to 20: the number of bits that the device drives.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n\tpasid-num-bits = <0x100>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n\tpasid-num-bits = <0x8>;\n};',
  sources: ['Documentation/devicetree/bindings/iommu/iommu.txt', 'Arm IHI 0070, SMMU_IDR1.SSIDSIZE: at most 20'],
  *check(context) {
    for (const { node } of context.platform.masters) {
      const property = node.properties.get('pasid-num-bits');
      if (property === undefined) continue;
      const bits = u32Of(node, 'pasid-num-bits');
      if (bits !== undefined && bits <= MAX_BITS) continue;
      yield report(pasidBits, context, {
        at: property.syntax,
        message: bits === undefined ? 'pasid-num-bits is not one cell, so it is ignored.' : `A PASID has at most ${MAX_BITS} bits, not ${bits}.`,
        advice: 'Write the number of PASID bits, not the number of PASIDs.',
      });
    }
  },
};
