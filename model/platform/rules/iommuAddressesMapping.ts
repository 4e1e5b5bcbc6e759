/** `iommu-addresses-mapping`: a region with memory whose I/O addresses are not the same. */
import type { Rule } from '../../rule.ts';
import { regionsOf } from '../addresses.ts';
import { type PlatformContext, report } from '../context.ts';
import { hex } from '../units.ts';

/** The kernel maps one to one or not at all. */
export const iommuAddressesMapping: Rule<PlatformContext> = {
  id: 'iommu-addresses-mapping',
  level: 'information',
  title: 'A reserved region is not mapped one to one',
  explanation: 'Where a region has memory (`reg`) and its I/O address or size differs from it, the kernel only keeps the I/O addresses free and maps nothing: a device that is already running loses its memory.',
  remedy: 'Use the address and the size of `reg`, or leave `reg` out where only the I/O addresses are to be kept free.',
  bad: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tfb: framebuffer@90000000 {\n\t\t\treg = <0x0 0x90000000 0x0 0x800000>;\n\t\t\tiommu-addresses = <&display 0x0 0x80000000 0x0 0x800000>;\n\t\t};\n\t};\n\n\tdisplay: display@c0000 {\n\t\tiommus = <&smmu 0x20>;\n\t\tmemory-region = <&fb>;\n\t};\n};',
  good: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tfb: framebuffer@90000000 {\n\t\t\treg = <0x0 0x90000000 0x0 0x800000>;\n\t\t\tiommu-addresses = <&display 0x0 0x90000000 0x0 0x800000>;\n\t\t};\n\t};\n\n\tdisplay: display@c0000 {\n\t\tiommus = <&smmu 0x20>;\n\t\tmemory-region = <&fb>;\n\t};\n};',
  sources: ['Linux iommu_resv_region_get_type(): `treating non-direct mapping [%pr] -> [%pap-%pap] as reservation`'],
  *check(context) {
    for (const region of context.platform.reserved) {
      const memory = region.reservations.length === 0 ? undefined : regionsOf(region.node)[0];
      if (memory === undefined || memory.size === 0n) continue;
      for (const entry of region.reservations) {
        if (entry.start === undefined || entry.size === undefined || entry.size === 0n) continue;
        if (entry.start === memory.start && entry.size === memory.size) continue;
        yield report(iommuAddressesMapping, context, {
          at: entry.span,
          message: `I/O ${hex(entry.start)} (${hex(entry.size)} bytes) differs from memory ${hex(memory.start)} (${hex(memory.size)} bytes): the kernel keeps it free and maps nothing.`,
          related: [{ at: memory.span, message: 'the memory is here' }],
        });
      }
    }
  },
};
