import type { Iommu } from '../../types.ts';
import type { Domain, OwnedDevice, OwnedStream } from '../types.ts';
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
    const owners = new Map<Iommu, Owner[]>();
    for (const domain of system.domains) {
      for (const device of domain.devices) {
        for (const stream of device.streams) {
          const others = owners.get(stream.iommu) ?? [];
          const other = others.find((one) => one.domain !== domain && meets(one.stream, stream) && one.device.path !== device.path);
          if (other !== undefined && domain.kind !== 'hardware') yield conflict(this, other, { domain, device, stream });
          owners.set(stream.iommu, [...others, { domain, device, stream }]);
        }
      }
    }
  },
};

function meets(a: OwnedStream, b: OwnedStream): boolean {
  return a.psid < b.psid + b.count && b.psid < a.psid + a.count;
}

function conflict(rule: SystemRule, first: Owner, second: Owner): ReturnType<typeof problem> {
  const sid = Math.max(first.stream.psid, second.stream.psid);
  return problem(rule, second.device.at, {
    message: `StreamID ${hex(sid)} of ${nameOf(second.stream.iommu.node)} is shared by ${second.device.path} (${second.domain.name}) and ${first.device.path} (${first.domain.name}).`,
    advice: 'Give both devices to one domain, or correct the StreamID in the host tree.',
    related: [{ range: first.device.at, message: `${first.device.path} belongs to ${first.domain.name}` }],
  });
}
