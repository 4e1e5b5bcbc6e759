/** `rid-map-mask-base`: a map entry that its own mask makes unreachable. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, propertySpan, replace, report } from '../context.ts';
import { completeEntries, mapsOf } from '../maps.ts';
import { hex } from '../units.ts';

/** The kernel refuses the lookup as soon as it reaches such an entry. */
export const ridMapMaskBase: Rule<PlatformContext> = {
  id: 'rid-map-mask-base',
  level: 'error',
  title: 'A map entry begins at a RequesterID that the mask removes',
  explanation: 'The mask is applied to a RequesterID before the map is searched, so an entry whose base has bits outside the mask can never be met. The kernel refuses every lookup that reaches the entry, also for devices of later entries.',
  remedy: 'Give the mask the missing bits, or begin the entry at the masked RequesterID.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tbus-range = <0x0 0x0>;\n\tiommu-map = <0x100 &smmu 0x0 0x100>;\n\tiommu-map-mask = <0xff>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tbus-range = <0x0 0x0>;\n\tiommu-map = <0x0 &smmu 0x0 0x100>;\n\tiommu-map-mask = <0xff>;\n};',
  sources: ['Linux of_map_id(): `Invalid iommu-map translation - iommu-map-mask (0x%x) ignores id-base (0x%x)`, -EFAULT'],
  *check(context) {
    for (const map of mapsOf(context.platform)) {
      for (const entry of completeEntries(map)) {
        const lost = (entry.ridBase & ~map.mask) >>> 0;
        const base = entry.cells[0];
        if (lost === 0 || base === undefined) continue;
        yield report(ridMapMaskBase, context, {
          at: base.span,
          message: `RID base ${hex(entry.ridBase)} has bits (${hex(lost)}) that ${map.kind}-mask ${hex(map.mask)} removes.`,
          advice: 'Widen the mask, or correct the base.',
          related: [{ at: propertySpan(map.node, `${map.kind}-mask`), message: 'the mask is here' }],
          fixes: [replace(context, base.span, { title: `Begin at ${hex((entry.ridBase & map.mask) >>> 0)}`, text: hex((entry.ridBase & map.mask) >>> 0) })],
        });
      }
    }
  },
};
