/**
 * One kernel with a driver of the physical SMMUs and nothing below it: `hypervisor none`. Memory that
 * the scenario gives to somebody else has an owner and no protection.
 */
import { Machine } from '../../emulator/machine/machine.ts';
import { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import { PagePool } from '../../emulator/hypervisor/pages.ts';
import { BareSystem } from './bare.ts';
import { HOST, idleOf, physicalSmmus, smmuConfigs } from './base.ts';
import type { Description } from './description.ts';
import { driverActions, type DriverTarget } from './drivers.ts';
import { freeMemory, ramRegions, tablePool } from './places.ts';
import type { DomainActions, SystemDevice } from './system.ts';

/** The driver of each SMMU, in their order. */
function driversOf(machine: Machine, description: Description): SmmuDriver[] {
  const { history } = machine;
  const pages = new PagePool(history, HOST.name, tablePool(freeMemory(description)) ?? { base: 0, size: 0 });
  return physicalSmmus(machine, description, HOST.name).map(({ port, memory }, i) => new SmmuDriver({ history, name: `host.smmu${i}`, port, memory, pages, ...idleOf(machine, description, i) }));
}

/** A system without hypervisor. */
export class NativeSystem extends BareSystem {
  readonly kind = 'native';
  readonly #drivers: readonly SmmuDriver[];
  readonly #actions: DomainActions;

  constructor(description: Description) {
    const machine = new Machine({ regions: ramRegions(description, HOST.name), smmus: smmuConfigs(description) });
    const drivers = driversOf(machine, description);
    super(description, machine, physicalSmmus(machine, description, HOST.name).map((one, i) => ({ ...one, driver: drivers[i] })));
    this.#drivers = drivers;
    this.#actions = driverActions({ drivers, target: (device) => this.#target(device) });
  }

  #target(device: SystemDevice): DriverTarget | undefined {
    const driver = this.#drivers[device.smmu ?? -1];
    return driver === undefined ? undefined : { driver, sids: device.sids };
  }

  driver(_domain: string, target: SystemDevice | number): SmmuDriver | undefined {
    return typeof target === 'number' ? this.#drivers[target] : this.#target(target)?.driver;
  }

  actions(domain: string): DomainActions | undefined {
    return domain === HOST.name ? this.#actions : undefined;
  }
}
