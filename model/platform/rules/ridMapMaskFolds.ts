/** `rid-map-mask-folds`: a mask that makes several PCI functions one stream. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, report } from '../context.ts';
import { foldedBits, ridRangeOf } from '../maps.ts';
import type { RidMap } from '../types.ts';
import { hex } from '../units.ts';

/** Root complexes that emit no RequesterID need such a mask; on SMMUv3 the second function then fails to probe. */
export const ridMapMaskFolds: Rule<PlatformContext> = {
  id: 'rid-map-mask-folds',
  level: 'warning',
  title: '`iommu-map-mask` folds devices together',
  explanation: 'RequesterIDs that differ only in bits outside the mask become one StreamID, so the functions behind it share one translation and cannot be told apart. '
    + 'That is right for a root complex that emits no RequesterID. On SMMUv3 Linux refuses the second device of a StreamID; elsewhere all of them form one group, and only all of them together can be passed through.',
  remedy: 'Leave the mask out, or give it all bits that the root complex emits: 0xffff for a full RequesterID.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tiommu-map-mask = <0x0>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n\tiommu-map-mask = <0xffff>;\n};',
  sources: ['Documentation/devicetree/bindings/pci/pci-iommu.txt, example 2', 'Linux arm-smmu-v3: `stream %u already in tree from dev %s`'],
  *check(context) {
    for (const { iommuMap, enabled } of context.platform.masters) {
      if (iommuMap?.maskProperty === undefined) continue;
      const folded = foldedBits(ridRangeOf(iommuMap.node), iommuMap.mask);
      if (folded === 0) continue;
      yield report(ridMapMaskFolds, context, {
        at: propertySpan(iommuMap.node, 'iommu-map-mask'),
        level: enabled && leadsToSmmuV3(iommuMap) ? 'warning' : 'information',
        message: `${whatIsFolded(folded)} behind this root complex share a StreamID: the mask removes the RID bits ${hex(folded)}.`,
        advice: 'Keep it only if the root complex emits no such bits.',
        related: [{ at: iommuMap.property.syntax.nameSpan, message: 'the map is here' }],
      });
    }
  },
};

function leadsToSmmuV3(map: RidMap): boolean {
  return map.entries.some((entry) => entry.iommu?.binding.kind === 'smmu-v3' && entry.iommu.enabled);
}

function whatIsFolded(bits: number): string {
  const parts: string[] = [];
  if ((bits & 0xff00) !== 0) parts.push('buses');
  if ((bits & 0xf8) !== 0) parts.push('devices');
  if ((bits & 7) !== 0) parts.push('functions');
  const text = parts.join(' and ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
