/**
 * A guest kernel above a monitor: the driver model of hypervisor/driver on the virtual SMMU, and what
 * the guest has decided for each of its devices. It knows nothing of the host.
 */
import { SmmuDriver, type DriverOptions } from '../driver/driver.ts';
import { failed, type Outcome, type Runtime } from '../hypervisor.ts';
import type { MemoryView } from '../memoryView.ts';
import { PagePool } from '../pages.ts';
import { Box, Fields } from '../state.ts';
import type { GuestDevice, Vmm } from './vmm/vmm.ts';

/** What a guest is made of. */
export interface GuestParts {
  readonly runtime: Runtime;
  readonly name: string;
  readonly vmm: Vmm;
  readonly memory: MemoryView;
  readonly devices: readonly GuestDevice[];
  /** Guest memory for tables and queues. */
  readonly pool: { readonly base: number; readonly size: number };
}

/** A guest kernel. */
export class IommufdGuest {
  readonly driver: SmmuDriver;
  readonly #parts: GuestParts;
  readonly #state: Fields<'isOn'>;
  readonly #bypassed: Box<readonly string[]>;

  constructor(parts: GuestParts) {
    const { runtime, name, vmm, memory, pool } = parts;
    const { history } = runtime.machine;
    this.#parts = parts;
    this.#state = new Fields(history, `${name}.guest`, ['isOn']);
    this.#bypassed = new Box<readonly string[]>(history, `${name}.bypassed`, []);
    this.driver = new SmmuDriver({
      history, name, port: vmm.port, memory, pages: new PagePool(history, name, pool),
      onTableWrite: () => runtime.costs.count('tableWrites'),
    });
  }

  /** Notes that the driver is up, for whoever probes it directly. */
  markOn(): void {
    this.#state.set('isOn', 1);
  }

  /** Probes the SMMU. */
  start(options: DriverOptions = {}): Outcome {
    const outcome = this.driver.probe(options);
    if (outcome.ok) this.markOn();
    return outcome;
  }

  /** Gives a device its own address space. */
  attach(device: string): Outcome {
    return this.#with(device, (sid) => {
      const outcome = this.driver.attach([sid]);
      this.#bypassed.value = this.#bypassed.value.filter((d) => d !== device);
      return outcome;
    });
  }

  /** Lets a device bypass stage 1, or aborts it. */
  detach(device: string, to: 'abort' | 'bypass'): Outcome {
    return this.#with(device, (sid) => {
      const others = this.#bypassed.value.filter((d) => d !== device);
      this.#bypassed.value = to === 'bypass' ? [...others, device].toSorted() : others;
      return this.driver.detach([sid], to);
    });
  }

  /** Maps guest memory for a device. */
  map(device: string, iova: number, address: number, size: number): Outcome {
    return this.#with(device, (sid) => this.driver.map(sid, iova, address, size));
  }

  /** Unmaps, with or without invalidation. */
  unmap(device: string, iova: number, size: number, leaveStale = false): Outcome {
    return this.#with(device, (sid) => this.driver.unmap(sid, iova, size, leaveStale));
  }

  /** Takes the records out of the event queue. */
  events(): Uint32Array[] {
    return this.driver.events();
  }

  /** Why a device should not have reached a guest-physical address; undefined where it may. */
  objection(device: string, address: number): string | undefined {
    const sid = this.#sid(device);
    if (this.#state.get('isOn') === 0 || sid === undefined || this.#bypassed.value.includes(device)) return undefined;
    return this.driver.mayReach(sid, address) ? undefined : `the guest has not given this memory to ${device}`;
  }

  #sid(device: string): number | undefined {
    return this.#parts.devices.find((d) => d.name === device)?.virtualSid;
  }

  #with(device: string, run: (sid: number) => Outcome): Outcome {
    const sid = this.#sid(device);
    if (sid === undefined) return failed(`-ENODEV: the guest has no ${device}`);
    return this.#state.get('isOn') === 1 ? run(sid) : failed('-EPROBE_DEFER: the SMMU is not probed');
  }
}
