/**
 * A guest kernel on a domain: the driver model of hypervisor/driver on each of its virtual SMMUs, with
 * the streams that its device tree gives. It knows nothing of physical addresses.
 */
import { SmmuDriver, type DriverOptions } from '../driver/driver.ts';
import { failed, type Outcome } from '../hypervisor.ts';
import { PagePool } from '../pages.ts';
import { Fields } from '../state.ts';
import type { Domain } from './domain.ts';
import { guestPool } from './layout.ts';
import type { GuestNode } from './toolstack.ts';
import type { Xen } from './xen.ts';

/** A guest kernel. */
export class XenGuest {
  readonly domain: Domain;
  readonly drivers: readonly SmmuDriver[];
  readonly pages: PagePool;
  readonly #xen: Xen;
  readonly #state: Fields<'isOn'>;

  constructor(xen: Xen, domain: Domain) {
    const { history } = xen.machine;
    this.#xen = xen;
    this.domain = domain;
    this.#state = new Fields(history, `${domain.name}.guest`, ['isOn']);
    this.pages = new PagePool(history, domain.name, guestPool(domain.ram));
    this.drivers = domain.vsmmus.map((_, i) => new SmmuDriver({
      history, name: `${domain.name}.${i}`, port: xen.port(domain.name, i), memory: domain.memory, pages: this.pages, idle: () => xen.runTasklets(),
      onTableWrite: () => xen.runtime.costs.count('tableWrites'),
    }));
  }

  /** The driver of every SMMU is up: from here on the guest expects its own isolation to hold. */
  get isOn(): boolean {
    return this.#state.get('isOn') === 1;
  }

  /** Notes that the drivers are up, for whoever probes them one by one. */
  markOn(): void {
    this.#state.set('isOn', 1);
  }

  /** Probes and resets all SMMUs. */
  start(options: DriverOptions = {}): Outcome {
    return this.#run('probes its SMMU', () => {
      const results = this.drivers.map((driver) => driver.probe(options));
      const problem = results.find((r) => !r.ok);
      if (problem === undefined && results.length > 0) this.markOn();
      return problem ?? results[0] ?? failed('the guest has no SMMU');
    });
  }

  /** Gives a device its own address space. */
  attach(device: string): Outcome {
    return this.#on(device, 'attaches', (driver, node) => driver.attach(node.sids));
  }

  /** Lets a device bypass, or aborts it. */
  detach(device: string, to: 'abort' | 'bypass'): Outcome {
    return this.#on(device, `sets to ${to}`, (driver, node) => driver.detach(node.sids, to));
  }

  /** Maps guest memory, given as an offset into RAM, for a device. */
  map(device: string, iova: number, offset: number, size: number): Outcome {
    return this.#on(device, 'maps for', (driver, node) => driver.map(node.sids[0] ?? 0, iova, this.domain.ram.guest + offset, size));
  }

  /** Unmaps, with or without invalidation. */
  unmap(device: string, iova: number, size: number, leaveStale = false): Outcome {
    return this.#on(device, 'unmaps for', (driver, node) => driver.unmap(node.sids[0] ?? 0, iova, size, leaveStale));
  }

  /** The driver that a device belongs to, and its node. */
  driverOf(device: string): { readonly driver: SmmuDriver; readonly node: GuestNode } | undefined {
    const node = this.#xen.treeOf(this.domain.name).find((n) => n.device === device);
    const driver = node === undefined ? undefined : this.drivers[node.vsmmu];
    return node === undefined || driver === undefined ? undefined : { driver, node };
  }

  /** Why a device should not have reached a host address inside this domain; undefined where it may. */
  objection(device: string, address: number): string | undefined {
    const found = this.isOn ? this.driverOf(device) : undefined;
    if (found === undefined) return undefined;
    const output = this.domain.guestAddress(address);
    return found.node.sids.some((sid) => found.driver.mayReach(sid, output)) ? undefined : `the guest has not given this memory to ${device}`;
  }

  #on(device: string, verb: string, run: (driver: SmmuDriver, node: GuestNode) => Outcome): Outcome {
    return this.#run(`${verb} ${device}`, () => {
      const found = this.driverOf(device);
      return found === undefined ? failed(`-ENODEV: ${device} is not in the guest's tree`) : run(found.driver, found.node);
    });
  }

  #run(text: string, run: () => Outcome): Outcome {
    return this.#xen.runtime.operation(this.domain.name, text, run);
  }
}
