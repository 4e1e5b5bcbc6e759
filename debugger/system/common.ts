/** What adapters above one hypervisor share: names, access from outside, calls by name. One class per kind adds the rest. */
import type { Hypervisor, OperationValues, Outcome, SteComparison } from '../../emulator/hypervisor/index.ts';
import type { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import type { MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import type { Observer } from '../../emulator/steps/step.ts';
import type { Machine } from '../../emulator/machine/machine.ts';
import { HOST, NO_GUESTS, NO_REVOKE, physicalMemory, physicalSmmus, systemDevices, systemSmmus, unsupported, withDeviceName } from './base.ts';
import type { Description } from './description.ts';
import type { DmaOutcome, DmaRequest, DomainActions, SmmuAccess, System, SystemDevice, SystemDomain, SystemKind } from './system.ts';
import { transfer } from './transfer.ts';

/** A system with a host and something above its SMMUs. */
export abstract class HostedSystem<H extends Hypervisor> implements System {
  abstract readonly kind: SystemKind;
  abstract readonly ownerNames: ReadonlyMap<string, string>;
  readonly hypervisor: H;
  readonly machine: Machine;
  readonly smmus: System['smmus'];
  readonly devices: System['devices'];
  readonly domains: readonly SystemDomain[];
  protected readonly physical: readonly SmmuAccess[];

  constructor(description: Description, hypervisor: H, options: { readonly actor: string; readonly guests: readonly SystemDomain[]; readonly drivers: readonly SmmuDriver[] }) {
    this.hypervisor = hypervisor;
    this.machine = hypervisor.runtime.machine;
    this.smmus = systemSmmus(description);
    this.devices = systemDevices(description);
    this.domains = [HOST, ...options.guests];
    this.physical = physicalSmmus(this.machine, description, options.actor).map((one, i) => ({ ...one, driver: options.drivers[i] }));
  }

  observe(observer: Observer | null): void {
    this.hypervisor.runtime.observer = observer;
  }

  dma(request: DmaRequest): DmaOutcome {
    const outcome = transfer(this.machine, request);
    if (request.device.smmu === undefined && outcome.address !== undefined) {
      const { hi, lo } = outcome.address;
      this.hypervisor.runtime.monitor.bare(this.ownerOf(request.device) ?? HOST.name, request.device.name, hi * 2 ** 32 + lo);
    }
    return outcome;
  }

  abstract driver(domain: string, target: SystemDevice | number): SmmuDriver | undefined;
  abstract actions(domain: string): DomainActions | undefined;
  abstract smmusOf(domain: string | undefined): readonly SmmuAccess[];

  memoryOf(domain: string | undefined): MemoryView {
    return physicalMemory(this.machine, domain ?? HOST.name);
  }

  setDomain(_name: string, _isThere: boolean): Outcome {
    return unsupported(NO_GUESTS);
  }

  revoke(_domain: string, _offset: number, _size: number): Outcome {
    return unsupported(NO_REVOKE);
  }

  call(operation: string, values: OperationValues): Outcome {
    return this.hypervisor.perform(operation, withDeviceName(this, values));
  }

  ownerOf(_device: SystemDevice): string | undefined {
    return HOST.name;
  }

  compare(device: SystemDevice): SteComparison | undefined {
    return this.hypervisor.compareStreams().find((s) => s.device === device.name)?.comparison;
  }
}
