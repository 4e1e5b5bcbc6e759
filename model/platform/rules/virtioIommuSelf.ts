/** `virtio-iommu-self`: a virtio IOMMU on PCI that its own root complex puts behind itself. */
import type { Rule } from '../../rule.ts';
import type { DtNode } from '../../devicetree/tree/tree.ts';
import { type PlatformContext, report } from '../context.ts';
import { completeEntries } from '../maps.ts';
import { formatRid } from '../rid.ts';
import { cellsOf, nameOf, stringsOf } from '../values.ts';

const VIRTIO_IOMMU = new Set(['virtio,pci-iommu', 'pci1af4,1057']);

/** The map needs a hole at the RequesterID of the IOMMU. */
export const virtioIommuSelf: Rule<PlatformContext> = {
  id: 'virtio-iommu-self',
  level: 'error',
  title: 'A virtio IOMMU is behind itself',
  explanation: 'The IOMMU is a PCI function, and `iommu-map` of its root complex also maps that function to the IOMMU. Its driver then waits for itself, and no device on the bus gets an IOMMU.',
  remedy: 'Leave the RequesterID of the IOMMU out of the map.',
  bad: 'pcie@40000000 {\n\tcompatible = "pci-host-ecam-generic";\n\tdevice_type = "pci";\n\t#address-cells = <3>;\n\t#size-cells = <2>;\n\tiommu-map = <0x0 &viommu 0x0 0x10000>;\n\n\tviommu: iommu@1,0 {\n\t\tcompatible = "virtio,pci-iommu";\n\t\treg = <0x800 0x0 0x0 0x0 0x0>;\n\t\t#iommu-cells = <1>;\n\t};\n};',
  good: 'pcie@40000000 {\n\tcompatible = "pci-host-ecam-generic";\n\tdevice_type = "pci";\n\tbus-range = <0x0 0xff>;\n\t#address-cells = <3>;\n\t#size-cells = <2>;\n\tiommu-map = <0x0 &viommu 0x0 0x8>, <0x9 &viommu 0x9 0xfff7>;\n\n\tviommu: iommu@1,0 {\n\t\tcompatible = "virtio,pci-iommu";\n\t\treg = <0x800 0x0 0x0 0x0 0x0>;\n\t\t#iommu-cells = <1>;\n\t};\n};',
  sources: ['Documentation/devicetree/bindings/virtio/pci-iommu.yaml: the map omits the IOMMU itself'],
  *check(context) {
    for (const { node, iommuMap } of context.platform.masters) {
      if (iommuMap === undefined) continue;
      for (const entry of completeEntries(iommuMap)) {
        const rid = entry.target?.parent === node ? virtioIommuRid(entry.target) : undefined;
        if (rid === undefined || entry.target === undefined) continue;
        const masked = rid & iommuMap.mask;
        if (masked < entry.ridBase || masked >= entry.ridBase + entry.length) continue;
        yield report(virtioIommuSelf, context, {
          at: entry.span,
          message: `The entry holds ${formatRid(rid)}, which is ${nameOf(entry.target)} itself.`,
          advice: 'Split the entry so that this RequesterID is left out.',
          related: [{ at: entry.target.properties.get('reg')?.syntax ?? entry.span, message: `${nameOf(entry.target)} is function ${formatRid(rid)}` }],
        });
      }
    }
  },
};

function virtioIommuRid(node: DtNode): number | undefined {
  if (!stringsOf(node.properties.get('compatible')).some((name) => VIRTIO_IOMMU.has(name))) return undefined;
  const address = cellsOf(node, 'reg')[0];
  return address === undefined ? undefined : (address.value >>> 8) & 0xffff;
}
