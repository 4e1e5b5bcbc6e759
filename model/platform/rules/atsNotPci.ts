/** `ats-not-pci`: `ats-supported` where no ATS can be. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';

/** The kernel reads it on root complexes only. */
export const atsNotPci: Rule<PlatformContext> = {
  id: 'ats-not-pci',
  level: 'warning',
  title: '`ats-supported` on a node that is no PCI root complex',
  explanation: 'The kernel reads `ats-supported` on PCI root complexes, to allow their devices to cache translations. Anywhere else, also on the SMMU, it has no effect, and ATS stays off.',
  remedy: 'Move it to the root complex.',
  bad: 'dma@a0000 {\n\tiommus = <&smmu 0x10>;\n\tats-supported;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tats-supported;\n};',
  sources: ['Linux of_pci_check_device_ats()', 'dt-schema pci-host-bridge.yaml, ats-supported'],
  *check(context) {
    const { platform } = context;
    const hosts = new Set(platform.pciHosts.map((host) => host.node));
    for (const node of new Set([...platform.masters, ...platform.iommus].map((one) => one.node))) {
      if (!node.properties.has('ats-supported') || hosts.has(node)) continue;
      yield report(atsNotPci, context, {
        at: propertySpan(node, 'ats-supported'),
        message: 'ats-supported is read on a PCI root complex only.',
        advice: 'Move it there.',
      });
    }
  },
};
