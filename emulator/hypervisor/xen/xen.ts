/**
 * Xen with its SMMUv3 driver and the virtual SMMUv3 of the series: domains, device assignment, traps,
 * faults. Profiles say which version. Not modelled: scheduling, the vGIC beyond one line per vSMMU,
 * memory ballooning other than by `revoke`, PCI beyond requester IDs.
 */
import { fromNumber, hex, type U64 } from '../../bits/u64.ts';
import { Machine, requestOf, type SmmuConfig } from '../../machine/machine.ts';
import { eventOf } from '../../fields/events.ts';
import { registerName } from '../../fields/registers.ts';
import { OK, Response } from '../../smmu/request.ts';
import type { Region } from '../../memory/regions.ts';
import type { RegisterPort } from '../driver/port.ts';
import { comparedStream, type ComparedStream } from '../compare.ts';
import { done, failed, findOperation, Runtime, type Hypervisor, type OperationValues, type Outcome } from '../hypervisor.ts';
import { PagePool } from '../pages.ts';
import { Box, Fields } from '../state.ts';
import { Contexts } from './contexts.ts';
import { defaultRam, Domain, type DomainIdentity } from './domain.ts';
import { handleFaults } from './faults.ts';
import { XenGuest } from './guest.ts';
import { HostSmmu } from './hostSmmu.ts';
import { HOST } from './layout.ts';
import { XEN_OPERATIONS, XEN_TABLE } from './operations.ts';
import { profileOf, type ProfileName, type XenProfile } from './profiles.ts';
import { Assignments } from './assignments.ts';
import { creationProblem, type DomainConfig, type GuestNode, type HostDevice } from './toolstack.ts';
import type { AccessSize } from './vsmmu/access.ts';
import { VirtualSmmu } from './vsmmu/virtualSmmu.ts';

/** A host with Xen. */
export interface XenConfig {
  readonly profile: ProfileName | XenProfile;
  readonly smmus: readonly SmmuConfig[];
  readonly devices: readonly HostDevice[];
  /** Memory of the host, and the part of it that Xen allocates from; the model's own without it. */
  readonly memory?: { readonly regions: readonly Region[]; readonly xen: { readonly base: number; readonly size: number } };
}

/** A trapped access. */
export interface TrappedAccess {
  readonly domain: string;
  readonly vsmmu?: number;
  readonly offset: number;
  readonly size: AccessSize;
  /** What is written; a read without it. */
  readonly value?: U64;
}

/** A DMA of a device. */
export interface Dma {
  readonly device: string;
  readonly address: number;
  /** READ or WRITE of walk/access.ts. */
  readonly access: number;
  /** Which of the device's streams. */
  readonly stream?: number;
}

interface KnownDomain {
  readonly id: number;
  readonly name: string;
}

function keyOf({ id, name }: KnownDomain): string {
  return `${id} ${name}`;
}

/** Xen on a host. */
export class Xen implements Hypervisor {
  readonly name = 'xen';
  readonly machine: Machine;
  readonly runtime: Runtime;
  readonly rules: XenProfile;
  readonly hosts: HostSmmu[] = [];
  readonly contexts: Contexts;
  readonly assignments: Assignments;
  readonly operations = XEN_OPERATIONS;
  readonly #pages: PagePool;
  /** By number and name: numbers are used once. */
  readonly #domains = new Map<string, Domain>();
  readonly #driven = new Set<number>();
  readonly #guests = new Map<string, XenGuest>();
  readonly #known: Box<readonly KnownDomain[]>;
  readonly #ids: Fields<'last'>;

  constructor(config: XenConfig) {
    this.rules = typeof config.profile === 'string' ? profileOf(config.profile) : config.profile;
    const { regions, xen } = config.memory ?? { regions: [{ name: 'ram', kind: 'ram', base: HOST.ram, size: HOST.ramSize } as const], xen: { base: HOST.xen, size: HOST.xenSize } };
    this.machine = new Machine({ regions, smmus: config.smmus });
    const { history } = this.machine;
    this.machine.owners.set(xen.base, xen.size, 'xen');
    this.runtime = new Runtime(this.machine, 'xen', {
      ownsStage1: true,
      domainOf: (smmu, sid) => this.contexts.of(smmu, sid)?.domain,
      within: ({ smmu, sid, domain, address }) => {
        const device = this.contexts.of(smmu, sid)?.device;
        return device === undefined ? undefined : this.guest(domain)?.objection(device, address);
      },
    });
    this.#pages = new PagePool(history, 'xen', xen);
    this.#known = new Box<readonly KnownDomain[]>(history, 'xen.domains', []);
    this.#ids = new Fields(history, 'xen.ids', ['last']);
    this.contexts = new Contexts({
      history, runtime: this.runtime, profile: this.rules, hosts: this.hosts,
      stage2: (name) => ({ vmid: this.domain(name)?.vmid ?? 0, root: this.domain(name)?.p2m.root ?? 0 }),
    });
    this.assignments = new Assignments({
      history, runtime: this.runtime, profile: this.rules, contexts: this.contexts, devices: config.devices,
      isDriven: (smmu) => this.#driven.has(smmu),
    });
    this.#boot();
    history.recording = true;
  }

  /** The name of the profile. */
  get profile(): string {
    return this.rules.name;
  }

  #boot(): void {
    for (const [index, smmu] of this.machine.smmus.entries()) {
      const host = new HostSmmu(this.runtime, smmu, { index, pages: this.#pages });
      this.hosts.push(host);
      if (!host.features.s2p && this.rules.requiresStage2) this.runtime.print(`smmu${index}: no stage-2 translation support!`);
      else if (host.driver.probe().ok) this.#driven.add(index);
    }
  }

  /** Xen is up already; fails where it does not drive an SMMU. */
  boot(): Outcome {
    const idle = this.hosts.find((host) => !this.#driven.has(host.index));
    return idle === undefined ? done('Xen runs') : failed(`Xen does not drive smmu${idle.index}`);
  }

  /** Carries out an operation by name. */
  perform(name: string, values: OperationValues): Outcome {
    const found = findOperation(XEN_TABLE, name, values);
    return 'run' in found ? found.run(this, values) : found;
  }

  /** A domain that exists. */
  domain(name: string): Domain | undefined {
    const known = this.#known.value.find((k) => k.name === name);
    return known === undefined ? undefined : this.#domains.get(keyOf(known));
  }



  /** The kernel of a domain. */
  guest(name: string): XenGuest | undefined {
    const domain = this.domain(name);
    return domain === undefined ? undefined : this.#guests.get(keyOf(domain));
  }

  /** The devices in a guest's tree. */
  treeOf(domain: string): readonly GuestNode[] {
    return this.assignments.tree(domain);
  }

  /** The streams of all guests with a vSMMU, the guest's entry beside the physical one. */
  compareStreams(): readonly ComparedStream[] {
    return this.#known.value.flatMap(({ name }) => this.treeOf(name).flatMap(({ device, vsmmu, sids }) => sids.flatMap((vsid) => this.#compare(name, device, { vsmmu, vsid }))));
  }

  #compare(name: string, device: string, { vsmmu, vsid }: { readonly vsmmu: number; readonly vsid: number }): readonly ComparedStream[] {
    const domain = this.domain(name);
    const virtual = domain?.vsmmus[vsmmu];
    const stream = domain === undefined ? undefined : this.assignments.physical(domain, vsid, vsmmu);
    if (stream === undefined) return [];
    return [comparedStream({ device, domain: name, virtualSid: vsid, ...stream }, virtual?.guestEntry(vsid), this.hosts[stream.smmu]?.entryWords(stream.sid))];
  }

  /** Creates a domain with its devices; the value is its number. */
  create(config: DomainConfig): Outcome {
    return this.runtime.operation('toolstack', `creates a ${config.kind} domain`, () => this.#create(config));
  }

  #create(config: DomainConfig): Outcome {
    const problem = creationProblem(config, this.rules) ?? this.assignments.problem(config);
    if (problem !== undefined) return this.#refuse(problem);
    // Numbers are never used again, so a name means one domain in all of the history.
    const id = config.kind === 'dom0' ? 0 : this.#ids.add('last');
    const name = config.name ?? `dom${id}`;
    if (this.domain(name) !== undefined) return this.#refuse(`-EEXIST: there is a ${name} already`);
    const domain = this.#domainOf({ id, name, kind: config.kind, ram: config.ram ?? defaultRam(id, config.kind) }, config.viommu);
    if (!domain.build()) return this.#refuse('-ENOMEM');
    this.#known.value = [...this.#known.value, { id, name }];
    const error = this.assignments.assign(domain, config);
    return error === undefined ? done(`${domain.name} is there`, id) : failed(error);
  }

  /** The objects of a domain: those of an earlier creation that was undone, or new ones. */
  #domainOf(identity: DomainIdentity, viommu: DomainConfig['viommu']): Domain {
    const key = keyOf(identity);
    const known = this.#domains.get(key);
    if (known !== undefined && JSON.stringify([known.kind, known.ram, known.vsmmus.length > 0]) === JSON.stringify([identity.kind, identity.ram, viommu === 'smmuv3'])) return known;
    const domain = new Domain(this.runtime, this.#pages, identity);
    this.#domains.set(key, domain);
    if (viommu === 'smmuv3') this.#addVsmmus(domain);
    this.#guests.set(key, new XenGuest(this, domain));
    return domain;
  }

  #refuse(text: string): Outcome {
    this.runtime.print(text);
    return failed(text);
  }

  #addVsmmus(domain: Domain): void {
    const hosts = domain.kind === 'dom0' ? this.hosts : this.hosts.slice(0, 1);
    for (const host of hosts) {
      const smmu = this.machine.smmus[host.index];
      if (smmu === undefined) continue;
      domain.vsmmus.push(new VirtualSmmu({
        name: `${domain.name}.vsmmu${host.index}`, runtime: this.runtime, profile: this.rules, memory: domain.memory, hardware: smmu.ids,
        backend: {
          physical: (vsid) => this.assignments.physical(domain, vsid, host.index),
          vsids: () => this.assignments.vsids(domain, host.index),
          attach: (stream, config) => this.contexts.attach(domain.name, stream, config),
          invalidateCd: (stream, command) => this.hosts[stream.smmu]?.send(command, { StreamID: stream.sid, Leaf: 1 }),
          invalidateTlb: (precise) => this.#flush(domain, precise),
        },
      }));
    }
  }

  /** Flushes the translations of a domain: once per device as posted, or exactly what is named. */
  #flush(domain: Domain, precise: { readonly command: string; readonly values: object } | undefined): void {
    const smmus = this.contexts.list.filter((c) => c.domain === domain.name).map((c) => c.smmu);
    for (const smmu of precise === undefined ? smmus : new Set(smmus)) {
      if (precise === undefined) this.hosts[smmu]?.send('TLBI_S12_VMALL', { VMID: domain.vmid });
      else this.hosts[smmu]?.send(precise.command, { ...precise.values, VMID: domain.vmid });
    }
  }

  /** Ends a domain: its devices abort, its memory belongs to nobody. */
  destroy(name: string): Outcome {
    return this.runtime.operation('toolstack', `destroys ${name}`, () => {
      const domain = this.domain(name);
      if (domain === undefined) return failed(`no ${name}`);
      this.assignments.releaseAll(domain);
      for (const host of this.hosts) host.send('TLBI_S12_VMALL', { VMID: domain.vmid });
      this.machine.owners.set(domain.ram.host, domain.ram.size, undefined);
      this.#known.value = this.#known.value.filter((known) => known.name !== name);
      return done();
    });
  }

  /** Takes pages of a domain away: unmapped, flushed, owned by nobody. `offset` counts from the start of its RAM. */
  revoke(name: string, offset: number, size: number): Outcome {
    return this.runtime.operation('xen', `takes 0x${size.toString(16)} bytes from ${name}`, () => {
      const domain = this.domain(name);
      if (domain === undefined) return failed(`no ${name}`);
      domain.p2m.unmap(domain.ram.guest + offset, size);
      this.#flush(domain, undefined);
      this.machine.owners.set(domain.ram.host + offset, size, undefined);
      return done();
    });
  }

  /** An access of a guest to a vSMMU register; the value is what a read gives, failure a data abort. */
  trap(access: TrappedAccess): Outcome & { readonly read?: U64 } {
    let read: U64 | undefined;
    const verb = access.value === undefined ? 'reads' : `writes ${hex(access.value)} to`;
    const outcome = this.runtime.operation(access.domain, `${verb} ${registerName(access.offset)}`, () => {
      const vsmmu = this.domain(access.domain)?.vsmmus[access.vsmmu ?? 0];
      if (vsmmu === undefined) return failed('data abort: nothing is there');
      if (access.value !== undefined) return vsmmu.write(access.offset, access.size, access.value) ? done() : failed('data abort');
      read = vsmmu.read(access.offset, access.size);
      return read === undefined ? failed('data abort') : done(`read ${hex(read)}`, read.lo);
    });
    return read === undefined ? outcome : { ...outcome, read };
  }

  /** The registers of a vSMMU for a driver. */
  port(domain: string, vsmmu: number): RegisterPort {
    return {
      read: (offset, size) => this.trap({ domain, vsmmu, offset, size }).read,
      write: (offset, size, value) => this.trap({ domain, vsmmu, offset, size, value }).ok,
    };
  }

  /** What Xen does outside traps: commands beyond the budget, physical faults. Gives how many commands ran. */
  runTasklets(): number {
    let ran = 0;
    for (const { name } of this.#known.value) {
      for (const vsmmu of this.domain(name)?.vsmmus ?? []) if (vsmmu.isDeferred) ran += vsmmu.process();
    }
    this.handleFaults();
    return ran;
  }

  /** Looks at all physical event queues: what the interrupt of each would do. */
  handleFaults(): void {
    for (const host of this.hosts) this.#faults(host);
  }

  #faults(host: HostSmmu): void {
    handleFaults({
      runtime: this.runtime, profile: this.rules, contexts: this.contexts, domain: (name) => this.domain(name),
      virtualSid: (domain, stream) => this.assignments.virtual(domain, stream),
    }, host);
  }

  /** A DMA: where it went, or the event that it met. Faults are handled at once. */
  dma(dma: Dma): Outcome {
    return this.runtime.operation(dma.device, `accesses 0x${dma.address.toString(16)}`, () => {
      const device = this.assignments.device(dma.device);
      if (device === undefined) return failed(`no device ${dma.device}`);
      const smmu = device.smmu === undefined ? undefined : this.machine.smmus[device.smmu];
      if (smmu === undefined) {
        this.runtime.monitor.bare(this.assignments.holder(device.path) ?? 'nobody', device.path, dma.address);
        return done('without SMMU', dma.address);
      }
      const response = new Response();
      const sid = device.sids[dma.stream ?? 0] ?? 0;
      smmu.translate(requestOf({ sid, address: fromNumber(dma.address), access: dma.access }), response);
      this.handleFaults();
      if (response.status === OK) return done('passed', (response.hi >>> 0) * 2 ** 32 + (response.lo >>> 0));
      return failed(response.event === 0 ? 'abort' : (eventOf([response.event])?.name ?? 'abort'));
    });
  }
}
