/** `smmu-coherency`: SMMUv3 instances of one chip that differ in `dma-coherent`. */
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, propertySpan, report } from '../context.ts';
import { nameOf } from '../values.ts';

/** Whether it is right only the hardware knows (IDR0.COHACC); instances of one chip are usually alike. */
export const smmuCoherency: Rule<PlatformContext> = {
  id: 'smmu-coherency',
  level: 'information',
  title: 'One SMMUv3 is `dma-coherent` and another is not',
  explanation: '`dma-coherent` says that the table walks and queues of the SMMU are coherent with the CPU caches, and wins over what the hardware says in IDR0.COHACC. Where it is missing on a coherent SMMU, walks are slower than need be and pKVM refuses it; where it stands on one that is not, the SMMU reads stale tables.',
  remedy: 'Compare with IDR0.COHACC of each instance: `IDR0.COHACC overridden by FW configuration` in the kernel log tells that tree and hardware differ.',
  bad: '/ {\n\tiommu@2b600000 {\n\t\tcompatible = "arm,smmu-v3";\n\t\treg = <0x0 0x2b600000 0x0 0x20000>;\n\t\tinterrupts = <0 90 1>, <0 91 1>;\n\t\tinterrupt-names = "eventq", "gerror";\n\t\t#iommu-cells = <1>;\n\t\tdma-coherent;\n\t};\n};\n\n&smmu {\n\tstatus = "okay";\n};',
  good: '/ {\n\tiommu@2b600000 {\n\t\tcompatible = "arm,smmu-v3";\n\t\treg = <0x0 0x2b600000 0x0 0x20000>;\n\t\tinterrupts = <0 90 1>, <0 91 1>;\n\t\tinterrupt-names = "eventq", "gerror";\n\t\t#iommu-cells = <1>;\n\t};\n};\n\n&smmu {\n\tstatus = "okay";\n};',
  sources: ['Linux and Xen arm-smmu-v3: `IDR0.COHACC overridden by FW configuration (%s)`', 'Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml'],
  *check(context) {
    const enabled = context.platform.iommus.filter((iommu) => iommu.binding.kind === 'smmu-v3' && iommu.enabled);
    const coherent = enabled.find(({ node }) => node.properties.has('dma-coherent'));
    if (coherent === undefined) return;
    for (const { node } of enabled) {
      if (node.properties.has('dma-coherent')) continue;
      yield report(smmuCoherency, context, {
        at: nameSpan(node),
        message: `${nameOf(node)} is not dma-coherent, while ${nameOf(coherent.node)} is.`,
        related: [{ at: propertySpan(coherent.node, 'dma-coherent'), message: `dma-coherent of ${nameOf(coherent.node)}` }],
      });
    }
  },
};
