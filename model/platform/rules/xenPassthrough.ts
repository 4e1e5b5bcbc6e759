/** `xen-passthrough-no-iommu`: a device marked for passthrough that no IOMMU protects. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { isOverlayBody, type PlatformContext, report } from '../context.ts';
import type { NotedNode } from '../types.ts';
import { nameOf } from '../values.ts';

/** Devices that are of no use without DMA. Others (GPIO, I2C, timers) are often passed by their registers and interrupts alone. */
export const BUS_MASTER = /^(?:ethernet|usb|mmc|sata|ufs|pcie?|gpu|dma|dma-controller|nvme|vpu|video-codec)@/;

/** A dummy node without registers, one for each stream, is what some boards assign; it needs streams too. */
export const xenPassthrough: Rule<PlatformContext> = {
  id: 'xen-passthrough-no-iommu',
  level: 'warning',
  title: 'A device for passthrough is not behind an IOMMU',
  explanation: '`xen,passthrough` keeps a device from dom0, to be assigned to a guest. Xen refuses to assign a device that has no `iommus`, or whose IOMMU is disabled, unless the guest\'s tree asks for it with `xen,force-assign-without-iommu`; the guest then needs direct-mapped memory and can reach all of it.',
  remedy: 'Give the device `iommus` and enable its IOMMU. If the device does no DMA, say so in the guest\'s partial tree with `xen,force-assign-without-iommu`.',
  bad: 'dma@a0000 {\n\tcompatible = "vendor,dma";\n\treg = <0x0 0xa0000 0x0 0x1000>;\n\txen,passthrough;\n};',
  good: 'dma@a0000 {\n\tcompatible = "vendor,dma";\n\treg = <0x0 0xa0000 0x0 0x1000>;\n\txen,passthrough;\n\tiommus = <&smmu 0x10>;\n};',
  sources: ['Xen: `Failed to assign device to %pd`, -EINVAL; `XEN_DOMCTL_assign_dt_device: assign "%s" to dom%u failed (%d)`', 'Xen docs/misc/arm/passthrough.txt'],
  *check(context) {
    for (const noted of context.platform.noted.get('xen,passthrough') ?? []) {
      const problem = checkNode(context, noted);
      if (problem !== undefined) yield problem;
    }
  },
};

function checkNode(context: PlatformContext, { property }: NotedNode): Problem | undefined {
  const { node } = property;
  if (isOverlayBody(node)) return undefined;
  const master = context.platform.masterOf.get(node);
  const uses = master?.uses ?? [];
  if (uses.length === 0) {
    // A list that is there and broken has a rule of its own; an IOMMU is not assigned.
    if (master?.list !== undefined || master?.iommuMap !== undefined || context.platform.iommuOf.has(node)) return undefined;
    return report(xenPassthrough, context, {
      at: property.syntax.nameSpan,
      level: BUS_MASTER.test(node.name) ? 'warning' : 'information',
      message: `${nameOf(node)} is marked for passthrough and has no iommus.`,
      advice: 'Add iommus, or assign it with xen,force-assign-without-iommu if it does no DMA.',
    });
  }
  const off = uses.find((use) => !use.iommu.enabled);
  if (off === undefined) return undefined;
  return report(xenPassthrough, context, {
    at: property.syntax.nameSpan,
    message: `${nameOf(node)} is marked for passthrough, and its IOMMU ${nameOf(off.iommu.node)} is disabled.`,
    advice: 'Enable the IOMMU.',
    related: [{ at: off.span, message: 'the IOMMU is named here' }],
  });
}
