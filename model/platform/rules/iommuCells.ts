/** `iommu-cells`: `#iommu-cells` missing or wrong for the provider. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, replace, report } from '../context.ts';
import type { Iommu } from '../types.ts';
import { nameOf } from '../values.ts';

/** Each binding allows one or two values; Arm SMMUs refuse to probe with any other. */
export const iommuCells: Rule<PlatformContext> = {
  id: 'iommu-cells',
  level: 'error',
  title: '`#iommu-cells` is missing or wrong for this IOMMU',
  explanation: 'The binding of each IOMMU fixes how many cells a specifier has. An SMMUv3 takes one, an SMMUv1 or v2 one or two. With another value the driver does not probe, so every master of the IOMMU waits for it or runs without translation.',
  remedy: 'Write the number that the binding asks for, and give each specifier that many cells.',
  bad: '&smmu {\n\t#iommu-cells = <2>;\n};',
  good: '&smmu {\n\t#iommu-cells = <1>;\n};',
  sources: [
    'Linux and Xen arm-smmu-v3: `missing #iommu-cells property`, `invalid #iommu-cells value (%d)`, -EINVAL',
    'Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml',
  ],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      const problem = checkIommu(context, iommu);
      if (problem !== undefined) yield problem;
    }
  },
};

function checkIommu(context: PlatformContext, iommu: Iommu): Problem | undefined {
  const { binding, node, cells } = iommu;
  const allowed = binding.cells.join(' or ');
  const property = node.properties.get('#iommu-cells');
  if (property === undefined) {
    // SMMUs of the old binding, with mmu-masters, have none.
    if (node.properties.has('mmu-masters')) return undefined;
    return report(iommuCells, context, {
      at: nameSpan(node),
      level: iommu.enabled ? 'error' : 'warning',
      message: `${nameOf(node)} is an ${binding.name} without #iommu-cells.`,
      advice: `Add #iommu-cells = <${binding.cells[0] ?? 1}>;`,
    });
  }
  if (cells === undefined) {
    return report(iommuCells, context, { at: property.syntax, message: '#iommu-cells must be exactly one cell.' });
  }
  if (binding.cells.length === 0 || binding.cells.includes(cells)) return undefined;
  const isSmmu = binding.kind !== 'other';
  const value = property.syntax.values[0];
  const right = binding.cells.length === 1 ? `<${allowed}>` : undefined;
  return report(iommuCells, context, {
    at: property.syntax,
    level: isSmmu ? 'error' : 'warning',
    message: `#iommu-cells of an ${binding.name} is ${allowed}, not ${cells}.`,
    fixes: [right === undefined || value === undefined ? undefined : replace(context, value, { title: `Set it to ${right}`, text: right })],
  });
}
