/** `virtio-mmio-iommus`: more than one IOMMU entry on a virtio device. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { stringsOf } from '../values.ts';

/** A virtio device is one endpoint. */
export const virtioMmioIommus: Rule<PlatformContext> = {
  id: 'virtio-mmio-iommus',
  level: 'warning',
  title: 'A virtio-mmio device has more than one `iommus` entry',
  explanation: 'A virtio device has one endpoint id, or one grant-DMA back end. The binding allows one entry; Xen grant DMA reads the first and ignores the rest.',
  remedy: 'Keep one entry.',
  bad: 'virtio@a0000 {\n\tcompatible = "virtio,mmio";\n\tiommus = <&smmu 0x10>, <&smmu 0x11>;\n};',
  good: 'virtio@a0000 {\n\tcompatible = "virtio,mmio";\n\tiommus = <&smmu 0x10>;\n};',
  sources: ['Documentation/devicetree/bindings/virtio/mmio.yaml: iommus has at most one item', 'Linux xen_virtio_restricted_mem_acc(): first entry'],
  *check(context) {
    for (const { node, list } of context.platform.masters) {
      const second = list?.entries[1];
      if (second === undefined || !stringsOf(node.properties.get('compatible')).includes('virtio,mmio')) continue;
      yield report(virtioMmioIommus, context, {
        at: second.span,
        message: 'A virtio-mmio device has one endpoint: this entry is not read.',
        advice: 'Remove it.',
        related: [{ at: list?.entries[0]?.span ?? second.span, message: 'the first entry' }],
      });
    }
  },
};
