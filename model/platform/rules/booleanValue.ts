/** `boolean-with-value`: a boolean property that was given a value. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import type { DtProperty } from '../../devicetree/tree/tree.ts';
import { type PlatformContext, report } from '../context.ts';

/** Booleans of IOMMUs and masters; `xen,passthrough` and `dma-coherent` wherever they stand. */
const BOOLEANS = ['dma-coherent', 'dma-noncoherent', 'dma-can-stall', 'ats-supported', 'hisilicon,broken-prefetch-cmd',
  'cavium,cn9900-broken-page1-regspace', 'calxeda,smmu-secure-config-access', 'xen,passthrough'];

/** `dma-coherent = <0>` means coherent. */
export const booleanValue: Rule<PlatformContext> = {
  id: 'boolean-with-value',
  level: 'warning',
  title: 'A boolean property has a value',
  explanation: 'A boolean property is true by being there, whatever its value: `dma-coherent = <0>` makes the kernel skip cache maintenance as `dma-coherent` does. On an SMMU without coherent walks that gives stale page tables.',
  remedy: 'Leave the value out for true; delete the property for false.',
  bad: '&smmu {\n\tdma-coherent = <0>;\n};',
  good: '&smmu {\n\tdma-coherent;\n};',
  sources: ['Linux of_property_read_bool() and of_dma_is_coherent(): only presence counts', 'Devicetree Specification 2.2.4'],
  *check(context) {
    for (const property of candidates(context)) {
      if (property.syntax.hasValue) yield describe(context, property);
    }
  },
};

function* candidates(context: PlatformContext): Generator<DtProperty> {
  const seen = new Set<DtProperty>();
  const { platform } = context;
  for (const name of ['dma-coherent', 'xen,passthrough'] as const) {
    for (const { property } of platform.noted.get(name) ?? []) {
      seen.add(property);
      yield property;
    }
  }
  for (const { node } of [...platform.iommus, ...platform.masters]) {
    for (const name of BOOLEANS) {
      const property = node.properties.get(name);
      if (property !== undefined && !seen.has(property)) yield property;
    }
  }
}

function describe(context: PlatformContext, property: DtProperty): Problem {
  const { nameSpan, end } = property.syntax;
  const value = { start: nameSpan.end, end: context.text.text[end - 1] === ';' ? end - 1 : end };
  const range = context.editable(value);
  return report(booleanValue, context, {
    at: property.syntax,
    message: `${property.name} is true by being there; its value is not read.`,
    advice: 'Leave the value out, or delete the property.',
    fixes: [range === undefined ? undefined : { title: 'Leave the value out (true)', edits: [{ range, text: '' }] }],
  });
}
