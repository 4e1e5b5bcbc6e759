/** `pci-device-iommus`: `iommus` on a PCI device, where nobody reads it. */
import type { Rule } from '../../rule.ts';
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { type PlatformContext, report } from '../context.ts';

/** Looks only at nodes directly below a PCI bus. */
export const pciDeviceIommus: Rule<PlatformContext> = {
  id: 'pci-device-iommus',
  level: 'information',
  title: 'A PCI device has `iommus`',
  explanation: 'Devices on a PCI bus get their IOMMU from `iommu-map` of the root complex. The kernel does not read `iommus` in their own nodes.',
  remedy: 'Put an entry for the RequesterID of the device into `iommu-map` of the root complex.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tbus-range = <0x0 0x0>;\n\tiommu-map = <0x0 &smmu 0x10 0x100>;\n\t#address-cells = <3>;\n\t#size-cells = <2>;\n\n\twifi@0,0 {\n\t\treg = <0x0 0x0 0x0 0x0 0x0>;\n\t\tiommus = <&smmu 0x200>;\n\t};\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tbus-range = <0x0 0x0>;\n\t#address-cells = <3>;\n\t#size-cells = <2>;\n\tiommu-map = <0x0 &smmu 0x10 0x100>;\n\n\twifi@0,0 {\n\t\treg = <0x0 0x0 0x0 0x0 0x0>;\n\t};\n};',
  sources: ['Linux pci_dma_configure(): configures the device from the node of the host bridge'],
  *check(context) {
    const hosts = new Set<DtNode | undefined>(context.platform.pciHosts.map((host) => host.node));
    for (const { node, list } of context.platform.masters) {
      if (list === undefined || !isBelow(node, hosts)) continue;
      yield report(pciDeviceIommus, context, {
        at: list.property.syntax.nameSpan,
        message: 'This is a PCI device: its IOMMU comes from iommu-map of the root complex, not from here.',
        advice: 'Map its RequesterID in iommu-map.',
      });
    }
  },
};

function isBelow(node: DtNode, hosts: ReadonlySet<DtNode | undefined>): boolean {
  return hosts.has(node.parent) || node.parent?.properties.get('device_type') !== undefined && hosts.has(node.parent.parent);
}
