/** `iommu-addresses-collision`: a number that the kernel takes for the phandle of a device. */
import type { Rule } from '../../rule.ts';
import type { Cell } from '../../devicetree/tree/tree.ts';
import { type PlatformContext, report } from '../context.ts';
import type { ReservedMemory } from '../types.ts';
import { hex } from '../units.ts';
import { cellsOf, nameOf } from '../values.ts';

/** Can only be seen where phandles are explicit; dtc's own numbers are small, and so are some address cells. */
export const iommuAddressesCollision: Rule<PlatformContext> = {
  id: 'iommu-addresses-collision',
  level: 'warning',
  title: 'A cell of `iommu-addresses` equals the phandle of a device',
  explanation: 'When the kernel looks for the entries of one device it steps over entries of others one cell at a time, and takes any cell that equals the device\'s phandle for an entry. Address and size of another device\'s entry can so become a reservation.',
  remedy: 'Put the devices into regions of their own, or give the device another phandle.',
  bad: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tfb: framebuffer {\n\t\t\tiommu-addresses = <&dma 0x0 0x40 0x0 0x1000>, <&display 0x0 0x80000000 0x0 0x800000>;\n\t\t};\n\t};\n\n\tdma: dma@a0000 {\n\t\tiommus = <&smmu 0x10>;\n\t\tmemory-region = <&fb>;\n\t};\n\n\tdisplay: display@c0000 {\n\t\tphandle = <0x40>;\n\t\tiommus = <&smmu 0x20>;\n\t\tmemory-region = <&fb>;\n\t};\n};',
  good: '/ {\n\treserved-memory {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\n\t\tfb: framebuffer {\n\t\t\tiommu-addresses = <&dma 0x0 0x4000 0x0 0x1000>, <&display 0x0 0x80000000 0x0 0x800000>;\n\t\t};\n\t};\n\n\tdma: dma@a0000 {\n\t\tiommus = <&smmu 0x10>;\n\t\tmemory-region = <&fb>;\n\t};\n\n\tdisplay: display@c0000 {\n\t\tphandle = <0x40>;\n\t\tiommus = <&smmu 0x20>;\n\t\tmemory-region = <&fb>;\n\t};\n};',
  sources: ['Linux of_iommu_get_resv_regions(): skips only the phandle cell of a foreign entry'],
  *check(context) {
    for (const region of context.platform.reserved) {
      for (const [cell, device] of collisions(context, region)) {
        yield report(iommuAddressesCollision, context, {
          at: cell.span,
          message: `${hex(cell.value)} is also the phandle of ${nameOf(device)}: the kernel reads an entry for it here.`,
          advice: 'Use a region of its own for each device.',
        });
      }
    }
  },
};

function collisions(context: PlatformContext, region: ReservedMemory): [Cell, NonNullable<Cell['target']>][] {
  const devices = new Set(region.reservations.map((entry) => entry.device));
  const phandles = new Set(region.reservations.map((entry) => entry.phandle));
  if (devices.size < 2) return [];
  const found: [Cell, NonNullable<Cell['target']>][] = [];
  for (const cell of cellsOf(region.node, 'iommu-addresses')) {
    if (cell.reference !== undefined || cell.value === 0 || phandles.has(cell)) continue;
    const device = context.platform.tree.byPhandle(cell.value);
    if (device !== undefined && devices.has(device)) found.push([cell, device]);
  }
  return found;
}
