import { regionsOf } from '../../addresses.ts';
import { assigned, atSpan, listItemFix, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const PAGE = 4096n;

/** Rule 10 of the survey: an assigned device whose registers stay unmapped. */
export const iomemMissing: SystemRule = {
  id: 'guest-iomem-missing',
  level: 'warning',
  title: 'Registers of an assigned device are missing from `iomem`',
  explanation: 'xl maps only the frames that `iomem` lists. A driver that touches registers outside them takes a stage-2 fault. Leaving out some windows of a device can be meant (the hypervisor may trap them), leaving out all of them rarely is.',
  remedy: 'Add the frames of the host node\'s `reg`. The quick fix does.',
  bad: board() + guest({ iomem: '' }) + fragment(),
  good: board() + guest() + fragment(),
  sources: ['xl.cfg(5), `iomem`', 'xen/docs/misc/arm/passthrough.txt'],
  *check(system) {
    const { host } = system;
    if (host === undefined) return;
    for (const { domain, device } of assigned(system)) {
      const { config } = domain;
      if (config === undefined || device.node === undefined || config.syntax.placeholders.length > 0) continue;
      const regions = regionsOf(device.node).filter((region) => region.physical !== undefined && region.size > 0n);
      const covered = (start: bigint, size: bigint): boolean => domain.pages.some((pages) => pages.host < start + size && pages.host + pages.size > start);
      const missing = regions.filter((region) => !covered(region.physical ?? 0n, region.size));
      for (const region of missing) {
        const start = region.physical ?? 0n;
        const first = start / PAGE;
        const count = (start + region.size + PAGE - 1n) / PAGE - first;
        const item = `"0x${first.toString(16)},${count.toString(16)}"`;
        yield problem(this, device.at, {
          level: missing.length === regions.length ? 'warning' : 'information',
          message: `The registers of ${device.path} at 0x${start.toString(16)} are not in iomem.`,
          advice: `Add ${item} to iomem, unless the window is left out on purpose.`,
          related: [{ range: atSpan(host, region.span), message: 'The range in the host tree' }],
          fixes: [listItemFix(config, 'iomem', item)],
        });
      }
    }
  },
};
