/**
 * A host under pKVM: `hypervisor pkvm`, with the paravirtual calls of the series' second version
 * (`profile=paravirtual`) or with trapped SMMUs (`profile=v7`, `profile=fixed`). EL2 has taken the SMMUs
 * before the scenario begins.
 */
import { DOMAIN_TYPES } from '../../emulator/hypervisor/pkvm/domains.ts';
import type { PkvmLayout } from '../../emulator/hypervisor/pkvm/layout.ts';
import { PROT } from '../../emulator/hypervisor/pkvm/mapping.ts';
import { Pkvm, type PkvmConfig, type PowerDomain } from '../../emulator/hypervisor/pkvm/pkvm.ts';
import { TRAP_PROFILES, type TrapProfileName } from '../../emulator/hypervisor/pkvm/trap/profiles.ts';
import { PkvmTrap } from '../../emulator/hypervisor/pkvm/trap/trapAndEmulate.ts';
import { done, failed, type Hypervisor, type Outcome } from '../../emulator/hypervisor/hypervisor.ts';
import type { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import type { MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import { READ, WRITE } from '../../emulator/walk/access.ts';
import type { Problem } from '../../model/problem.ts';
import { guestDomains, setupProblem, smmuConfigs, unsupported } from './base.ts';
import { HostedSystem } from './common.ts';
import type { Description } from './description.ts';
import { driverActions } from './drivers.ts';
import { freeMemory, ramRegions } from './places.ts';
import type { DomainActions, MapRange, SmmuAccess, System, SystemDevice, UnmapRange } from './system.ts';

const MB = 0x10_0000;
const FRAME = 0x2_0000;
const PAGE = 4096;
const BLOCK = 2 * MB;
/** More RAM than this has no owners page by page: it stays out of the machine. */
const MOST_RAM = 512 * MB;
const PARAVIRTUAL = 'paravirtual';

/** EL2 at the lower end of RAM, with tables for all of it; the host's tables at the upper end. */
function layoutOf(description: Description): PkvmLayout | undefined {
  const [first] = freeMemory(description);
  if (first === undefined) return undefined;
  const base = Math.ceil(first.base / BLOCK) * BLOCK;
  const size = Math.floor((Math.min(first.base + first.size, base + MOST_RAM) - base) / BLOCK) * BLOCK;
  const hypSize = Math.ceil((size / 256 + 8 * MB) / BLOCK) * BLOCK;
  const spareSize = Math.floor(Math.min(16 * MB, size / 4) / BLOCK) * BLOCK;
  if (spareSize === 0 || size < 2 * hypSize) return undefined;
  return {
    regions: ramRegions({ ...description, memory: [{ name: 'ram', base, size, owner: undefined }] }, 'host'), ram: { base, size }, hyp: { base, size: hypSize },
    spare: { base: base + size - spareSize, size: spareSize }, smmus: description.smmus.flatMap((s) => (s.base === undefined ? [] : [{ base: s.base, size: FRAME }])),
  };
}

/** Makes a system with pKVM. */
export function pkvmSystem(description: Description): System | { readonly problems: readonly Problem[] } {
  const { at, profile = PARAVIRTUAL } = description.hypervisor;
  const wrong = (message: string): { readonly problems: readonly Problem[] } => ({ problems: [setupProblem(message, at)] });
  const trap = Object.keys(TRAP_PROFILES).find((name): name is TrapProfileName => name === profile);
  if (trap === undefined && profile !== PARAVIRTUAL) return wrong(`pKVM has no profile ${profile}; there are ${[PARAVIRTUAL, ...Object.keys(TRAP_PROFILES)].join(', ')}.`);
  const layout = layoutOf(description);
  if (layout === undefined) return wrong('There is too little memory for pKVM: it needs 64 MiB in one piece.');
  const devices = description.devices.flatMap((d) => (d.smmu === undefined ? [] : d.sids.map((sid) => ({ name: d.name, smmu: d.smmu ?? 0, sid }))));
  // `call power id=N on=0` switches the power of SMMU N.
  const power = description.smmus.map((_, smmu): PowerDomain => ({ smmu, control: { kind: 'hvc', device: smmu } }));
  const config: PkvmConfig = { smmus: smmuConfigs(description), devices, guests: Math.max(1, description.domains.length), layout, power };
  const hypervisor = trap === undefined ? new Pkvm(config) : new PkvmTrap({ ...config, profile: trap });
  hypervisor.machine.history.recording = false;
  const boot = hypervisor.boot();
  hypervisor.machine.history.recording = true;
  if (!boot.ok) return wrong(`pKVM cannot take the SMMUs: ${boot.text}.`);
  return hypervisor instanceof Pkvm ? new ParavirtualSystem(description, hypervisor) : new TrappedSystem(description, hypervisor);
}

abstract class PkvmSystem<H extends Hypervisor> extends HostedSystem<H> {
  readonly kind = 'pkvm';
  readonly ownerNames: ReadonlyMap<string, string>;

  constructor(description: Description, hypervisor: H, drivers: readonly SmmuDriver[]) {
    super(description, hypervisor, { actor: 'hyp', guests: guestDomains(description), drivers });
    this.ownerNames = new Map([['hypervisor', 'hyp'], ...description.domains.map(({ name }, i): [string, string] => [name, `guest${i}`])]);
  }
}

/** The host with trapped SMMUs: the ordinary driver, and EL2 behind its registers. */
class TrappedSystem extends PkvmSystem<PkvmTrap> {
  constructor(description: Description, hypervisor: PkvmTrap) {
    super(description, hypervisor, []);
  }

  driver(domain: string, target: SystemDevice | number): SmmuDriver | undefined {
    return domain === 'host' ? this.hypervisor.drivers[typeof target === 'number' ? target : target.smmu ?? -1] : undefined;
  }

  actions(domain: string): DomainActions | undefined {
    if (domain !== 'host') return undefined;
    const { hypervisor } = this;
    const actions = driverActions({
      drivers: hypervisor.drivers,
      target: (device) => {
        const driver = this.driver('host', device);
        return driver === undefined ? undefined : { driver, sids: device.sids };
      },
      run: (text, action) => hypervisor.runtime.operation('host', text, () => {
        const outcome = action();
        return hypervisor.runtime.crash === undefined ? outcome : failed(hypervisor.runtime.crash);
      }),
    });
    return { ...actions, probe: () => hypervisor.start() };
  }

  smmusOf(domain: string | undefined): readonly SmmuAccess[] {
    // Guests have no devices, so they see no SMMU.
    if (domain !== 'host') return domain === undefined || domain === 'hypervisor' ? this.physical : [];
    return this.hypervisor.smmus.map(({ port }, i) => ({
      name: this.smmus[i]?.name ?? '', aliases: this.smmus[i]?.aliases ?? [], port, memory: this.hypervisor.memory, driver: this.hypervisor.drivers[i],
    }));
  }

  override memoryOf(domain: string | undefined): MemoryView {
    return domain === 'host' ? this.hypervisor.memory : super.memoryOf(domain);
  }
}

/** The host with paravirtual calls: one domain of EL2 for each device, numbered as the devices are. */
class ParavirtualSystem extends PkvmSystem<Pkvm> {
  constructor(description: Description, hypervisor: Pkvm) {
    super(description, hypervisor, []);
  }

  driver(): undefined {
    return undefined;
  }

  actions(domain: string): DomainActions | undefined {
    if (domain !== 'host') return undefined;
    const { runtime } = this.hypervisor;
    const run = (text: string, action: () => Outcome): Outcome => runtime.operation('host', text, action);
    return {
      probe: () => done('EL2 has the SMMUs up since boot'),
      attach: (device, options) => (options.isStalling ? unsupported('faults of devices that EL2 attaches do not stall') : run(`attaches ${device.name}`, () => this.#attach(device, options.substreams))),
      detach: (device) => run(`detaches ${device.name}`, () => this.#detach(device)),
      map: (device, range) => run(`maps for ${device.name}`, () => this.#map(device, range)),
      unmap: (device, range) => run(`unmaps for ${device.name}`, () => this.#unmap(device, range)),
      events: () => undefined,
      recover: () => unsupported('EL2 has the command queue, so the host has nothing to recover'),
    };
  }

  #id(device: SystemDevice): number {
    return this.devices.findIndex((d) => d.name === device.name) + 1;
  }

  #attach(device: SystemDevice, pasidBits: number): Outcome {
    const { calls } = this.hypervisor;
    const domain = this.#id(device);
    const made = this.hypervisor.call(() => calls.allocDomain(domain, pasidBits > 0 ? DOMAIN_TYPES.stage1 : DOMAIN_TYPES.stage2));
    if (!made.ok) return made;
    const attached = this.#each(device, (sid, smmu) => this.hypervisor.call(() => calls.attach({ smmu, sid, domain, pasid: 0 }, pasidBits)));
    // The host's driver takes back what was done, so that it can be tried again; its domain would still be there.
    if (!attached.ok) this.#takeBack(device, domain);
    return attached;
  }

  #takeBack(device: SystemDevice, domain: number): void {
    const { calls } = this.hypervisor;
    this.#each(device, (sid, smmu) => this.hypervisor.call(() => calls.detach({ smmu, sid, domain, pasid: 0 })));
    // EL2 stops where a domain is freed that is still attached somewhere.
    if (calls.references(domain) === 1) this.hypervisor.call(() => calls.freeDomain(domain));
  }

  #detach(device: SystemDevice): Outcome {
    const { calls } = this.hypervisor;
    const domain = this.#id(device);
    const gone = this.#each(device, (sid, smmu) => this.hypervisor.call(() => calls.detach({ smmu, sid, domain, pasid: 0 })));
    return gone.ok ? this.hypervisor.call(() => calls.freeDomain(domain)) : gone;
  }

  #each(device: SystemDevice, run: (sid: number, smmu: number) => Outcome): Outcome {
    const { smmu } = device;
    if (smmu === undefined) return failed('-ENODEV: there is no SMMU in front of it');
    const outcomes = device.sids.map((sid) => run(sid, smmu));
    return outcomes.find((o) => !o.ok) ?? done('done');
  }

  #map(device: SystemDevice, { iova, address, size, access, ssid }: MapRange): Outcome {
    if (ssid !== undefined && ssid !== 0) return unsupported('the actions of the driver map for traffic without SubstreamID: `call map` takes any domain');
    const pgsize = [iova, address, size].every((n) => n % BLOCK === 0) ? BLOCK : PAGE;
    if ([iova, address, size].some((n) => n % pgsize !== 0) || size === 0) return failed('-EINVAL: address and size must be multiples of 4K');
    const prot = ((access & READ) !== 0 ? PROT.read : 0) | ((access & WRITE) !== 0 ? PROT.write : 0);
    return this.hypervisor.map(this.#id(device), { iova, paddr: address, pgsize, pgcount: size / pgsize, prot });
  }

  #unmap(device: SystemDevice, { iova, size, leaveStale }: UnmapRange): Outcome {
    if (leaveStale) return unsupported('EL2 invalidates, and leaves nothing out');
    if (iova % PAGE !== 0 || size % PAGE !== 0 || size === 0) return failed('-EINVAL: address and size must be multiples of 4K');
    const pgsize = this.hypervisor.calls.iovaToPhys(this.#id(device), iova).error === undefined && iova % BLOCK === 0 && size % BLOCK === 0 ? BLOCK : PAGE;
    const blocks = this.hypervisor.unmap(this.#id(device), { iova, pgsize, pgcount: size / pgsize });
    return blocks.ok || pgsize === PAGE ? blocks : this.hypervisor.unmap(this.#id(device), { iova, pgsize: PAGE, pgcount: size / PAGE });
  }

  smmusOf(domain: string | undefined): readonly SmmuAccess[] {
    // The host reaches no SMMU: EL2 has taken them away. Guests have no devices.
    return domain === undefined || domain === 'hypervisor' ? this.physical : [];
  }

  override compare(): undefined {
    return undefined;
  }
}
