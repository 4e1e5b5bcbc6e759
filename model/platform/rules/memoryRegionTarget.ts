/** `memory-region-target`: `memory-region` that leads to something else than reserved memory. */
import type { Rule } from '../../rule.ts';
import { nameSpan, type PlatformContext, report } from '../context.ts';
import { cellsOf, nameOf, targetOf } from '../values.ts';

/** No board of the kernel refers to anything else. */
export const memoryRegionTarget: Rule<PlatformContext> = {
  id: 'memory-region-target',
  level: 'warning',
  title: '`memory-region` does not lead to reserved memory',
  explanation: 'The regions that a device lists must be children of `/reserved-memory`. The kernel attaches no other node, so the driver gets no memory, and no I/O addresses are reserved for the device.',
  remedy: 'Name a child of `/reserved-memory`. A region that is used is not disabled either.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n\tmemory-region = <&smmu>;\n};',
  good: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tpool: pool@90000000 {\n\t\t\treg = <0x0 0x90000000 0x0 0x800000>;\n\t\t};\n\t};\n\n\tdma@a0000 {\n\t\tiommus = <&smmu 0x10>;\n\t\tmemory-region = <&pool>;\n\t};\n};',
  sources: ['Linux of_reserved_mem_device_init_by_idx() and of_iommu_get_resv_regions()', 'dt-schema reserved-memory.yaml'],
  *check(context) {
    const { tree, noted } = context.platform;
    const holder = tree.root.children.get('reserved-memory');
    for (const { property } of noted.get('memory-region') ?? []) {
      for (const cell of cellsOf(property.node, 'memory-region')) {
        const target = targetOf(tree, cell);
        // A bare number may be something of the vendor's; in an overlay the regions are elsewhere.
        if (target === undefined || target.parent === holder || cell.reference === undefined || tree.plugin) continue;
        yield report(memoryRegionTarget, context, {
          at: cell.span,
          message: `${nameOf(target)} is no child of /reserved-memory.`,
          related: [{ at: nameSpan(target), message: `${nameOf(target)} is here` }],
        });
      }
    }
  },
};
