/** `iommus-length`: an `iommus` entry has more or fewer cells than its provider asks for. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, replace, report } from '../context.ts';
import type { Specifier } from '../types.ts';
import { nameOf, spanOf } from '../values.ts';

/** Every entry is a phandle and exactly `#iommu-cells` cells. */
export const iommusLength: Rule<PlatformContext> = {
  id: 'iommus-length',
  level: 'error',
  title: 'An `iommus` entry has the wrong number of cells',
  explanation: 'An entry is the phandle of an IOMMU and exactly as many cells as that IOMMU\'s `#iommu-cells` says. '
    + 'With a cell too few the kernel takes the next entry\'s phandle for a StreamID or gives up on the list; '
    + 'with a cell too many it takes the surplus for the phandle of a next entry. Either way the device is left without some or all of its streams.',
  remedy: 'Give the entry the number of cells that the provider asks for, or mend `#iommu-cells` in the provider.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu 0x10 0x0>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n};',
  sources: [
    'Linux of_parse_phandle_with_args(): `could not find phandle %d` or `#iommu-cells = %d found %td`',
    'Documentation/devicetree/bindings/iommu/iommu.txt',
    'dtc check iommus_property',
  ],
  *check(context) {
    for (const master of context.platform.masters) {
      for (const entry of master.list?.entries ?? []) {
        const problem = checkEntry(context, entry);
        if (problem !== undefined) yield problem;
      }
    }
  },
};

function checkEntry(context: PlatformContext, entry: Specifier): Problem | undefined {
  const { wanted, target } = entry;
  if (wanted === undefined || target === undefined) return undefined;
  const given = entry.args.length + entry.extra.length;
  if (given === wanted) return undefined;
  const asked = wanted === 1 ? '1 cell' : `${wanted} cells`;
  return report(iommusLength, context, {
    at: spanOf(entry.extra) ?? entry.span,
    message: `${nameOf(target)} asks for ${asked} after the phandle (#iommu-cells), this entry has ${given}.`,
    advice: given > wanted ? 'Remove the surplus, or begin a new entry with a phandle.' : `Add the missing cell: ${entry.iommu?.binding.meaning[given] ?? 'see the binding'}.`,
    related: [{ at: propertySpan(target, '#iommu-cells'), message: `#iommu-cells of ${nameOf(target)}` }],
    fixes: [given > wanted ? removeExtra(context, entry) : undefined],
  });
}

function removeExtra(context: PlatformContext, entry: Specifier): ReturnType<typeof replace> {
  const end = entry.extra.at(-1)?.span.end;
  if (end === undefined) return undefined;
  const span = { start: (entry.args.at(-1) ?? entry.phandle).span.end, end };
  if (/[<>]/.test(context.text.text.slice(span.start, span.end))) return undefined;
  return replace(context, span, { title: 'Remove the surplus cells', text: '' });
}
