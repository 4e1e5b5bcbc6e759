/** `iommus-target`: an `iommus` entry names something that is no IOMMU. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { isPartialTree, nameSpan, type PlatformContext, report } from '../context.ts';
import type { Specifier } from '../types.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

/** The first cell of an entry leads to a node with `#iommu-cells`. */
export const iommusTarget: Rule<PlatformContext> = {
  id: 'iommus-target',
  level: 'error',
  title: 'An `iommus` entry names no IOMMU',
  explanation: 'The first cell of an entry must lead to a node that has `#iommu-cells`. Otherwise the kernel cannot tell how long the entry is, '
    + 'drops the whole list and lets the device run without translation; Xen refuses to assign the device.',
  remedy: 'Name the SMMU. If the node is one, give it the `#iommu-cells` that its binding asks for.',
  bad: 'dma@a0000 {\n\tiommus = <&gic 0x10>;\n};',
  good: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n};',
  sources: [
    'Linux of_parse_phandle_with_args(): `could not get #iommu-cells for %pOF` or `could not find phandle %d`',
    'Documentation/devicetree/bindings/iommu/iommu.txt',
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
  const { phandle, target } = entry;
  // An unknown label is the merge's to report, and in an overlay it is somebody else's.
  if (target === undefined && phandle.reference !== undefined) return undefined;
  if (target === undefined) {
    if (phandle.value === 0 || isPartialTree(context.platform.tree)) return undefined;
    return report(iommusTarget, context, {
      at: phandle.span,
      message: `No node has the phandle ${hex(phandle.value)}.`,
      advice: 'Write a reference such as <&smmu 0x10>: dtc then keeps the number right.',
    });
  }
  // An IOMMU that lacks the property is reported once, at its own node.
  if (entry.wanted !== undefined || entry.iommu !== undefined) return undefined;
  return report(iommusTarget, context, {
    at: phandle.span,
    message: `${nameOf(target)} is no IOMMU: it has no #iommu-cells.`,
    advice: 'Name the SMMU that the device is wired to.',
    related: [{ at: nameSpan(target), message: `${nameOf(target)} is here` }],
  });
}
