/**
 * A machine under pKVM with trapped SMMUs (v4 to v8 of the series): the host runs the ordinary driver,
 * EL2 stands between it and the hardware, and every stream translates through a stage 2 that follows
 * ownership. What breaks the contract stops the machine. Processors, and page sizes other than 4K, are
 * not modelled.
 */
import { fromNumber, type U64 } from '../../../bits/u64.ts';
import { eventOf } from '../../../fields/events.ts';
import { Machine, requestOf, type SmmuConfig } from '../../../machine/machine.ts';
import { CR0 } from '../../../registers/store.ts';
import { OK, Response, TRANSLATED, UNTRANSLATED } from '../../../smmu/request.ts';
import { comparedStream, type ComparedStream } from '../../compare.ts';
import { SmmuDriver } from '../../driver/driver.ts';
import { done, failed, findOperation, Runtime, type Hypervisor, type OperationValues, type Outcome } from '../../hypervisor.ts';
import { viewOf, type MemoryView } from '../../memoryView.ts';
import { PagePool } from '../../pages.ts';
import { El2Smmu } from '../el2Smmu.ts';
import { PageOwnership, type Target, type TransitionName } from '../ownership.ts';
import { transitionRefusal } from '../refusals.ts';
import { plainLayout, type PkvmLayout } from '../layout.ts';
import type { PkvmDevice } from '../pkvm.ts';
import { EmulatedSmmu } from './emulatedSmmu.ts';
import { IdentityTable } from './identity.ts';
import { TRAP_OPERATIONS, TRAP_TABLE } from './operations.ts';
import { TRAP_PROFILES, type TrapProfile, type TrapProfileName } from './profiles.ts';
import { trapProblem } from './requirements.ts';

/** Where things are. */
export const TRAP_LAYOUT = {
  ram: 0x4000_0000, ramSize: 0x0100_0000,
  /** What EL2 has from boot on. */
  hyp: 0x4000_0000, hypSize: 0x0040_0000,
  /** What the host's drivers build queues and tables from; the rest of RAM is free for buffers. */
  drivers: 0x4040_0000, driversSize: 0x0040_0000,
  smmu: 0x0900_0000, smmuSize: 0x2_0000,
} as const;

const GUEST_PAGES = 64;
const QUEUE_LOG2 = 8;
const LINEAR_SID_BITS = 8;

function ownLayout(smmus: number): PkvmLayout {
  const { ram, ramSize, hyp, hypSize, drivers, driversSize, smmu, smmuSize } = TRAP_LAYOUT;
  return plainLayout({
    ram: { base: ram, size: ramSize }, hyp: { base: hyp, size: hypSize }, spare: { base: drivers, size: driversSize }, smmus: { base: smmu, size: smmuSize * smmus },
  });
}

/** A machine. */
export interface TrapConfig {
  readonly profile: TrapProfileName | TrapProfile;
  readonly smmus: readonly SmmuConfig[];
  readonly devices: readonly PkvmDevice[];
  /** How many protected guests there are. */
  readonly guests: number;
  /** Where things are; the model's own small machine without it. */
  readonly layout?: PkvmLayout;
}

/** An access of the host to a register; a read without a value. */
export interface HostAccess {
  readonly smmu: number;
  readonly offset: number;
  readonly size: number;
  readonly value?: U64;
}

/** The system. */
export class PkvmTrap implements Hypervisor {
  readonly name = 'pkvm';
  readonly operations = TRAP_OPERATIONS;
  readonly rules: TrapProfile;
  readonly machine: Machine;
  readonly runtime: Runtime;
  readonly ownership: PageOwnership;
  readonly identity: IdentityTable;
  readonly hardware: readonly El2Smmu[];
  /** What the host sees of each SMMU, and its driver. */
  readonly smmus: readonly EmulatedSmmu[];
  readonly drivers: readonly SmmuDriver[];
  /** Physical memory as the host's processors reach it. */
  readonly memory: MemoryView;
  readonly #devices: readonly PkvmDevice[];
  readonly #layout: PkvmLayout;

  constructor(config: TrapConfig) {
    const layout = config.layout ?? ownLayout(config.smmus.length);
    this.#layout = layout;
    this.rules = typeof config.profile === 'string' ? TRAP_PROFILES[config.profile] : config.profile;
    this.#devices = config.devices;
    this.machine = new Machine({ regions: layout.regions, smmus: config.smmus });
    const { history, owners, smmus } = this.machine;
    this.runtime = new Runtime(this.machine, 'pkvm', {
      domainOf: (index, sid) => (this.#devices.some((d) => d.smmu === index && d.sid === sid) ? 'host' : undefined),
      mayReach: (_domain, _owner, address) => this.ownership.hostState(address) !== 'NOPAGE',
      messagesOf: () => 'host',
    });
    this.ownership = new PageOwnership({
      history, owners, ram: layout.ram, hypDevices: layout.smmus,
      guests: Array.from({ length: config.guests }, () => ({ pages: GUEST_PAGES })),
    });
    const pages = new PagePool(history, 'pkvm.boot', layout.hyp);
    const pool = new PagePool(history, 'host.drivers', layout.spare);
    this.memory = viewOf(this.machine.memory, (address) => (this.ownership.hostState(address) === 'NOPAGE' ? undefined : address), this.runtime.stores('host'));
    this.hardware = smmus.map((s, index) => new El2Smmu({ runtime: this.runtime, smmu: s, index, pages, invalidatesLevel1: this.rules.invalidatesLevel1 }));
    this.identity = new IdentityTable({ runtime: this.runtime, pages, smmus: this.hardware, isOn: (index) => this.smmus[index]?.isOn(CR0.SMMUEN) === true });
    this.smmus = this.hardware.flatMap((hardware, i) => {
      const physical = smmus[i];
      return physical === undefined ? [] : [new EmulatedSmmu({ runtime: this.runtime, smmu: physical, hardware, ownership: this.ownership, profile: this.rules, stage2: () => this.identity.stage2 })];
    });
    this.drivers = this.smmus.map((emulated) => new SmmuDriver({
      history, name: `host.${emulated.name}`, port: emulated.port, memory: this.memory, pages: pool, leafOnly: true,
      // A host that leaves ATS and PRI alone: what goes wrong when one does use them is asked register by register.
      withoutAts: true,
      onTableWrite: () => this.runtime.costs.count('tableWrites'),
    }));
    history.recording = true;
  }

  /** The name of the profile. */
  get profile(): string {
    return `trap-and-emulate/${this.rules.name}`;
  }

  /** EL2 takes the SMMUs and its memory, and maps what is the host's. */
  boot(): Outcome {
    return this.runtime.operation('hyp', 'takes the SMMUs and deprivileges the host', () => {
      const { ram, hyp, smmus: holes } = this.#layout;
      for (const [i, { ids }] of this.machine.smmus.entries()) {
        const problem = trapProblem(ids);
        if (problem !== undefined) return failed(`smmu${i}: ${problem}`);
      }
      const refused = this.hardware.map((s) => s.prepare()).find((o) => !o.ok);
      if (refused !== undefined) return refused;
      this.ownership.takeAtBoot(hyp);
      const free = { base: hyp.base + hyp.size, size: ram.base + ram.size - hyp.base - hyp.size };
      const isMapped = this.identity.build({ ram: free, devices: ram.base, holes });
      return isMapped ? done('the host is deprivileged') : failed('-ENOMEM');
    });
  }

  /** The host's drivers probe their SMMUs. */
  start(): Outcome {
    return this.#asHost('probes its SMMUs', () => {
      for (const driver of this.drivers) {
        const sidBits = driver.features().sidSize;
        const outcome = driver.probe({ queueLog2: QUEUE_LOG2, ...(sidBits <= LINEAR_SID_BITS ? { linearSidBits: sidBits } : {}) });
        if (!outcome.ok) return outcome;
      }
      return done('the SMMUs are on');
    });
  }

  /** Carries out an operation by name. */
  perform(name: string, values: OperationValues): Outcome {
    const found = findOperation(TRAP_TABLE, name, values);
    return 'run' in found ? this.#asHost(name, () => found.run(this, values)) : found;
  }

  /** The host does something; where that stops the machine, the outcome says why. */
  #asHost(text: string, run: () => Outcome): Outcome {
    return this.runtime.operation('host', text, () => {
      const outcome = run();
      return this.runtime.crash === undefined ? outcome : failed(this.runtime.crash);
    });
  }

  /** A device of the host by name. */
  device(name: string): PkvmDevice | undefined {
    return this.#devices.find((d) => d.name === name);
  }

  /** The driver does something for a device. */
  drive(name: string, run: (driver: SmmuDriver, sid: number) => Outcome): Outcome {
    const device = this.device(name);
    const driver = this.drivers[device?.smmu ?? -1];
    return device === undefined || driver === undefined ? failed(`no device ${name}`) : run(driver, device.sid);
  }

  /** An access of the host to a register; failure is the end of the machine. */
  register(access: HostAccess): Outcome & { readonly read?: U64 } {
    const smmu = this.smmus[access.smmu];
    if (smmu === undefined) return failed(`no SMMU ${access.smmu}`);
    if (access.value !== undefined) return smmu.write(access.offset, access.size, access.value) ? done('written') : failed(this.runtime.crash ?? '');
    const read = smmu.read(access.offset, access.size);
    return read === undefined ? failed(this.runtime.crash ?? '') : { ...done('read', read.lo >>> 0), read };
  }

  /** Changes who owns a page; the stage 2 of all devices follows. */
  change(name: TransitionName, target: Target): Outcome {
    this.runtime.note('host', 'hypercall', name, 'hypercalls');
    const had = this.ownership.hostState(target.address) !== 'NOPAGE';
    const result = this.ownership.change(name, target);
    if (result !== '0') return failed(`${result}: ${transitionRefusal(this.ownership, name, target)}`);
    const has = this.ownership.hostState(target.address) !== 'NOPAGE';
    if (had === has) return done(name);
    this.runtime.note('hyp', 'table write', `stage 2 of all devices ${has ? 'gains' : 'loses'} 0x${target.address.toString(16)}`);
    const isDone = has ? this.identity.give(target.address) : this.identity.take(target.address);
    if (!isDone) this.runtime.stop('EL2 panics: the TLBs could not be invalidated after a page was given away. [rule drain]');
    return isDone ? done(name) : failed(this.runtime.crash ?? '');
  }

  /** A device reads or writes an address; the value is where it went. A translated access comes with a physical address, as with PCIe ATS. */
  dma(device: string, address: number, access: number, isTranslated = false): Outcome {
    const found = this.device(device);
    const smmu = this.machine.smmus[found?.smmu ?? -1];
    if (found === undefined || smmu === undefined) return failed(`no device ${device}`);
    if (isTranslated && !smmu.parts.features.ats) return failed('no ATS: the bus behind this SMMU carries no translated traffic');
    const response = new Response();
    const request = requestOf({ sid: found.sid, address: fromNumber(address), access });
    request.kind = isTranslated ? TRANSLATED : UNTRANSLATED;
    smmu.translate(request, response);
    if (response.status === OK) return done('passed', (response.hi >>> 0) * 2 ** 32 + (response.lo >>> 0));
    return failed(`aborted, ${eventOf([response.event])?.name ?? 'no event'}`);
  }

  /** The streams of all devices: the host's entry beside the one that EL2 made of it. */
  compareStreams(): readonly ComparedStream[] {
    return this.#devices.map(({ name, smmu, sid }) => comparedStream(
      { device: name, domain: 'host', virtualSid: sid, smmu, sid }, this.smmus[smmu]?.hostEntry(sid), this.hardware[smmu]?.streams.words(sid),
    ));
  }
}
