/** `smmu-node-name`: an SMMU node that is not called `iommu@...`. */
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, replace, report } from '../context.ts';

/** The name has no effect on a driver, but on every tool that looks for IOMMUs by name. */
export const smmuNodeName: Rule<PlatformContext> = {
  id: 'smmu-node-name',
  level: 'hint',
  title: 'An SMMU node is not called `iommu@...`',
  explanation: 'The bindings of the Arm SMMUs ask for the generic name `iommu` with the address behind it. Drivers do not care; schema checks and scripts do.',
  remedy: 'Rename the node to `iommu@` and its address. References by label stay right, paths (also in `dtdev` of a Xen guest) change.',
  bad: '/ {\n\tsmmu@2b600000 {\n\t\tcompatible = "arm,smmu-v3";\n\t\treg = <0x0 0x2b600000 0x0 0x20000>;\n\t\tinterrupts = <0 90 1>, <0 91 1>;\n\t\tinterrupt-names = "eventq", "gerror";\n\t\t#iommu-cells = <1>;\n\t};\n};',
  good: '/ {\n\tiommu@2b600000 {\n\t\tcompatible = "arm,smmu-v3";\n\t\treg = <0x0 0x2b600000 0x0 0x20000>;\n\t\tinterrupts = <0 90 1>, <0 91 1>;\n\t\tinterrupt-names = "eventq", "gerror";\n\t\t#iommu-cells = <1>;\n\t};\n};',
  sources: ['Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml and arm,smmu.yaml: $nodename'],
  *check(context) {
    for (const { binding, node } of context.platform.iommus) {
      const isSmmu = binding.kind === 'smmu-v3' || binding.kind === 'smmu-v2';
      if (!isSmmu || /^iommu(@|$)/.test(node.name)) continue;
      const isByName = node.definitions[0]?.target.kind === 'name' && node.definitions.length === 1;
      const unit = node.name.includes('@') ? node.name.slice(node.name.indexOf('@')) : '';
      yield report(smmuNodeName, context, {
        at: nameSpan(node),
        message: `The binding calls this node "iommu${unit}".`,
        fixes: [isByName ? replace(context, nameSpan(node), { title: `Rename to iommu${unit}`, text: `iommu${unit}` }) : undefined],
      });
    }
  },
};
