/** What can be asked of a pKVM host by name and plain values: the entry for scenarios and the debugger. */
import { fromNumber } from '../../bits/u64.ts';
import { READ, WRITE } from '../../walk/access.ts';
import { failed, type Operation, type OperationValues, type Outcome } from '../hypervisor.ts';
import type { PageRange } from './mapping.ts';
import { TRANSITION_NAMES } from './ownership.ts';
import type { Endpoint } from './paravirtual.ts';
import type { Pkvm } from './pkvm.ts';
import { parseScatter } from './scatterList.ts';

function number(values: OperationValues, name: string): number {
  return Number(values[name] ?? 0);
}

function range(values: OperationValues): PageRange {
  return { iova: number(values, 'iova'), pgsize: number(values, 'pgsize'), pgcount: number(values, 'pgcount') };
}

function atDevice(run: (hypervisor: Pkvm, endpoint: Endpoint, values: OperationValues) => Outcome): Operation<Pkvm>['run'] {
  return (hypervisor, values) => {
    const device = hypervisor.device(String(values['device'] ?? ''));
    if (device === undefined) return failed(`no device ${values['device'] ?? ''}`);
    return run(hypervisor, { smmu: device.smmu, sid: device.sid, domain: number(values, 'domain'), pasid: number(values, 'pasid') }, values);
  };
}

function dma(access: number): Operation<Pkvm>['run'] {
  return (h, v) => h.dma(String(v['device']), number(v, 'address'), access);
}

const RANGE = ['domain', 'iova', 'pgsize', 'pgcount'] as const;

/** All operations. */
export const PKVM_OPERATIONS: readonly Operation<Pkvm>[] = [
  {
    name: 'allocDomain', text: 'Makes a domain; type 0 is stage 1, 1 is stage 2.', parameters: ['domain', 'type'],
    run: (h, v) => h.call(() => h.calls.allocDomain(number(v, 'domain'), number(v, 'type'))),
  },
  { name: 'freeDomain', text: 'Frees a domain that is attached nowhere.', parameters: ['domain'], run: (h, v) => h.call(() => h.calls.freeDomain(number(v, 'domain'))) },
  {
    name: 'attach', text: 'Attaches a domain to a device, pasid 0 first.', parameters: ['device', 'domain', 'pasid', 'pasidBits'],
    run: atDevice((h, endpoint, v) => h.call(() => h.calls.attach(endpoint, number(v, 'pasidBits')))),
  },
  {
    name: 'detach', text: 'Detaches a domain from a device, pasid 0 last.', parameters: ['device', 'domain', 'pasid'],
    run: atDevice((h, endpoint) => h.call(() => h.calls.detach(endpoint))),
  },
  {
    name: 'map', text: 'Maps pages of the host in a domain.', parameters: [...RANGE, 'paddr', 'prot'],
    run: (h, v) => h.map(number(v, 'domain'), { ...range(v), paddr: number(v, 'paddr'), prot: number(v, 'prot') }),
  },
  { name: 'unmap', text: 'Unmaps pages of a domain.', parameters: RANGE, run: (h, v) => h.unmap(number(v, 'domain'), range(v)) },
  { name: 'iovaToPhys', text: 'Where an address of a domain leads.', parameters: ['domain', 'iova'], run: (h, v) => h.call(() => h.calls.iovaToPhys(number(v, 'domain'), number(v, 'iova'))) },
  {
    name: 'mapSg', text: 'Maps scattered 4K pages of the host in a row; `list` is `address*pages,address*pages`.', parameters: ['domain', 'iova', 'list', 'prot'],
    run: (h, v) => {
      const entries = parseScatter(String(v['list']));
      return entries === undefined ? failed('the list is not of the form address*pages,...') : h.mapSg(number(v, 'domain'), number(v, 'iova'), entries, number(v, 'prot'));
    },
  },
  { name: 'power', text: 'Switches the power of a device on (1) or off (0) by a call.', parameters: ['id', 'on'], run: (h, v) => h.switchPower(number(v, 'id'), number(v, 'on') === 1) },
  {
    name: 'scmi', text: 'Asks the firmware for power over SCMI; `accepted` says whether it does so.', parameters: ['smc', 'id', 'on', 'flags', 'accepted'],
    run: (h, v) => h.scmi({
      smc: number(v, 'smc'), protocol: 0x11, message: 4, domain: number(v, 'id'), flags: number(v, 'flags'), state: number(v, 'on') === 1 ? 0 : 0x4000_0000,
      isAccepted: number(v, 'accepted') === 1,
    }),
  },
  { name: 'events', text: 'The host takes the records out of its event queue.', parameters: ['smmu'], run: (h, v) => h.events(number(v, 'smmu')) },
  {
    name: 'readRegister', text: 'The host reads a register of an SMMU.', parameters: ['smmu', 'offset', 'size'],
    run: (h, v) => h.register({ smmu: number(v, 'smmu'), offset: number(v, 'offset'), size: number(v, 'size') }),
  },
  {
    name: 'writeRegister', text: 'The host writes a register of an SMMU.', parameters: ['smmu', 'offset', 'size', 'value'],
    run: (h, v) => h.register({ smmu: number(v, 'smmu'), offset: number(v, 'offset'), size: number(v, 'size'), value: fromNumber(number(v, 'value')) }),
  },
  { name: 'read', text: 'A device reads an address.', parameters: ['device', 'address'], run: dma(READ) },
  { name: 'write', text: 'A device writes an address.', parameters: ['device', 'address'], run: dma(WRITE) },
  ...TRANSITION_NAMES.map((name): Operation<Pkvm> => ({
    name, text: 'Changes who owns a page.', parameters: ['address', 'guest', 'gfn'],
    run: (h, v) => h.change(name, { address: number(v, 'address'), guest: number(v, 'guest'), gfn: number(v, 'gfn') }),
  })),
];

/** The same, with the parameters that are text. */
export const PKVM_TABLE = { operations: PKVM_OPERATIONS, texts: new Set(['device', 'list']) } as const;
