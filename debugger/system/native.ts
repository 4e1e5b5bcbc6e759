/**
 * One kernel with a driver of the physical SMMUs and nothing below it: `hypervisor none`. Memory that
 * the scenario gives to somebody else has an owner and no protection.
 */
import { Machine } from '../../emulator/machine/machine.ts';
import { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import { PagePool } from '../../emulator/hypervisor/pages.ts';
import type { Observer } from '../../emulator/steps/step.ts';
import { HOST, idleOf, physicalMemory, physicalSmmus, smmuConfigs, systemDevices, systemSmmus, unsupported } from './base.ts';
import type { Description } from './description.ts';
import { driverActions } from './drivers.ts';
import { freeMemory, ramRegions, tablePool } from './places.ts';
import type { DmaOutcome, DmaRequest, DomainActions, SmmuAccess, System, SystemDevice } from './system.ts';
import { transfer } from './transfer.ts';

/** A system without hypervisor. */
export class NativeSystem implements System {
  readonly kind = 'native';
  readonly hypervisor = undefined;
  readonly domains = [HOST];
  readonly ownerNames: ReadonlyMap<string, string> = new Map();
  readonly machine: Machine;
  readonly smmus: System['smmus'];
  readonly devices: System['devices'];
  readonly #drivers: readonly SmmuDriver[];
  readonly #actions: DomainActions;
  readonly #access: readonly SmmuAccess[];

  constructor(description: Description) {
    const machine = new Machine({ regions: ramRegions(description, HOST.name), smmus: smmuConfigs(description) });
    const { history } = machine;
    this.machine = machine;
    this.smmus = systemSmmus(description);
    this.devices = systemDevices(description);
    const access = physicalSmmus(machine, description, HOST.name);
    const pages = new PagePool(history, HOST.name, tablePool(freeMemory(description)) ?? { base: 0, size: 0 });
    this.#drivers = access.map(({ port, memory }, i) => new SmmuDriver({ history, name: `host.smmu${i}`, port, memory, pages, ...idleOf(machine, description, i) }));
    this.#access = access.map((one, i) => ({ ...one, driver: this.#drivers[i] }));
    this.#actions = driverActions({ drivers: this.#drivers, target: (device) => this.#target(device) });
    history.recording = true;
  }

  #target(device: SystemDevice): { readonly driver: SmmuDriver; readonly sids: readonly number[] } | undefined {
    const driver = this.#drivers[device.smmu ?? -1];
    return driver === undefined ? undefined : { driver, sids: device.sids };
  }

  observe(observer: Observer | null): void {
    this.machine.observer = observer;
  }

  dma(request: DmaRequest): DmaOutcome {
    return transfer(this.machine, request);
  }

  driver(_domain: string, target: SystemDevice | number): SmmuDriver | undefined {
    return typeof target === 'number' ? this.#drivers[target] : this.#target(target)?.driver;
  }

  actions(domain: string): DomainActions | undefined {
    return domain === HOST.name ? this.#actions : undefined;
  }

  smmusOf(): readonly SmmuAccess[] {
    return this.#access;
  }

  memoryOf(domain: string | undefined): SmmuAccess['memory'] {
    return physicalMemory(this.machine, domain ?? HOST.name);
  }

  call(): ReturnType<System['call']> {
    return unsupported('a call');
  }

  setDomain(): ReturnType<System['setDomain']> {
    return unsupported('creating or ending guests');
  }

  revoke(): ReturnType<System['revoke']> {
    return unsupported('taking memory away');
  }

  ownerOf(): string {
    return HOST.name;
  }

  compare(): undefined {
    return undefined;
  }
}
