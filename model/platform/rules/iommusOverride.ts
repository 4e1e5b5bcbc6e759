/** `iommus-override`: a later statement that drops streams of a device. */
import type { Rule } from '../../rule.ts';
import type { CellsSyntax, PropertySyntax } from '../../devicetree/syntax/ast.ts';
import { type PlatformContext, report } from '../context.ts';

/** A property is replaced, not extended. No board of the kernel takes entries away. */
export const iommusOverride: Rule<PlatformContext> = {
  id: 'iommus-override',
  level: 'warning',
  title: 'A later `iommus` has fewer entries than the one it replaces',
  explanation: 'Setting `iommus` again replaces the whole list. A board file that wants to add a stream and lists only that one takes the others away, and transactions of those streams fault.',
  remedy: 'Repeat the entries that are to stay.',
  bad: '/ {\n\tdma: dma@a0000 {\n\t\tiommus = <&smmu 0x10>, <&smmu 0x11>;\n\t};\n};\n\n&dma {\n\tiommus = <&smmu 0x12>;\n};',
  good: '/ {\n\tdma: dma@a0000 {\n\t\tiommus = <&smmu 0x10>, <&smmu 0x11>;\n\t};\n};\n\n&dma {\n\tiommus = <&smmu 0x10>, <&smmu 0x11>, <&smmu 0x12>;\n};',
  sources: ['Devicetree Specification 6.3: a later property definition replaces the earlier one'],
  *check(context) {
    for (const { list } of context.platform.masters) {
      const before = list?.property.overridden.at(-1);
      if (list === undefined || before === undefined) continue;
      const [old, now] = [references(before), references(list.property.syntax)];
      if (now === 0 || now >= old) continue;
      yield report(iommusOverride, context, {
        at: list.property.syntax,
        message: `This replaces a list of ${old} entries by one of ${now}.`,
        advice: 'Repeat the entries that are to stay.',
        related: [{ at: before, message: 'the list that is replaced' }],
      });
    }
  },
};

function references(property: PropertySyntax): number {
  const cells = property.values.filter((value): value is CellsSyntax => value.kind === 'cells');
  return cells.reduce((count, value) => count + value.elements.filter((cell) => cell.kind === 'reference').length, 0);
}
