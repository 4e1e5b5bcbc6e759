/** What can be asked of a pKVM host with trapped SMMUs by name and plain values: the entry for scenarios and the debugger. */
import { fromNumber } from '../../../bits/u64.ts';
import { READ, WRITE } from '../../../walk/access.ts';
import { done, failed, type Operation, type OperationValues } from '../../hypervisor.ts';
import { TRANSITION_NAMES } from '../ownership.ts';
import type { PkvmTrap } from './trapAndEmulate.ts';

function number(values: OperationValues, name: string): number {
  return Number(values[name] ?? 0);
}

function device(values: OperationValues): string {
  return String(values['device'] ?? '');
}

function dma(access: number, isTranslated = false): Operation<PkvmTrap>['run'] {
  return (h, v) => h.dma(device(v), number(v, 'address'), access, isTranslated);
}

function detach(to: 'abort' | 'bypass'): Operation<PkvmTrap>['run'] {
  return (h, v) => h.drive(device(v), (driver, sid) => driver.detach([sid], to));
}

const ACCESS = ['device', 'address'] as const;
const WORDS = ['w0', 'w1', 'w2', 'w3'] as const;

/** All operations. */
export const TRAP_OPERATIONS: readonly Operation<PkvmTrap>[] = [
  { name: 'start', text: 'The host probes its SMMUs.', parameters: [], run: (h) => h.start() },
  { name: 'attach', text: 'The host gives a device an address space of its own.', parameters: ['device'], run: (h, v) => h.drive(device(v), (driver, sid) => driver.attach([sid])) },
  { name: 'bypass', text: 'The host lets a device bypass stage 1.', parameters: ['device'], run: detach('bypass') },
  { name: 'abort', text: 'The host aborts the traffic of a device.', parameters: ['device'], run: detach('abort') },
  {
    name: 'map', text: 'The host maps pages for a device.', parameters: ['device', 'iova', 'address', 'size'],
    run: (h, v) => h.drive(device(v), (driver, sid) => driver.map(sid, number(v, 'iova'), number(v, 'address'), number(v, 'size'))),
  },
  {
    name: 'unmap', text: 'The host unmaps pages of a device, and invalidates.', parameters: ['device', 'iova', 'size'],
    run: (h, v) => h.drive(device(v), (driver, sid) => driver.unmap(sid, number(v, 'iova'), number(v, 'size'))),
  },
  { name: 'read', text: 'A device reads an address.', parameters: ACCESS, run: dma(READ) },
  { name: 'write', text: 'A device writes an address.', parameters: ACCESS, run: dma(WRITE) },
  { name: 'readTranslated', text: 'A device reads an address that it calls translated, as with PCIe ATS.', parameters: ACCESS, run: dma(READ, true) },
  {
    name: 'readRegister', text: 'The host reads a register of 4 or 8 bytes.', parameters: ['smmu', 'offset', 'size'],
    run: (h, v) => h.register({ smmu: number(v, 'smmu'), offset: number(v, 'offset'), size: number(v, 'size') }),
  },
  {
    name: 'writeRegister', text: 'The host writes a register of 4 or 8 bytes.', parameters: ['smmu', 'offset', 'size', 'value'],
    run: (h, v) => h.register({ smmu: number(v, 'smmu'), offset: number(v, 'offset'), size: number(v, 'size'), value: fromNumber(number(v, 'value')) }),
  },
  {
    name: 'command', text: 'The host sends a command of four 32-bit words, and a CMD_SYNC.', parameters: ['smmu', ...WORDS],
    run: (h, v) => {
      const result = h.drivers[number(v, 'smmu')]?.queue.submit([Uint32Array.from(WORDS, (name) => number(v, name))]);
      return result?.isDone === true ? done('consumed') : failed('not consumed');
    },
  },
  {
    name: 'store', text: 'The host writes 8 bytes of memory; pages that are not its own fault.', parameters: ['address', 'value'],
    run: (h, v) => (h.memory.store(number(v, 'address'), fromNumber(number(v, 'value'))) ? done('stored') : failed('stage-2 fault of the host')),
  },
  ...TRANSITION_NAMES.map((name): Operation<PkvmTrap> => ({
    name, text: 'Changes who owns a page.', parameters: ['address', 'guest', 'gfn'],
    run: (h, v) => h.change(name, { address: number(v, 'address'), guest: number(v, 'guest'), gfn: number(v, 'gfn') }),
  })),
];

/** The same, with the parameters that are text. */
export const TRAP_TABLE = { operations: TRAP_OPERATIONS, texts: new Set(['device']) } as const;
