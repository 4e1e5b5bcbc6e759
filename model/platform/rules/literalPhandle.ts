/** `phandle-literal`: an IOMMU named by a number in a source that uses labels. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, replace, report } from '../context.ts';
import type { Cell } from '../../devicetree/tree/tree.ts';
import type { Iommu, Master } from '../types.ts';
import { hex } from '../units.ts';

/** Silent on decompiled trees, which have no labels: there a number is all there can be. */
export const literalPhandle: Rule<PlatformContext> = {
  id: 'phandle-literal',
  level: 'hint',
  title: 'An IOMMU is named by a bare number',
  explanation: 'The number is right only as long as the node keeps an explicit `phandle` of that value. dtc numbers phandles anew whenever a node is added, and Xen reserves those from 65000 on.',
  remedy: 'Write a reference to the label.',
  bad: '/ {\n\tmmu: iommu@2b600000 {\n\t\tcompatible = "vendor,iommu";\n\t\treg = <0x0 0x2b600000 0x0 0x1000>;\n\t\t#iommu-cells = <1>;\n\t\tphandle = <0x40>;\n\t};\n\n\tdma@a0000 {\n\t\tiommus = <0x40 0x10>;\n\t};\n};',
  good: '/ {\n\tmmu: iommu@2b600000 {\n\t\tcompatible = "vendor,iommu";\n\t\treg = <0x0 0x2b600000 0x0 0x1000>;\n\t\t#iommu-cells = <1>;\n\t};\n\n\tdma@a0000 {\n\t\tiommus = <&mmu 0x10>;\n\t};\n};',
  sources: ['Devicetree Specification 2.3.3, phandle'],
  *check(context) {
    for (const master of context.platform.masters) {
      for (const { phandle, iommu } of literalsOf(master)) {
        const label = iommu.node.labels[0]?.name;
        if (label === undefined) continue;
        yield report(literalPhandle, context, {
          at: phandle.span,
          message: `${hex(phandle.value)} is the phandle of &${label}: a reference would stay right when phandles change.`,
          fixes: [replace(context, phandle.span, { title: `Replace by &${label}`, text: `&${label}`, preferred: true })],
        });
      }
    }
  },
};

function literalsOf(master: Master): { phandle: Cell; iommu: Iommu }[] {
  const found: { phandle: Cell; iommu: Iommu }[] = [];
  for (const entry of [...(master.list?.entries ?? []), ...(master.iommuMap?.entries ?? [])]) {
    const { phandle, iommu } = entry;
    if (phandle !== undefined && phandle.reference === undefined && iommu !== undefined) found.push({ phandle, iommu });
  }
  return found;
}
