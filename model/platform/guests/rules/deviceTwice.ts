import { assigned, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';
import type { Domain, OwnedDevice } from '../types.ts';

/** PD016: one device, two owners. */
export const deviceTwice: SystemRule = {
  id: 'guest-device-twice',
  level: 'error',
  title: 'One device is assigned to two domains',
  explanation: 'A device belongs to one domain at a time. Xen refuses the second assignment, so the guest that starts later does not start.',
  remedy: 'Remove the device from one of the two, unless the two never run together.',
  bad: board() + guest() + guest({ deviceTree: '' }, 'doma') + fragment(),
  good: board() + guest() + guest({ deviceTree: '', dtdev: 'dtdev = [ "/dma-controller@fe200000" ]', irqs: 'irqs = [ 113 ]', iomem: 'iomem = [ "0xfe200,1" ]' }, 'doma') + fragment(),
  sources: ['Xen: "PATH already assigned." (-EBUSY)', 'libxl: "xc_assign_dtdevice failed: -1"'],
  *check(system) {
    const owners = new Map<string, { domain: Domain; device: OwnedDevice }>();
    for (const { domain, device } of assigned(system)) {
      const first = owners.get(device.path);
      if (first === undefined) owners.set(device.path, { domain, device });
      else if (first.domain !== domain) {
        yield problem(this, device.at, {
          message: `${device.path} is assigned to ${first.domain.name} already.`,
          advice: `Give it to one of ${first.domain.name} and ${domain.name}.`,
          related: [{ range: first.device.at, message: `Assigned to ${first.domain.name} here` }],
        });
      }
    }
  },
};
