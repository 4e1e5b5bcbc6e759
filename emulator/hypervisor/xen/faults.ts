/**
 * The tasklet of a physical event queue: which records go to which guest, and how they are changed on
 * the way (fact sheet 1.8). Everything else goes to Xen's console.
 */
import { eventOf } from '../../fields/events.ts';
import type { Contexts } from './contexts.ts';
import type { Domain } from './domain.ts';
import type { HostSmmu } from './hostSmmu.ts';
import type { XenProfile } from './profiles.ts';
import type { Runtime } from '../hypervisor.ts';

/** What the tasklet needs. */
export interface FaultParts {
  readonly runtime: Runtime;
  readonly profile: XenProfile;
  readonly contexts: Contexts;
  readonly domain: (name: string) => Domain | undefined;
  readonly virtualSid: (domain: Domain, stream: { readonly smmu: number; readonly sid: number }) => number | undefined;
}

const STAGE_2 = 0x80;
const TRANSLATION_FAULTS: ReadonlySet<number> = new Set([0x10, 0x11, 0x12, 0x13]);
// Substream, CD and stage-1 walk: what a guest can get wrong without Xen seeing it.
const CONFIG_FAULTS: ReadonlySet<number> = new Set([0x06, 0x08, 0x09, 0x0a, 0x0b]);

/** Takes all records of one physical SMMU. */
export function handleFaults(parts: FaultParts, host: HostSmmu): void {
  for (const words of host.driver.events()) {
    if (!forward(parts, host, words)) {
      const name = eventOf(words)?.name ?? '';
      parts.runtime.print(`event 0x${((words[0] ?? 0) & 0xff).toString(16)} received: ${name} of stream 0x${(words[1] ?? 0).toString(16)}`);
    }
  }
}

function forward(parts: FaultParts, host: HostSmmu, words: Uint32Array): boolean {
  const { profile, contexts } = parts;
  const sid = words[1] ?? 0;
  const code = (words[0] ?? 0) & 0xff;
  const isGuests = TRANSLATION_FAULTS.has(code) || (profile.forwardsConfigFaults && CONFIG_FAULTS.has(code));
  const context = contexts.of(host.index, sid);
  const domain = context === undefined ? undefined : parts.domain(context.domain);
  const vsmmu = domain?.vsmmus[domain.kind === 'dom0' ? host.index : 0];
  if (!isGuests || ((words[3] ?? 0) & STAGE_2) !== 0 || domain === undefined || vsmmu === undefined || !profile.forwardsFaults) return false;
  const record = Uint32Array.from(words);
  if (profile.translatesEventSids) record[1] = parts.virtualSid(domain, { smmu: host.index, sid }) ?? sid;
  // Physical addresses of fetches are nothing that a guest should see.
  if (CONFIG_FAULTS.has(code)) record.fill(0, 6);
  return vsmmu.events.forward(record);
}
