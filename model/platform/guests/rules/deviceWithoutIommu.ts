import { stringsOf } from '../../values.ts';
import { assigned, atNode, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

/** PD014: a device that no IOMMU stands before cannot be assigned. */
export const deviceWithoutIommu: SystemRule = {
  id: 'guest-device-without-iommu',
  level: 'error',
  title: 'Assigned device is not behind an IOMMU',
  explanation: 'Xen assigns a device by programming the StreamIDs of its `iommus` (for PCI, of the root complex\'s `iommu-map`). A host node without either cannot be assigned: its DMA would reach all of memory. A dom0less domain may force it with `xen,force-assign-without-iommu`.',
  remedy: 'Add `iommus` to the host node, or leave the device out of `dtdev` and give only its `irqs` and `iomem` if it does no DMA.',
  bad: board({ iommus: '' }) + guest() + fragment(),
  good: board() + guest() + fragment(),
  sources: ['Xen: "Failed to add PATH to the IOMMU", XEN_DOMCTL_assign_dt_device failed (-1 or -22)', 'libxl: "xc_assign_dtdevice failed: -1"', 'Xen, dom0less: "Failed to assign device to DOMAIN"'],
  *check(system) {
    const { host } = system;
    if (host === undefined) return;
    for (const { device } of assigned(system)) {
      const { node } = device;
      if (node === undefined || node.properties.has('iommus') || node.properties.has('iommu-map')) continue;
      if (device.part?.properties.has('xen,force-assign-without-iommu') === true) continue;
      const isPci = stringsOf(node.properties.get('device_type')).includes('pci');
      yield problem(this, device.at, {
        message: `${device.path} has no ${isPci ? 'iommu-map' : 'iommus'} in the host tree, and Xen refuses to assign it.`,
        advice: host.context.platform.iommus.length === 0
          ? 'This board has no IOMMU that Xen could use.'
          : 'Add its StreamIDs to the host node, or remove the device from the assignment.',
        related: [{ range: atNode(host, node), message: 'The device in the host tree' }],
      });
    }
  },
};
