/** What is wrong with where a range leads: memory that the domain of the stream does not own and was not given. */
import type { InspectedStream } from '../../inspect/context.ts';
import type { TableRange } from '../../inspect/ranges.ts';
import type { System } from '../../system/system.ts';

/** Pages of one range that are asked about: what a domain may reach of another's memory can differ page by page. */
const MOST_PAGES = 512;
const PAGE = 4096;

/** The domain that a stream belongs to; undefined where no hypervisor parts domains. */
export function domainOf(system: System, { smmu, sid }: InspectedStream): string | undefined {
  return system.hypervisor?.runtime.monitor.domainOf(smmu, sid);
}

/** Objections against ranges of physical addresses; empty text for none, and where no hypervisor parts domains. */
export function objectionOf(system: System, { smmu, sid }: InspectedStream): (range: TableRange) => string {
  const monitor = system.hypervisor?.runtime.monitor;
  if (monitor === undefined) return () => '';
  const domain = monitor.domainOf(smmu, sid);
  return ({ output, size, owner }) => {
    if (output === undefined || owner === domain) return '';
    const count = Math.min(MOST_PAGES, Math.ceil(size / PAGE));
    let wrong = 0;
    for (let i = 0; i < count; i++) if (!monitor.mayReach(domain, output + i * PAGE)) wrong++;
    if (wrong === 0) return '';
    return `${wrong < count ? 'partly ' : ''}memory of ${owner ?? 'nobody'}: ${domain} does not own it`;
  };
}
