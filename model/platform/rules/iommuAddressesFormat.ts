/** `iommu-addresses-format`: an entry of `iommu-addresses` that is cut short, empty, or names nothing. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { busCells } from '../addresses.ts';
import { type PlatformContext, report } from '../context.ts';
import type { IovaReservation } from '../types.ts';
import { hex } from '../units.ts';
import { nameOf } from '../values.ts';

/** The cells of an entry are those of the bus that the named device is on, not of `/reserved-memory`. */
export const iommuAddressesFormat: Rule<PlatformContext> = {
  id: 'iommu-addresses-format',
  level: 'error',
  title: 'An entry of `iommu-addresses` is malformed',
  explanation: 'An entry is a device, an I/O address and a size, with `#address-cells` and `#size-cells` of the bus that the device is on. With another number of cells the kernel reads address and size from the wrong place, or beyond the property; a size of 0 reserves nothing.',
  remedy: 'Write the address and the size with the cells of the device\'s parent.',
  bad: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tfb: framebuffer {\n\t\t\tiommu-addresses = <&display 0x80000000 0x800000>;\n\t\t};\n\t};\n\n\tdisplay: display@c0000 {\n\t\tiommus = <&smmu 0x20>;\n\t\tmemory-region = <&fb>;\n\t};\n};',
  good: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tfb: framebuffer {\n\t\t\tiommu-addresses = <&display 0x0 0x80000000 0x0 0x800000>;\n\t\t};\n\t};\n\n\tdisplay: display@c0000 {\n\t\tiommus = <&smmu 0x20>;\n\t\tmemory-region = <&fb>;\n\t};\n};',
  sources: ['Linux of_iommu_get_resv_regions(): `Cannot reserve IOVA region of 0 size`', 'dt-schema reserved-memory.yaml'],
  *check(context) {
    for (const region of context.platform.reserved) {
      for (const entry of region.reservations) {
        const problem = checkEntry(context, entry);
        if (problem !== undefined) yield problem;
      }
    }
  },
};

function checkEntry(context: PlatformContext, entry: IovaReservation): Problem | undefined {
  const { phandle, device, span } = entry;
  if (device === undefined) {
    if (phandle.reference !== undefined) return undefined;
    return report(iommuAddressesFormat, context, {
      at: phandle.span,
      message: `No node has the phandle ${hex(phandle.value)}: an entry of iommu-addresses begins with a device.`,
    });
  }
  if (entry.size === undefined) {
    const { address, size } = device.parent === undefined ? { address: 2, size: 1 } : busCells(device.parent);
    return report(iommuAddressesFormat, context, {
      at: span,
      message: `An entry for ${nameOf(device)} has ${address} address and ${size} size cells after the phandle; here some are missing.`,
      advice: `Its bus has #address-cells = <${address}> and #size-cells = <${size}>.`,
    });
  }
  if (entry.size > 0n) return undefined;
  return report(iommuAddressesFormat, context, {
    at: span, level: 'warning',
    message: `The entry for ${nameOf(device)} has size 0 and reserves nothing.`,
  });
}
