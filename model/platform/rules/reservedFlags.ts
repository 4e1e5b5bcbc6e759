/** `reserved-memory-flags`: a region that is `no-map` and `reusable`. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';

/** Memory that the kernel must not map cannot be lent to it. */
export const reservedFlags: Rule<PlatformContext> = {
  id: 'reserved-memory-flags',
  level: 'error',
  title: 'A reserved region is both `no-map` and `reusable`',
  explanation: '`no-map` keeps the kernel from mapping the memory, `reusable` lends it to the kernel. The kernel refuses the region, so drivers that need it fail.',
  remedy: 'Keep one of the two.',
  bad: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tpool@90000000 {\n\t\t\treg = <0x0 0x90000000 0x0 0x800000>;\n\t\t\tno-map;\n\t\t\treusable;\n\t\t};\n\t};\n};',
  good: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tpool@90000000 {\n\t\t\treg = <0x0 0x90000000 0x0 0x800000>;\n\t\t\tno-map;\n\t\t};\n\t};\n};',
  sources: ['dt-schema reserved-memory.yaml: no-map and reusable exclude each other', 'Linux rmem_cma_setup() and rmem_dma_setup(): -EINVAL'],
  *check(context) {
    for (const { node } of context.platform.reserved) {
      if (!node.properties.has('no-map') || !node.properties.has('reusable')) continue;
      yield report(reservedFlags, context, {
        at: propertySpan(node, 'reusable'),
        message: 'A region cannot be reusable and no-map at once.',
        advice: 'Keep one of the two.',
        related: [{ at: propertySpan(node, 'no-map'), message: 'no-map is here' }],
      });
    }
  },
};
