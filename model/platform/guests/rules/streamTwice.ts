import type { Domain, OwnedDevice, OwnedStream, System } from '../types.ts';
import { hex } from '../../units.ts';
import { nameOf } from '../../values.ts';
import { problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

interface Owner {
  readonly domain: Domain;
  readonly device: OwnedDevice;
  readonly stream: OwnedStream;
}

const SHARED = board().replace('iommus = <&smmu1 8>', 'iommus = <&smmu0 8>');
const SECOND = guest({ deviceTree: '', dtdev: 'dtdev = [ "/dma-controller@fe200000" ]', irqs: 'irqs = [ 113 ]', iomem: 'iomem = [ "0xfe200,1" ]' }, 'doma');

/** Rule 4 of the survey, across domains: one stream table entry cannot serve two domains. */
export const streamTwice: SystemRule = {
  id: 'guest-stream-twice',
  level: 'error',
  title: 'One StreamID belongs to devices of two domains',
  explanation: 'A StreamID selects one stream table entry, and that names one stage-2 table. Two devices that share a StreamID therefore share a domain: given to two, the second assignment fails, or one domain\'s DMA lands in the other\'s memory.',
  remedy: 'Give both devices to one domain, or correct the StreamID in the host tree.',
  bad: SHARED + guest() + SECOND + fragment(),
  good: board() + guest() + SECOND + fragment(),
  sources: ['IHI 0070, 3.3: stream table lookup by StreamID', 'Xen, host SMMUv3 driver: the entry of a StreamID is in use'],
  *check(system) {
    const all = [...owners(system)];
    for (const [index, owner] of all.entries()) {
      if (owner.domain.kind === 'hardware') continue;
      // The hardware domain comes first, so each pair is seen from its later owner alone.
      const other = all.slice(0, index).find((one) => conflicts(one, owner));
      if (other !== undefined) yield conflict(this, other, owner);
    }
  },
};

function* owners(system: System): Iterable<Owner> {
  for (const domain of system.domains) {
    for (const device of domain.devices) {
      for (const stream of device.streams) yield { domain, device, stream };
    }
  }
}

function conflicts(a: Owner, b: Owner): boolean {
  if (a.domain === b.domain || a.device.path === b.device.path || a.stream.iommu !== b.stream.iommu) return false;
  return a.stream.psid < b.stream.psid + b.stream.count && b.stream.psid < a.stream.psid + a.stream.count;
}

function conflict(rule: SystemRule, first: Owner, second: Owner): ReturnType<typeof problem> {
  const sid = Math.max(first.stream.psid, second.stream.psid);
  return problem(rule, second.device.at, {
    message: `StreamID ${hex(sid)} of ${nameOf(second.stream.iommu.node)} is shared by ${second.device.path} (${second.domain.name}) and ${first.device.path} (${first.domain.name}).`,
    advice: 'Give both devices to one domain, or correct the StreamID in the host tree.',
    related: [{ range: first.device.at, message: `${first.device.path} belongs to ${first.domain.name}` }],
  });
}
