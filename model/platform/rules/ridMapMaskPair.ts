/** `rid-map-mask-pair`: a mask on one of two maps. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { foldedBits, ridRangeOf } from '../maps.ts';
import type { RidMap } from '../types.ts';
import { hex } from '../units.ts';

/** What the root complex puts on the bus for the SMMU it usually also puts there for the ITS. */
export const ridMapMaskPair: Rule<PlatformContext> = {
  id: 'rid-map-mask-pair',
  level: 'warning',
  title: 'Only one of `iommu-map` and `msi-map` has a mask',
  explanation: 'StreamID and DeviceID of a PCI device usually come from the same sideband signals. If those lack some RequesterID bits, both maps need the mask; '
    + 'if they do not, neither does. With a mask on one map only, either DMA or MSIs of some devices go under an identifier that the hardware does not emit.',
  remedy: 'Give both maps the same mask, or neither. Keep the difference only where the chip really has separate identifiers.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tmsi-map = <0x0 &its 0x0 0x10000>;\n\tmsi-map-mask = <0xff00>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tmsi-map = <0x0 &its 0x0 0x10000>;\n};',
  sources: ['Documentation/devicetree/bindings/pci/pci-iommu.txt and pci-msi.txt', 'reported on SMMUv3 boards: MSIs lost or DMA faults after one of the two masks was changed'],
  *check(context) {
    for (const { iommuMap, msiMap, enabled } of context.platform.masters) {
      if (iommuMap === undefined || msiMap === undefined) continue;
      const range = ridRangeOf(iommuMap.node);
      const folded = [foldedBits(range, iommuMap.mask), foldedBits(range, msiMap.mask)];
      if (folded[0] === folded[1]) continue;
      const [masked, other] = folded[0] === 0 ? [msiMap, iommuMap] : [iommuMap, msiMap];
      const isV3 = iommuMap.entries.some((entry) => entry.iommu?.binding.kind === 'smmu-v3' && entry.iommu.enabled);
      yield report(ridMapMaskPair, context, {
        at: (masked.maskProperty ?? masked.property).syntax.nameSpan,
        level: isV3 && enabled ? 'warning' : 'information',
        message: `${masked.kind} is masked by ${hex(masked.mask)}, ${other.kind} ${maskText(other)}.`,
        advice: 'Use the same mask for both, unless the chip has separate identifiers.',
        related: [{ at: other.property.syntax.nameSpan, message: `${other.kind} is here` }],
      });
    }
  },
};

function maskText(map: RidMap): string {
  return map.maskProperty === undefined ? 'is not' : `by ${hex(map.mask)}`;
}
