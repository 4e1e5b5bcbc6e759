/** `pci-stall`: a PCI device or root complex that claims it can be stalled. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';

/** PCI transactions have a time limit; they fault and are repeated by means of ATS and PRI. */
export const pciStall: Rule<PlatformContext> = {
  id: 'pci-stall',
  level: 'warning',
  title: '`dma-can-stall` on PCI',
  explanation: '`dma-can-stall` lets the SMMU hold a faulting transaction until software has mended the page tables. PCI transactions must complete within a time limit, so a stalled one can lock up the root complex and every device behind it.',
  remedy: 'Remove the property. PCI devices take page faults with ATS and PRI.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tdma-can-stall;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n};',
  sources: ['Documentation/devicetree/bindings/iommu/iommu.txt: dma-can-stall is not compatible with PCI'],
  *check(context) {
    for (const { node } of context.platform.pciHosts) {
      if (!node.properties.has('dma-can-stall')) continue;
      yield report(pciStall, context, {
        at: propertySpan(node, 'dma-can-stall'),
        message: 'A PCI transaction cannot wait for software: dma-can-stall must not stand on a root complex.',
        advice: 'Remove it.',
      });
    }
  },
};
