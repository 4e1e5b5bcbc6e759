import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { regionsOf } from '../../addresses.ts';
import { hex } from '../../units.ts';
import { below } from '../fragment.ts';
import { problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

interface Range {
  readonly start: bigint;
  readonly end: bigint;
}

/** Rule 10 of the survey, the other way round. */
export const iomemUnowned: SystemRule = {
  id: 'guest-iomem-unowned',
  level: 'information',
  title: '`iomem` range that no node of the host tree owns',
  explanation: 'The range is no device\'s `reg` in the host tree. It may be meant (a region that no node describes), or a digit is wrong: then the guest gets registers of nothing, or of another device.',
  remedy: 'Compare with `reg` of the host node; frames are 4 KiB, in hexadecimal.',
  bad: board() + guest({ iomem: 'iomem = [ "0xfe100,1", "0xfe900,1" ]' }) + fragment(),
  good: board() + guest() + fragment(),
  sources: ['xl.cfg(5), `iomem`: START and NUM are page frame numbers in hexadecimal'],
  *check(system) {
    const { host } = system;
    if (host === undefined) return;
    let owned: Range[] | undefined;
    for (const domain of system.domains) {
      if (domain.kind !== 'xl' || !domain.devices.some((device) => device.node !== undefined)) continue;
      owned ??= ranges(host.tree.root);
      for (const pages of domain.pages) {
        if (owned.some((range) => range.start < pages.host + pages.size && range.end > pages.host)) continue;
        yield problem(this, pages.at, {
          message: `No node of the host tree has registers at ${hex(pages.host)}.`,
          advice: 'Compare with reg of the host node.',
        });
      }
    }
  },
};

function ranges(root: DtNode): Range[] {
  return [...below(root)].flatMap((node) => regionsOf(node).flatMap(({ physical, size }) => (physical === undefined ? [] : [{ start: physical, end: physical + size }])));
}
