/**
 * A Linux host with KVM and iommufd, and one virtual machine: `hypervisor iommufd`. The host kernel has
 * its SMMUs up and its own devices attached before the scenario begins.
 */
import { Iommufd } from '../../emulator/hypervisor/iommufd/iommufd.ts';
import { VMM_PROFILES, type VmmProfile } from '../../emulator/hypervisor/iommufd/vmm/profiles.ts';
import { done } from '../../emulator/hypervisor/hypervisor.ts';
import type { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import type { MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import type { Problem } from '../../model/problem.ts';
import { hasWaitingEvents, setupProblem, smmuConfigs } from './base.ts';
import { HostedSystem } from './common.ts';
import type { DescribedDomain, Description } from './description.ts';
import { driverActions } from './drivers.ts';
import { freeMemory, ramRegions, takeTop, without } from './places.ts';
import type { DmaOutcome, DmaRequest, DomainActions, SmmuAccess, System, SystemDevice } from './system.ts';

const MB = 0x10_0000;
const GUEST_BASE = 0x4000_0000;
const GUEST_MEMORY = 64 * MB;
const MOST_POOL = 64 * MB;

type VmmName = VmmProfile['name'];

/** `qemu`, or with the kernel before it: `tightened/qemu`. */
function profileOf(name: string | undefined): { readonly vmm: VmmName; readonly kernel: 'linux' | 'tightened' } | undefined {
  const words = (name ?? 'qemu').split('/');
  const vmm = Object.keys(VMM_PROFILES).find((key): key is VmmName => key === words.at(-1));
  const kernel = words.length === 1 ? 'linux' : words[0];
  return vmm === undefined || (kernel !== 'linux' && kernel !== 'tightened') ? undefined : { vmm, kernel };
}

interface Places {
  readonly pool: { readonly base: number; readonly size: number };
  readonly ram: { readonly guest: number; readonly host: number; readonly size: number };
}

function placesOf(description: Description, guest: DescribedDomain): Places | undefined {
  const free = freeMemory(description);
  const size = Math.ceil((guest.memory ?? GUEST_MEMORY) / (2 * MB)) * 2 * MB;
  const ram = takeTop(free, size);
  if (ram === undefined) return undefined;
  const rest = without(free, [ram]);
  const pool = takeTop(rest, Math.min(MOST_POOL, Math.floor(Math.max(0, ...rest.map((s) => s.size)) / 4 / MB) * MB));
  return pool === undefined || pool.size === 0 ? undefined : { pool, ram: { guest: GUEST_BASE, host: ram.base, size } };
}

/** Makes a system with iommufd. */
export function iommufdSystem(description: Description): System | { readonly problems: readonly Problem[] } {
  const { at, profile } = description.hypervisor;
  const wrong = (message: string, where = at): { readonly problems: readonly Problem[] } => ({ problems: [setupProblem(message, where)] });
  const chosen = profileOf(profile);
  if (chosen === undefined) return wrong(`iommufd has no profile ${profile ?? ''}; there are ${Object.keys(VMM_PROFILES).join(', ')}, with or without tightened/ before them.`);
  const [guest, ...others] = description.domains.filter((d) => !d.isLater);
  if (guest === undefined) return wrong('There is no virtual machine: declare one with a `guest` line.');
  if (others.length > 0) return wrong('There is one virtual machine on this model of iommufd; this is the second.', others[0]?.at);
  const places = placesOf(description, guest);
  if (places === undefined) return wrong(`There is too little memory for ${guest.name}.`, guest.at);
  const { pool, ram } = places;
  const devices = description.devices.flatMap((d) => (d.smmu === undefined ? [] : [{ name: d.name, smmu: d.smmu, sids: d.sids }]));
  const given = description.devices.filter((d) => d.domain === guest.name && d.smmu !== undefined);
  if (given.length === 0) return wrong(`${guest.name} has no device behind an SMMU.`, guest.at);
  const poolSize = Math.floor(Math.min(16 * MB, ram.size / 2) / 4096) * 4096;
  const hypervisor = new Iommufd({
    ...chosen, smmus: smmuConfigs(description), devices, name: guest.name,
    guest: given.map((d, i) => ({ name: d.name, virtualSid: (i + 1) * 8 })),
    memory: { regions: [...ramRegions(description, 'host'), { name: guest.name, kind: 'ram', base: ram.host, size: ram.size, owner: guest.name }], pool, ram, guestPool: { base: ram.guest + ram.size - poolSize, size: poolSize } },
  });
  hypervisor.machine.history.recording = false;
  const boot = hypervisor.boot();
  hypervisor.machine.history.recording = true;
  return boot.ok ? new IommufdSystem(description, hypervisor, guest) : wrong(`${guest.name} cannot be started: ${boot.text}.`, guest.at);
}

class IommufdSystem extends HostedSystem<Iommufd> {
  readonly kind = 'iommufd';
  readonly ownerNames: ReadonlyMap<string, string> = new Map([['hypervisor', 'host']]);
  readonly #virtualSids: ReadonlyMap<string, number>;
  readonly #guest: string;

  constructor(description: Description, hypervisor: Iommufd, guest: DescribedDomain) {
    super(description, hypervisor, { actor: 'host', guests: [{ name: guest.name, kind: 'guest', at: guest.at }], drivers: hypervisor.kernel.smmus.map((s) => s.driver) });
    this.#guest = guest.name;
    const given = description.devices.filter((d) => d.domain === guest.name && d.smmu !== undefined);
    this.#virtualSids = new Map(given.map((d, i) => [d.name, (i + 1) * 8]));
  }

  override dma(request: DmaRequest): DmaOutcome {
    const outcome = super.dma(request);
    if (hasWaitingEvents(this.machine)) this.hypervisor.runtime.operation('host', 'passes the event records on', () => {
      this.hypervisor.vmm.deliver();
      return done();
    });
    return outcome;
  }

  driver(domain: string, target: SystemDevice | number): SmmuDriver | undefined {
    if (domain === this.#guest) return this.hypervisor.guest.driver;
    return this.hypervisor.kernel.smmus[typeof target === 'number' ? target : target.smmu ?? -1]?.driver;
  }

  actions(domain: string): DomainActions | undefined {
    if (domain === this.#guest) return this.#guestActions();
    if (domain !== 'host' && domain !== 'hypervisor') return undefined;
    const drivers = this.hypervisor.kernel.smmus.map((s) => s.driver);
    const actions = driverActions({
      drivers,
      target: (device) => {
        const driver = this.#virtualSids.has(device.name) ? undefined : drivers[device.smmu ?? -1];
        return driver === undefined ? undefined : { driver, sids: device.sids };
      },
      run: (text, action) => this.hypervisor.runtime.operation('host', text, action),
    });
    return { ...actions, probe: () => done('the SMMUs are up since the host booted') };
  }

  #guestActions(): DomainActions {
    const { guest, runtime } = this.hypervisor;
    return driverActions({
      drivers: [guest.driver],
      target: (device) => {
        const sid = this.#virtualSids.get(device.name);
        return sid === undefined ? undefined : { driver: guest.driver, sids: [sid] };
      },
      run: (text, action) => runtime.operation(this.#guest, text, action),
      onProbe: (isUp) => {
        if (isUp) guest.markOn();
      },
    });
  }

  smmusOf(domain: string | undefined): readonly SmmuAccess[] {
    if (domain !== this.#guest) return this.physical;
    const { vmm, memory, guest } = this.hypervisor;
    return [{ name: 'vsmmu0', aliases: ['vsmmu', 'smmu', 'smmu0'], port: vmm.port, memory, driver: guest.driver }];
  }

  override memoryOf(domain: string | undefined): MemoryView {
    return domain === this.#guest ? this.hypervisor.memory : super.memoryOf(domain);
  }

  override ownerOf(device: SystemDevice): string {
    return this.#virtualSids.has(device.name) ? this.#guest : 'host';
  }
}
