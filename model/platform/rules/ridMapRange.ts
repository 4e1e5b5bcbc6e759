/** `rid-map-range`: a map entry that reaches beyond the RequesterIDs there are, or holds none. */
import type { Problem } from '../../problem.ts';
import type { Rule } from '../../rule.ts';
import { type PlatformContext, report } from '../context.ts';
import { completeEntries, mapsOf } from '../maps.ts';
import { RID_SPACE } from '../rid.ts';
import type { RidMap, RidMapEntry } from '../types.ts';
import { hex } from '../units.ts';

/** Length 0 is what a boot loader is to fill in on some boards, so it is only said. */
export const ridMapRange: Rule<PlatformContext> = {
  id: 'rid-map-range',
  level: 'warning',
  title: 'A map entry lies outside the RequesterIDs of a root complex',
  explanation: 'A root complex has 65536 RequesterIDs. An entry that begins or ends beyond them was meant to say something else: a byte count for a length, a bus number that was not shifted, or cells in the wrong order. An entry of length 0 maps nothing.',
  remedy: 'The base of bus B is B shifted left by 8; a whole bus has length 0x100, all buses 0x10000.',
  bad: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x100 &smmu 0x100 0x10000>, <0x0 &smmu 0x0 0x100>;\n};',
  good: 'pcie@40000000 {\n\tdevice_type = "pci";\n\tiommu-map = <0x100 &smmu 0x100 0xff00>, <0x0 &smmu 0x0 0x100>;\n};',
  sources: ['Documentation/devicetree/bindings/pci/pci-iommu.txt', 'Linux of_map_id()'],
  *check(context) {
    const hosts = new Set(context.platform.pciHosts.map((host) => host.node));
    for (const map of mapsOf(context.platform)) {
      for (const entry of completeEntries(map)) {
        if (entry.length === 0) yield emptyEntry(context, map, entry);
        else if (hosts.has(map.node) && entry.ridBase + entry.length > RID_SPACE) yield beyond(context, entry);
      }
    }
  },
};

function emptyEntry(context: PlatformContext, map: RidMap, entry: RidMapEntry): Problem {
  return report(ridMapRange, context, {
    at: entry.cells.at(-1)?.span ?? entry.span,
    level: 'information',
    message: `This entry of ${map.kind} has length 0: it maps nothing unless the boot loader fills it in.`,
  });
}

function beyond(context: PlatformContext, entry: RidMapEntry): Problem {
  return report(ridMapRange, context, {
    at: entry.span,
    message: `The entry ends at ${hex(entry.ridBase + entry.length - 1)}, but RequesterIDs end at 0xffff.`,
    advice: entry.ridBase < RID_SPACE ? `The length can be at most ${hex(RID_SPACE - entry.ridBase)}.` : 'The first cell is the RequesterID, not the StreamID.',
  });
}
