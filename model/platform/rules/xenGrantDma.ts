/** `xen-grant-dma`: grant DMA on a device that cannot use it, or from a domain that cannot be. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import type { Master, Specifier } from '../types.ts';
import { hex } from '../units.ts';
import { stringsOf } from '../values.ts';

/** DOMID_FIRST_RESERVED of Xen's public headers. */
const FIRST_RESERVED_DOMAIN = 0x7ff0;

/** The pseudo IOMMU has no StreamIDs: its cell is the domain in which the back end runs. */
export const xenGrantDma: Rule<PlatformContext> = {
  id: 'xen-grant-dma',
  level: 'warning',
  title: 'Grant DMA is used where it cannot work',
  explanation: 'The node `xen,grant-dma` is no SMMU: it makes a virtio device hand out grant references instead of addresses, to the domain whose id is in the cell. Other devices do not understand grants, and ids from 0x7ff0 on are reserved by Xen.',
  remedy: 'Write the id of the back-end domain, as the toolstack creates it, and use grant DMA for virtio devices only.',
  bad: '/ {\n\tgrant: iommu {\n\t\tcompatible = "xen,grant-dma";\n\t\t#iommu-cells = <1>;\n\t};\n\n\tvirtio@a0000 {\n\t\tcompatible = "virtio,mmio";\n\t\tiommus = <&grant 0x7ff1>;\n\t};\n};',
  good: '/ {\n\tgrant: iommu {\n\t\tcompatible = "xen,grant-dma";\n\t\t#iommu-cells = <1>;\n\t};\n\n\tvirtio@a0000 {\n\t\tcompatible = "virtio,mmio";\n\t\tiommus = <&grant 0x1>;\n\t};\n};',
  sources: ['Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml', 'Xen public header xen.h: DOMID_FIRST_RESERVED'],
  *check(context) {
    for (const master of context.platform.masters) {
      for (const entry of master.list?.entries ?? []) {
        const problem = entry.iommu?.binding.kind === 'xen' ? checkEntry(context, master, entry) : undefined;
        if (problem !== undefined) yield problem;
      }
    }
  },
};

function checkEntry(context: PlatformContext, master: Master, entry: Specifier): Problem | undefined {
  const domain = entry.args[0];
  if (domain !== undefined && domain.value >= FIRST_RESERVED_DOMAIN) {
    return report(xenGrantDma, context, {
      at: domain.span, level: 'error',
      message: `${hex(domain.value)} is no domain: ids from ${hex(FIRST_RESERVED_DOMAIN)} on are reserved.`,
      advice: 'Write the id of the domain in which the back end runs.',
    });
  }
  const compatibles = stringsOf(master.node.properties.get('compatible'));
  if (compatibles.length === 0 || compatibles.some((name) => name.includes('virtio'))) return undefined;
  return report(xenGrantDma, context, {
    at: entry.span,
    message: `${master.path} is no virtio device, and only those can use grant DMA.`,
    advice: 'Name the SMMU of the device.',
  });
}
