/** `xen-grant-dma-ranges`: grant DMA below a bus that cannot carry its addresses. */
import type { Rule } from '../../rule.ts';
import { windowsOf } from '../addresses.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';
import { nameOf } from '../values.ts';

/** A grant address has bit 63 set. */
const GRANT_BIT = 1n << 63n;

/** The binding says that `dma-ranges` does not apply; Linux applies it all the same. */
export const xenGrantDmaRanges: Rule<PlatformContext> = {
  id: 'xen-grant-dma-ranges',
  level: 'warning',
  title: 'Grant DMA is below a bus with a narrow `dma-ranges`',
  explanation: 'Grant DMA addresses have bit 63 set. Linux derives the DMA mask of a device from `dma-ranges` of its bus, and the grant operations accept only a full 64-bit mask, so the device fails to probe.',
  remedy: 'Put the virtio devices under a bus without `dma-ranges`, or with an empty one.',
  bad: '/ {\n\tgrant: iommu {\n\t\tcompatible = "xen,grant-dma";\n\t\t#iommu-cells = <1>;\n\t};\n\n\tbus {\n\t\tcompatible = "simple-bus";\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\t\tdma-ranges = <0x0 0x0 0x0 0x0 0x1 0x0>;\n\n\t\tvirtio@a0000 {\n\t\t\tcompatible = "virtio,mmio";\n\t\t\tiommus = <&grant 0x1>;\n\t\t};\n\t};\n};',
  good: '/ {\n\tgrant: iommu {\n\t\tcompatible = "xen,grant-dma";\n\t\t#iommu-cells = <1>;\n\t};\n\n\tbus {\n\t\tcompatible = "simple-bus";\n\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n\t\tdma-ranges;\n\n\t\tvirtio@a0000 {\n\t\t\tcompatible = "virtio,mmio";\n\t\t\tiommus = <&grant 0x1>;\n\t\t};\n\t};\n};',
  sources: ['Linux xen_grant_dma_supported(): only DMA_BIT_MASK(64)', 'Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml'],
  *check(context) {
    for (const { uses, node } of context.platform.masters) {
      const use = uses.find((one) => one.iommu.binding.kind === 'xen');
      const bus = node.parent;
      if (use === undefined || bus === undefined) continue;
      const windows = windowsOf(bus, 'dma-ranges');
      if (windows.length === 0 || windows.some((window) => window.child + window.size > GRANT_BIT)) continue;
      yield report(xenGrantDmaRanges, context, {
        at: use.span,
        message: `dma-ranges of ${nameOf(bus)} does not reach bit 63, which every grant address has.`,
        advice: 'Move the device to a bus without dma-ranges.',
        related: [{ at: propertySpan(bus, 'dma-ranges'), message: 'dma-ranges is here' }],
      });
    }
  },
};
