/** `reserved-memory-root`: a `/reserved-memory` that the kernel ignores as a whole. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { busCells } from '../addresses.ts';
import { nameSpan, type PlatformContext, propertySpan, report } from '../context.ts';

/** The kernel compares its cells with the root's and asks for `ranges`. */
export const reservedRoot: Rule<PlatformContext> = {
  id: 'reserved-memory-root',
  level: 'error',
  title: '`/reserved-memory` lacks `ranges` or has other cells than the root',
  explanation: 'The kernel reads `/reserved-memory` before it knows any bus. It asks for an empty `ranges` and for the `#address-cells` and `#size-cells` of the root node; with anything else it ignores all regions, and memory that firmware, a display or another domain uses is given away.',
  remedy: 'Give the node the root\'s cells and an empty `ranges`.',
  bad: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\n\t\tpool@90000000 {\n\t\t\treg = <0x0 0x90000000 0x0 0x800000>;\n\t\t};\n\t};\n};',
  good: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tpool@90000000 {\n\t\t\treg = <0x0 0x90000000 0x0 0x800000>;\n\t\t};\n\t};\n};',
  sources: ['Linux fdt_scan_reserved_mem(): `Reserved memory: unsupported node format, ignoring`', 'dt-schema reserved-memory.yaml'],
  *check(context) {
    const { root, plugin } = context.platform.tree;
    const node = root.children.get('reserved-memory');
    // An overlay, and a tree without a memory map, give no cells to compare with.
    if (node === undefined || node.children.size === 0 || plugin) return;
    yield* checkNode(context, root, node);
  },
};

function* checkNode(context: PlatformContext, root: DtNode, node: DtNode): Generator<Problem> {
  if (!node.properties.has('ranges')) {
    yield report(reservedRoot, context, {
      at: nameSpan(node),
      message: '/reserved-memory has no ranges: the kernel ignores all its regions.',
      advice: 'Add an empty ranges.',
    });
  }
  const [own, above] = [busCells(node), busCells(root)];
  if (own.address === above.address && own.size === above.size) return;
  yield report(reservedRoot, context, {
    at: propertySpan(node, own.address === above.address ? '#size-cells' : '#address-cells'),
    message: `/reserved-memory has ${own.address} address and ${own.size} size cells, the root has ${above.address} and ${above.size}: the kernel ignores all regions.`,
    advice: 'Use the cells of the root node.',
    related: [{ at: propertySpan(root, own.address === above.address ? '#size-cells' : '#address-cells'), message: 'the root\'s cells' }],
  });
}
