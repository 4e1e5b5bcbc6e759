/** `iommu-addresses-device`: a reservation that its device never looks at. */
import type { Rule } from '../../rule.ts';
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { nameSpan, type PlatformContext, report } from '../context.ts';
import { cellsOf, nameOf, targetOf } from '../values.ts';

/** The kernel starts at the device and follows `memory-region`. */
export const iommuAddressesDevice: Rule<PlatformContext> = {
  id: 'iommu-addresses-device',
  level: 'warning',
  title: 'A device does not list the region that reserves I/O addresses for it',
  explanation: 'The kernel looks for reservations in the regions that a device lists in `memory-region`. A region that only names the device in `iommu-addresses` is not found: its memory is not mapped for the device, so a display that the boot loader left running faults as soon as the SMMU is enabled.',
  remedy: 'Add the region to `memory-region` of the device.',
  bad: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tfb: framebuffer {\n\t\t\tiommu-addresses = <&display 0x0 0x80000000 0x0 0x800000>;\n\t\t};\n\t};\n\n\tdisplay: display@c0000 {\n\t\tiommus = <&smmu 0x20>;\n\t};\n};',
  good: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tfb: framebuffer {\n\t\t\tiommu-addresses = <&display 0x0 0x80000000 0x0 0x800000>;\n\t\t};\n\t};\n\n\tdisplay: display@c0000 {\n\t\tiommus = <&smmu 0x20>;\n\t\tmemory-region = <&fb>;\n\t};\n};',
  sources: ['Linux of_iommu_get_resv_regions(): walks memory-region of the device', 'dt-schema reserved-memory.yaml'],
  *check(context) {
    const listed = new Map<DtNode, ReadonlySet<DtNode | undefined>>();
    const { tree } = context.platform;
    for (const region of context.platform.reserved) {
      for (const { device, phandle } of region.reservations) {
        if (device === undefined) continue;
        let regions = listed.get(device);
        if (regions === undefined) listed.set(device, (regions = new Set(cellsOf(device, 'memory-region').map((cell) => targetOf(tree, cell)))));
        if (regions.has(region.node)) continue;
        yield report(iommuAddressesDevice, context, {
          at: phandle.span,
          message: `${nameOf(device)} does not list ${nameOf(region.node)} in memory-region, so the reservation is not read.`,
          advice: `Add ${nameOf(region.node)} to memory-region of ${nameOf(device)}.`,
          related: [{ at: nameSpan(device), message: `${nameOf(device)} is here` }],
        });
      }
    }
  },
};
