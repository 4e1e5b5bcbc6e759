/** What can be asked of a Xen host by name and plain values: the entry for scenarios and the debugger. */
import { fromNumber } from '../../bits/u64.ts';
import { READ, WRITE } from '../../walk/access.ts';
import { failed, type Operation, type OperationValues, type Outcome } from '../hypervisor.ts';
import type { XenGuest } from './guest.ts';
import type { Xen } from './xen.ts';

function text(values: OperationValues, name: string): string {
  return String(values[name] ?? '');
}

function number(values: OperationValues, name: string): number {
  return Number(values[name] ?? 0);
}

function onGuest(xen: Xen, values: OperationValues, run: (guest: XenGuest) => Outcome): Outcome {
  const guest = xen.guest(text(values, 'domain'));
  return guest === undefined ? failed(`no domain ${text(values, 'domain')}`) : run(guest);
}

/** All operations. */
export const XEN_OPERATIONS: readonly Operation<Xen>[] = [
  {
    name: 'create', text: 'Creates a domain: kind dom0, xl or dom0less, viommu none or smmuv3, devices separated by spaces.', parameters: ['kind', 'viommu', 'devices'],
    run: (xen, v) => xen.create({
      kind: v['kind'] === 'dom0' ? 'dom0' : v['kind'] === 'dom0less' ? 'dom0less' : 'xl', viommu: v['viommu'] === 'smmuv3' ? 'smmuv3' : 'none',
      devices: text(v, 'devices').split(' ').filter((d) => d !== ''),
    }),
  },
  { name: 'destroy', text: 'Ends a domain.', parameters: ['domain'], run: (xen, v) => xen.destroy(text(v, 'domain')) },
  { name: 'revoke', text: 'Takes memory away from a domain.', parameters: ['domain', 'offset', 'size'], run: (xen, v) => xen.revoke(text(v, 'domain'), number(v, 'offset'), number(v, 'size')) },
  { name: 'start', text: 'Lets the guest probe its SMMU.', parameters: ['domain'], run: (xen, v) => onGuest(xen, v, (guest) => guest.start()) },
  { name: 'attach', text: 'Lets the guest attach a device to stage 1.', parameters: ['domain', 'device'], run: (xen, v) => onGuest(xen, v, (guest) => guest.attach(text(v, 'device'))) },
  { name: 'bypass', text: 'Lets the guest switch stage 1 of a device off.', parameters: ['domain', 'device'], run: (xen, v) => onGuest(xen, v, (guest) => guest.detach(text(v, 'device'), 'bypass')) },
  { name: 'abort', text: 'Lets the guest abort the traffic of a device.', parameters: ['domain', 'device'], run: (xen, v) => onGuest(xen, v, (guest) => guest.detach(text(v, 'device'), 'abort')) },
  {
    name: 'map', text: 'Lets the guest map memory, at an offset into its RAM, for a device.', parameters: ['domain', 'device', 'iova', 'offset', 'size'],
    run: (xen, v) => onGuest(xen, v, (guest) => guest.map(text(v, 'device'), number(v, 'iova'), number(v, 'offset'), number(v, 'size'))),
  },
  {
    name: 'unmap', text: 'Lets the guest unmap memory and invalidate.', parameters: ['domain', 'device', 'iova', 'size'],
    run: (xen, v) => onGuest(xen, v, (guest) => guest.unmap(text(v, 'device'), number(v, 'iova'), number(v, 'size'))),
  },
  { name: 'read', text: 'A device reads an address.', parameters: ['device', 'address'], run: (xen, v) => xen.dma({ device: text(v, 'device'), address: number(v, 'address'), access: READ }) },
  { name: 'write', text: 'A device writes an address.', parameters: ['device', 'address'], run: (xen, v) => xen.dma({ device: text(v, 'device'), address: number(v, 'address'), access: WRITE }) },
  {
    name: 'readRegister', text: 'The guest reads a register of its vSMMU.', parameters: ['domain', 'offset'],
    run: (xen, v) => xen.trap({ domain: text(v, 'domain'), offset: number(v, 'offset'), size: 4 }),
  },
  {
    name: 'writeRegister', text: 'The guest writes a register of its vSMMU.', parameters: ['domain', 'offset', 'value'],
    run: (xen, v) => xen.trap({ domain: text(v, 'domain'), offset: number(v, 'offset'), size: 4, value: fromNumber(number(v, 'value')) }),
  },
];

/** The same, with the parameters that are text. */
export const XEN_TABLE = { operations: XEN_OPERATIONS, texts: new Set(['kind', 'viommu', 'devices', 'domain', 'device']) } as const;
