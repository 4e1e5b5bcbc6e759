/**
 * Xen above the SMMUs: `hypervisor xen`. Domains have the names and the memory that their
 * configurations give them; what belongs to nobody else is dom0's, whom scenarios may call `host`.
 */
import type { DomainConfig } from '../../emulator/hypervisor/xen/toolstack.ts';
import { PROFILE_NAMES, type ProfileName } from '../../emulator/hypervisor/xen/profiles.ts';
import { GUEST, type DomainRam } from '../../emulator/hypervisor/xen/layout.ts';
import { Xen } from '../../emulator/hypervisor/xen/xen.ts';
import type { OperationValues, Outcome, SteComparison } from '../../emulator/hypervisor/index.ts';
import { done, failed } from '../../emulator/hypervisor/hypervisor.ts';
import type { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import type { MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import type { Observer } from '../../emulator/steps/step.ts';
import type { Problem } from '../../model/problem.ts';
import { hasWaitingEvents, physicalMemory, physicalSmmus, setupProblem, smmuConfigs, systemDevices, systemSmmus, withDeviceName } from './base.ts';
import type { DescribedDomain, Description } from './description.ts';
import { driverActions } from './drivers.ts';
import { freeMemory, ramRegions, takeTop, without, type Stretch } from './places.ts';
import type { DmaOutcome, DmaRequest, DomainActions, SmmuAccess, System, SystemDevice, SystemDomain } from './system.ts';
import { transfer } from './transfer.ts';

const MB = 0x10_0000;
const XEN_MEMORY = 32 * MB;
const GUEST_MEMORY = 64 * MB;
const DOM0_MEMORY = 256 * MB;
const DEFAULT_PROFILE: ProfileName = 'fixed';
const DOM0 = 'dom0';

interface Plan {
  readonly xen: Stretch;
  readonly domains: ReadonlyMap<string, DomainConfig>;
}

function kindOf({ origin }: DescribedDomain): DomainConfig['kind'] {
  return origin === 'hardware' ? 'dom0' : origin;
}

/** Where Xen and each domain have their memory, or why it does not suffice. */
function planOf(description: Description): Plan | Problem {
  let free: readonly Stretch[] = freeMemory(description);
  const total = free.reduce((sum, s) => sum + s.size, 0);
  const take = (size: number): Stretch | undefined => {
    const taken = takeTop(free, size);
    if (taken !== undefined) free = without(free, [taken]);
    return taken;
  };
  const xen = take(Math.min(XEN_MEMORY, Math.floor(total / 8 / MB) * MB));
  if (xen === undefined || xen.size === 0) return setupProblem('There is too little memory for Xen.', description.hypervisor.at);
  const domains = new Map<string, DomainConfig>();
  for (const domain of inOrder(description.domains)) {
    const wanted = wantedBy(domain, free);
    const place = take(wanted) ?? (domain.memory === undefined || domain.origin === 'hardware' ? take(largest(free)) : undefined);
    // A guest that is to be created later may find no room then.
    if ((place === undefined || place.size === 0) && domain.isLater) continue;
    if (place === undefined || place.size === 0) return setupProblem(`There is too little memory left for ${domain.name}, which has ${wanted / MB} MiB.`, domain.at);
    domains.set(domain.name, configOf(description, domain, { guest: domain.origin === 'hardware' ? place.base : GUEST.ram, host: place.base, size: place.size }));
  }
  return { xen, domains };
}

/** What a domain asks for, or what is usual; one that comes later leaves room for the others. */
function wantedBy({ memory, origin, isLater }: DescribedDomain, free: readonly Stretch[]): number {
  const usual = origin === 'hardware' ? DOM0_MEMORY : isLater ? Math.min(GUEST_MEMORY, largest(free) / 4) : GUEST_MEMORY;
  return roundUp(memory ?? usual);
}

/** The largest come first, so that they find room in one piece. dom0 takes what is left where it asks for more: its RAM may be anywhere. */
function inOrder(domains: readonly DescribedDomain[]): DescribedDomain[] {
  const rank = ({ origin, memory = 0, isLater }: DescribedDomain): number => (origin === 'hardware' ? -1 : isLater ? 0 : memory);
  return domains.toSorted((a, b) => rank(b) - rank(a));
}

function roundUp(size: number): number {
  return Math.max(2 * MB, Math.ceil(size / (2 * MB)) * 2 * MB);
}

/** The largest size that is sure to fit somewhere, in steps of 2M. */
function largest(free: readonly Stretch[]): number {
  return Math.max(0, ...free.map((s) => Math.floor(s.size / (2 * MB)) * 2 * MB - 2 * MB));
}

function configOf(description: Description, domain: DescribedDomain, ram: DomainRam): DomainConfig {
  const own = description.devices.filter((d) => (d.domain ?? DOM0) === domain.name || domain.takes?.includes(d.name) === true);
  // dom0 reaches devices without SMMU as it reaches all else; they are assigned to guests only.
  const devices = domain.origin === 'hardware' ? own.filter((d) => d.smmu !== undefined) : own;
  return {
    kind: kindOf(domain), name: domain.name, ram, viommu: domain.hasVsmmu ? 'smmuv3' : 'none', devices: devices.map((d) => d.name),
    passthrough: true, forced: devices.filter((d) => d.smmu === undefined).map((d) => d.name),
  };
}

/** Makes a system with Xen. */
export function xenSystem(description: Description): System | { readonly problems: readonly Problem[] } {
  const { profile = DEFAULT_PROFILE, at } = description.hypervisor;
  const name = PROFILE_NAMES.find((p) => p === profile);
  if (name === undefined) return { problems: [setupProblem(`Xen has no profile ${profile}; there are ${PROFILE_NAMES.join(', ')}.`, at)] };
  const plan = planOf(description);
  if ('message' in plan) return { problems: [plan] };
  const xen = new Xen({
    profile: name, smmus: smmuConfigs(description),
    devices: description.devices.map((d) => ({ path: d.name, smmu: d.smmu, sids: d.sids, ...(d.rid === undefined ? {} : { rid: d.rid }) })),
    memory: { regions: ramRegions(description, undefined), xen: plan.xen },
  });
  // What the setup starts is there before anything that can be undone.
  xen.machine.history.recording = false;
  const problems = description.domains.filter((d) => !d.isLater).flatMap((domain) => {
    const config = plan.domains.get(domain.name);
    const outcome = config === undefined ? failed('no plan') : xen.create(config);
    return outcome.ok ? [] : [setupProblem(`${domain.name} cannot be created: ${outcome.text}.`, domain.at)];
  });
  xen.machine.history.recording = true;
  return problems.length > 0 ? { problems } : new XenSystem(description, xen, plan.domains);
}

class XenSystem implements System {
  readonly kind = 'xen';
  readonly ownerNames: ReadonlyMap<string, string> = new Map([['host', DOM0], ['hypervisor', 'xen']]);
  readonly machine: Xen['machine'];
  readonly smmus: System['smmus'];
  readonly devices: System['devices'];
  readonly domains: readonly SystemDomain[];
  readonly #physical: readonly SmmuAccess[];

  constructor(readonly description: Description, readonly hypervisor: Xen, readonly configs: ReadonlyMap<string, DomainConfig>) {
    this.machine = hypervisor.machine;
    this.smmus = systemSmmus(description);
    this.devices = systemDevices(description);
    this.domains = description.domains.map(({ name, origin, at }) => ({ name, kind: origin === 'hardware' ? 'host' : 'guest', at }));
    this.#physical = physicalSmmus(this.machine, description, 'xen').map((one, i) => ({ ...one, driver: hypervisor.hosts[i]?.driver }));
  }

  #name(domain: string): string {
    return domain === 'host' ? DOM0 : domain;
  }

  observe(observer: Observer | null): void {
    this.hypervisor.runtime.observer = observer;
  }

  dma(request: DmaRequest): DmaOutcome {
    const { hypervisor } = this;
    const outcome = transfer(this.machine, request);
    if (request.device.smmu === undefined && outcome.address !== undefined) {
      const { hi, lo } = outcome.address;
      hypervisor.runtime.monitor.bare(this.ownerOf(request.device) ?? DOM0, request.device.name, hi * 2 ** 32 + lo);
    }
    if (hasWaitingEvents(this.machine)) hypervisor.runtime.operation('xen', 'handles the event records', () => {
      hypervisor.handleFaults();
      return done();
    });
    return outcome;
  }

  driver(domain: string, target: SystemDevice | number): SmmuDriver | undefined {
    const guest = this.hypervisor.guest(this.#name(domain));
    return typeof target === 'number' ? guest?.drivers[target] : guest?.driverOf(target.name)?.driver;
  }

  actions(domain: string): DomainActions | undefined {
    const { hypervisor } = this;
    if (domain === 'hypervisor') return driverActions({ drivers: hypervisor.hosts.map((host) => host.driver), target: () => undefined });
    const name = this.#name(domain);
    const guest = hypervisor.guest(name);
    if (guest === undefined || guest.drivers.length === 0) return undefined;
    return driverActions({
      drivers: guest.drivers,
      target: (device) => {
        const found = guest.driverOf(device.name);
        return found === undefined ? undefined : { driver: found.driver, sids: found.node.sids };
      },
      run: (text, action) => hypervisor.runtime.operation(name, text, action),
      onProbe: (isUp) => {
        if (isUp) guest.markOn();
      },
    });
  }

  smmusOf(domain: string | undefined): readonly SmmuAccess[] {
    if (domain === undefined || domain === 'hypervisor') return this.#physical;
    const name = this.#name(domain);
    const found = this.hypervisor.domain(name);
    const drivers = this.hypervisor.guest(name)?.drivers ?? [];
    return (found?.vsmmus ?? []).map((_, i) => ({
      name: `vsmmu${i}`, aliases: i === 0 && found?.vsmmus.length === 1 ? ['vsmmu', 'smmu', 'smmu0'] : [this.smmus[i]?.name ?? '', ...(this.smmus[i]?.aliases ?? [])],
      port: this.hypervisor.port(name, i), memory: found?.memory ?? this.memoryOf(undefined), driver: drivers[i],
    }));
  }

  memoryOf(domain: string | undefined): MemoryView {
    const own = domain === undefined ? undefined : this.hypervisor.domain(this.#name(domain))?.memory;
    return own ?? physicalMemory(this.machine, 'xen');
  }

  setDomain(name: string, isThere: boolean): Outcome {
    if (!isThere) return this.hypervisor.destroy(this.#name(name));
    const config = this.configs.get(name);
    return config === undefined ? failed(`-ENOMEM: there is too little memory for ${name}`) : this.hypervisor.create(config);
  }

  revoke(domain: string, offset: number, size: number): Outcome {
    return this.hypervisor.revoke(this.#name(domain), offset, size);
  }

  call(operation: string, values: OperationValues): Outcome {
    return this.hypervisor.perform(operation, withDeviceName(this, values));
  }

  ownerOf(device: SystemDevice): string | undefined {
    return this.hypervisor.assignments.holder(device.name);
  }

  compare(device: SystemDevice): SteComparison | undefined {
    return this.hypervisor.compareStreams().find((s) => s.device === device.name)?.comparison;
  }
}
