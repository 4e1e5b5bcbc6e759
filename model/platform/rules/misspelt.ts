/** `iommu-property-name`: a property that looks like one of the IOMMU bindings but is not spelt like it. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, replace, report } from '../context.ts';
import { MISSPELT } from '../platform.ts';

/** Only names that no binding uses are in the list, so that vendor properties stay alone. */
export const misspeltProperty: Rule<PlatformContext> = {
  id: 'iommu-property-name',
  level: 'warning',
  title: 'A property of the IOMMU bindings is misspelt',
  explanation: 'No program reads a property of this name, and none complains about it: the device simply has no IOMMU, or the map no mask.',
  remedy: 'Use the name that the binding defines.',
  bad: 'dma@a0000 {\n\tiommu = <&smmu 0x10>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n};',
  sources: ['Documentation/devicetree/bindings/iommu/iommu.txt', 'Documentation/devicetree/bindings/pci/pci-iommu.txt'],
  *check(context) {
    for (const { property } of context.platform.noted.get('misspelt') ?? []) {
      const right = MISSPELT.get(property.name);
      if (right === undefined || property.node.properties.has(right)) continue;
      yield report(misspeltProperty, context, {
        at: property.syntax.nameSpan,
        message: `"${property.name}" is read by no program; the binding's name is "${right}".`,
        advice: `Rename it to ${right}.`,
        fixes: [replace(context, property.syntax.nameSpan, { title: `Rename to ${right}`, text: right, preferred: true })],
      });
    }
  },
};
