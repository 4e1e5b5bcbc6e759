/**
 * A Linux host with KVM, VFIO and iommufd, and one guest on it: the whole of a nested set-up, from
 * the guest's driver down to the physical SMMUs. Two choices make a profile: what the kernel checks,
 * and what the monitor does (`linux/qemu` is today's pair). Not modelled: processors, interrupts
 * beyond counting, migration.
 */
import { fromNumber, u64 } from '../../bits/u64.ts';
import { Machine, requestOf, type SmmuConfig } from '../../machine/machine.ts';
import { PRESETS } from '../../idr/presets.ts';
import type { IdRegisters } from '../../idr/features.ts';
import type { Region } from '../../memory/regions.ts';
import { eventOf } from '../../fields/events.ts';
import { OK, Response, STALLED } from '../../smmu/request.ts';
import { done, failed, findOperation, Runtime, type Hypervisor, type OperationValues, type Outcome } from '../hypervisor.ts';
import { comparedStream, type ComparedStream, type SteComparison } from '../compare.ts';
import { viewOf, type MemoryView } from '../memoryView.ts';
import { attachStateOf, type AttachState } from './attachStates.ts';
import { IommufdGuest } from './guest.ts';
import { compareStream, physicalSteOf } from './compareStream.ts';
import { incompatibilities } from './compatibility.ts';
import { IommufdKernel, type HostDevice } from './kernel.ts';
import { IOMMUFD_OPERATIONS, IOMMUFD_TABLE } from './operations.ts';
import type { Result } from './result.ts';
import { tailoredIds } from './tailor.ts';
import { VMM_PROFILES, type VmmProfile } from './vmm/profiles.ts';
import { Vmm, type GuestDevice } from './vmm/vmm.ts';

/** Where things are in this model. */
export const LAYOUT = {
  host: 0x4000_0000, hostSize: 0x0400_0000,
  /** Guest RAM in the host, and inside the guest; its upper half is the guest kernel's. */
  guestRam: 0x8000_0000, guestBase: 0x4000_0000, guestSize: 0x0080_0000,
  /** Memory of somebody else. */
  other: 0xa000_0000, otherSize: 0x0040_0000,
} as const;

/** A host with one guest. */
export interface IommufdConfig {
  readonly vmm: VmmProfile['name'] | VmmProfile;
  /** `linux` passes the bits of accepted commands unchecked; `tightened` refuses stray ones. */
  readonly kernel?: 'linux' | 'tightened';
  readonly smmus: readonly SmmuConfig[];
  readonly devices: readonly HostDevice[];
  /** The devices of the guest. */
  readonly guest: readonly GuestDevice[];
  /** ID registers of the virtual SMMU; without them, tailored to the host's. */
  readonly virtualIds?: IdRegisters;
  /** What the virtual machine is called; `vm` without it. */
  readonly name?: string;
  /** Where things are; the model's own small machine without it. */
  readonly memory?: IommufdMemory;
}

/** Memory of a host and of its guest. */
export interface IommufdMemory {
  readonly regions: readonly Region[];
  /** What the host kernel takes its tables from. */
  readonly pool: { readonly base: number; readonly size: number };
  /** RAM of the guest, inside it and in the host, and the part of it (guest addresses) that is the guest kernel's. */
  readonly ram: { readonly guest: number; readonly host: number; readonly size: number };
  readonly guestPool: { readonly base: number; readonly size: number };
}

const OWN_MEMORY: IommufdMemory = {
  regions: [
    { name: 'host', kind: 'ram', base: LAYOUT.host, size: LAYOUT.hostSize, owner: 'host' },
    { name: 'guest', kind: 'ram', base: LAYOUT.guestRam, size: LAYOUT.guestSize, owner: 'vm' },
    { name: 'other', kind: 'ram', base: LAYOUT.other, size: LAYOUT.otherSize, owner: 'other' },
  ],
  pool: { base: LAYOUT.host, size: LAYOUT.hostSize },
  ram: { guest: LAYOUT.guestBase, host: LAYOUT.guestRam, size: LAYOUT.guestSize },
  guestPool: { base: LAYOUT.guestBase + LAYOUT.guestSize / 2, size: LAYOUT.guestSize / 2 },
};

/** The system. */
export class Iommufd implements Hypervisor {
  readonly name = 'iommufd';
  readonly machine: Machine;
  readonly runtime: Runtime;
  readonly kernel: IommufdKernel;
  readonly vmm: Vmm;
  readonly guest: IommufdGuest;
  /** Memory as the guest addresses it. */
  readonly memory: MemoryView;
  readonly vmName: string;
  readonly operations = IOMMUFD_OPERATIONS;
  readonly profile: string;
  readonly #config: IommufdConfig;

  constructor(config: IommufdConfig) {
    const vmmProfile = typeof config.vmm === 'string' ? VMM_PROFILES[config.vmm] : config.vmm;
    this.#config = config;
    this.profile = `${config.kernel ?? 'linux'}/${vmmProfile.name}`;
    const { regions, pool, ram, guestPool } = config.memory ?? OWN_MEMORY;
    this.vmName = config.name ?? 'vm';
    this.machine = new Machine({ regions, smmus: config.smmus });
    this.runtime = new Runtime(this.machine, 'iommufd', {
      domainOf: (smmu, sid) => (this.#deviceOf(smmu, sid) === undefined ? undefined : this.vmName),
      within: ({ smmu, sid, address }) => this.guest.objection(this.#deviceOf(smmu, sid) ?? '', address - ram.host + ram.guest),
    });
    this.kernel = new IommufdKernel(this.runtime, {
      devices: config.devices, pool, checksCommands: config.kernel === 'tightened',
    });
    const locate = (address: number): number | undefined => (address >= ram.guest && address < ram.guest + ram.size ? address - ram.guest + ram.host : undefined);
    this.memory = viewOf(this.machine.memory, locate, this.runtime.stores(this.vmName));
    const { memory, vmName: name } = this;
    const ids = config.virtualIds ?? tailoredIds(this.#hostIds(), { sidSize: 16, ssidSize: 8 });
    this.vmm = new Vmm({
      kernel: this.kernel, name, profile: vmmProfile, ids, devices: config.guest, memory, ram,
    });
    this.guest = new IommufdGuest({ runtime: this.runtime, name, vmm: this.vmm, memory, devices: config.guest, pool: guestPool });
    this.machine.history.recording = true;
  }

  /** Boots the host and starts the virtual machine; fails where QEMU's checks of the ID registers do. */
  boot(): Outcome {
    return this.runtime.operation('host', 'boots and starts the virtual machine', () => {
      const { virtualIds } = this.#config;
      const misfit = virtualIds === undefined ? undefined : incompatibilities(virtualIds, this.#hostIds(), { checks: 'qemu' })[0];
      if (misfit !== undefined) return failed(misfit.sentence);
      const problem = this.kernel.boot() ?? this.vmm.start();
      return problem === undefined ? done('the virtual machine runs') : failed(`${problem.errno}: ${problem.why}`);
    });
  }

  /** Carries out an operation by name. */
  perform(name: string, values: OperationValues): Outcome {
    const found = findOperation(IOMMUFD_TABLE, name, values);
    return 'run' in found ? this.runtime.operation('guest', name, () => found.run(this, values)) : found;
  }

  /** A device reads or writes an address; the value is where it went. */
  dma(device: string, address: number, access: number, ssid?: number): Outcome {
    const found = this.kernel.device(device);
    const smmu = this.machine.smmus[found?.smmu ?? -1];
    const sid = found?.sids[0];
    if (found === undefined || smmu === undefined || sid === undefined) return failed(`no device ${device}`);
    const response = new Response();
    smmu.translate(requestOf({ sid, ssid, address: fromNumber(address), access }), response);
    this.vmm.deliver();
    if (response.status === OK) return done('passed', (response.hi >>> 0) * 2 ** 32 + (response.lo >>> 0));
    const event = eventOf([response.event])?.name ?? 'no event';
    return failed(`${response.status === STALLED ? 'stalled' : 'aborted'}, ${event}`);
  }

  /** Gives a device to the guest's container, before the guest says anything: only the parent translates. */
  openContainer(device: string): Outcome {
    return outcomeOf(this.kernel.attach(device, this.vmm.parent));
  }

  /** Gives a device back to the kernel's default domain, as when its container is closed. */
  closeContainer(device: string): Outcome {
    return outcomeOf(this.kernel.detach(device));
  }

  /** Which of the states of attachment a device is in (`ATTACH_STATES`). */
  attachState(device: string): AttachState | undefined {
    return attachStateOf(this.kernel, device);
  }

  /** A trapped access of the guest; the value is what it reads. */
  register(offset: number, write?: number): Outcome {
    const { port } = this.vmm;
    if (write === undefined) return done('read', port.read(offset, 4)?.lo ?? 0);
    return port.write(offset, 4, u64(0, write)) ? done('written') : failed('data abort');
  }

  /** The guest's STE of one of its devices beside the physical one. */
  compare(device: string): SteComparison | undefined {
    const virtualSid = this.#config.guest.find((g) => g.name === device)?.virtualSid;
    return virtualSid === undefined ? undefined : compareStream(this.kernel, device, this.vmm.guestSte(virtualSid));
  }

  /** The streams of the guest, its entry beside the physical one. */
  compareStreams(): readonly ComparedStream[] {
    return this.#config.guest.flatMap(({ name: device, virtualSid }) => {
      const found = this.kernel.device(device);
      const sid = found?.sids[0];
      if (found === undefined || sid === undefined) return [];
      return [comparedStream({ device, domain: this.vmName, virtualSid, smmu: found.smmu, sid }, this.vmm.guestSte(virtualSid), physicalSteOf(this.kernel, device))];
    });
  }

  #hostIds(): IdRegisters {
    return this.machine.smmus[0]?.ids ?? PRESETS['mmu-700'];
  }

  #deviceOf(smmu: number, sid: number): string | undefined {
    const device = this.#config.devices.find((d) => d.smmu === smmu && d.sids.includes(sid))?.name;
    return this.#config.guest.some((g) => g.name === device) ? device : undefined;
  }
}

function outcomeOf(result: Result<string>): Outcome {
  return result.ok ? done(result.value) : failed(`${result.errno}: ${result.why}`);
}
