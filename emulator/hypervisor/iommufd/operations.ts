/** What can be asked of an iommufd host by name and plain values: the entry for scenarios and the debugger. */
import { READ, WRITE } from '../../walk/access.ts';
import type { Operation, OperationValues } from '../hypervisor.ts';
import type { Iommufd } from './iommufd.ts';

function text(values: OperationValues, name: string): string {
  return String(values[name] ?? '');
}

function number(values: OperationValues, name: string): number {
  return Number(values[name] ?? 0);
}

/** All operations. */
export const IOMMUFD_OPERATIONS: readonly Operation<Iommufd>[] = [
  { name: 'openContainer', text: 'Attaches a device to the parent page table, as a container for nesting does.', parameters: ['device'], run: (h, v) => h.openContainer(text(v, 'device')) },
  { name: 'closeContainer', text: 'Gives a device back to the default domain of the kernel.', parameters: ['device'], run: (h, v) => h.closeContainer(text(v, 'device')) },
  { name: 'start', text: 'Lets the guest probe its SMMU.', parameters: [], run: (h) => h.guest.start() },
  { name: 'attach', text: 'Lets the guest attach a device to stage 1.', parameters: ['device'], run: (h, v) => h.guest.attach(text(v, 'device')) },
  { name: 'bypass', text: 'Lets the guest switch stage 1 of a device off.', parameters: ['device'], run: (h, v) => h.guest.detach(text(v, 'device'), 'bypass') },
  { name: 'abort', text: 'Lets the guest abort the traffic of a device.', parameters: ['device'], run: (h, v) => h.guest.detach(text(v, 'device'), 'abort') },
  {
    name: 'map', text: 'Lets the guest map its memory for a device.', parameters: ['device', 'iova', 'address', 'size'],
    run: (h, v) => h.guest.map(text(v, 'device'), number(v, 'iova'), number(v, 'address'), number(v, 'size')),
  },
  {
    name: 'unmap', text: 'Lets the guest unmap memory and invalidate.', parameters: ['device', 'iova', 'size'],
    run: (h, v) => h.guest.unmap(text(v, 'device'), number(v, 'iova'), number(v, 'size')),
  },
  { name: 'read', text: 'A device reads an address.', parameters: ['device', 'address'], run: (h, v) => h.dma(text(v, 'device'), number(v, 'address'), READ) },
  { name: 'write', text: 'A device writes an address.', parameters: ['device', 'address'], run: (h, v) => h.dma(text(v, 'device'), number(v, 'address'), WRITE) },
  { name: 'readRegister', text: 'The guest reads a register of its SMMU.', parameters: ['offset'], run: (h, v) => h.register(number(v, 'offset')) },
  { name: 'writeRegister', text: 'The guest writes a register of its SMMU.', parameters: ['offset', 'value'], run: (h, v) => h.register(number(v, 'offset'), number(v, 'value')) },
];

/** The same, with the parameters that are text. */
export const IOMMUFD_TABLE = { operations: IOMMUFD_OPERATIONS, texts: new Set(['device']) } as const;
