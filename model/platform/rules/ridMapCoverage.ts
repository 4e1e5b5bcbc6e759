/** `rid-map-coverage`: RequesterIDs of a root complex that no entry of `iommu-map` holds. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { completeEntries, gapsOf, ridRangeOf } from '../maps.ts';
import { formatRidRange } from '../rid.ts';

const FUNCTIONS = 8;

/** Half of all boards map only the slots they have, so this is never more than information. */
export const ridMapCoverage: Rule<PlatformContext> = {
  id: 'rid-map-coverage',
  level: 'information',
  title: 'Some RequesterIDs have no StreamID',
  explanation: 'A device whose RequesterID is in no entry bypasses translation, or faults where the SMMU blocks unknown streams. That is intended on boards that map only the slots they have; '
    + 'behind a bridge, with SR-IOV or with hotplug, devices appear on further buses.',
  remedy: 'Map all buses of `bus-range` where devices may appear, or shorten `bus-range`.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tbus-range = <0x0 0x1>;\n\tiommu-map = <0x0 &smmu 0x0 0x100>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tbus-range = <0x0 0x1>;\n\tiommu-map = <0x0 &smmu 0x0 0x200>;\n};',
  sources: ['Linux of_map_id(): `no iommu-map translation for id 0x%x on %pOF`, and the device bypasses'],
  *check(context) {
    for (const host of context.platform.pciHosts) {
      const map = context.platform.masterOf.get(host.node)?.iommuMap;
      if (map === undefined || map.maskProperty !== undefined || completeEntries(map).length !== map.entries.length) continue;
      // A hole of one device is made on purpose, as for a virtio IOMMU on the bus.
      const gaps = gapsOf(map, ridRangeOf(host.node)).filter((gap) => gap.end - gap.first > FUNCTIONS);
      const [first, ...more] = gaps;
      if (first === undefined || map.entries.every((entry) => entry.length === 0)) continue;
      const isV3 = map.entries.some((entry) => entry.iommu?.binding.kind === 'smmu-v3');
      yield report(ridMapCoverage, context, {
        at: map.property.syntax.nameSpan,
        level: isV3 ? 'information' : 'hint',
        message: `No entry holds ${formatRidRange(first.first, first.end - first.first)}${more.length > 0 ? ` and ${more.length} more ranges` : ''}: such devices bypass the IOMMU.`,
        advice: 'Map the buses on which devices may appear.',
      });
    }
  },
};
