/** `iommu-compatible`: an IOMMU node whose `compatible` is missing or looks misspelt. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { stringList } from '../../devicetree/tree/values.ts';
import { knownCompatibles } from '../bindings.ts';
import { isOverlayBody, nameSpan, type PlatformContext, replace, report } from '../context.ts';
import { distance } from '../nearest.ts';
import type { Iommu } from '../types.ts';
import { nameOf } from '../values.ts';

/** Only strings very near to a known one, since many chips have IOMMUs of their own. */
export const iommuCompatible: Rule<PlatformContext> = {
  id: 'iommu-compatible',
  level: 'warning',
  title: 'The `compatible` of an IOMMU looks misspelt',
  explanation: 'No driver is known for the string, while one is known for a string that differs by a character or two. Without a driver every master of this IOMMU waits for it and then runs without translation.',
  remedy: 'Correct the string.',
  bad: '&smmu {\n\tcompatible = "arm,smmuv3";\n};',
  good: '&smmu {\n\tcompatible = "arm,smmu-v3";\n};',
  sources: ['Linux driver_deferred_probe_check_state(): `ignoring dependency for device, assuming no driver`'],
  *check(context) {
    for (const iommu of context.platform.iommus) {
      if (iommu.known) continue;
      const problem = checkIommu(context, iommu);
      if (problem !== undefined) yield problem;
    }
  },
};

function checkIommu(context: PlatformContext, { node }: Iommu): Problem | undefined {
  const property = node.properties.get('compatible');
  if (property === undefined) {
    // A bus such as a PCI device node is matched by other means.
    if (node.parent?.properties.get('device_type') !== undefined || isOverlayBody(node)) return undefined;
    return report(iommuCompatible, context, {
      at: nameSpan(node),
      message: `${nameOf(node)} has #iommu-cells and no compatible, so no driver will serve it.`,
    });
  }
  for (const { value, span } of stringList(property) ?? []) {
    for (const known of knownCompatibles()) {
      const edits = isNear(value, known) ? distance(value.toLowerCase(), known) : 9;
      if (edits > 2) continue;
      return report(iommuCompatible, context, {
        at: span,
        message: `No driver is known for "${value}"; did you mean "${known}"?`,
        fixes: [replace(context, span, { title: `Replace by "${known}"`, text: `"${known}"` })],
      });
    }
  }
  return undefined;
}

/** A chip number in the string makes it another chip, not a typing error. */
function isNear(value: string, known: string): boolean {
  const vendor = (text: string): string => text.slice(0, text.indexOf(','));
  return Math.abs(value.length - known.length) <= 2 && (vendor(value) === vendor(known) || !value.includes(',')) && !/\d{3}/.test(value.slice(value.indexOf(',')));
}
