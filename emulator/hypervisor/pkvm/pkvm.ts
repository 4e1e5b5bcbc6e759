/**
 * A machine under pKVM with the paravirtual IOMMU: the hypervisor at EL2 owns SMMUs and their tables,
 * the host owns the rest and drives its devices by calls, topping the hypervisor's pools up when a call
 * runs out of memory. The trap-and-emulate design, power domains and guest devices are not modelled.
 */
import { fromNumber } from '../../bits/u64.ts';
import { eventOf } from '../../fields/events.ts';
import { Machine, requestOf, type SmmuConfig } from '../../machine/machine.ts';
import { OK, Response } from '../../smmu/request.ts';
import type { ComparedStream } from '../compare.ts';
import { done, failed, Runtime, type Hypervisor, type OperationValues, type Outcome } from '../hypervisor.ts';
import { viewOf } from '../memoryView.ts';
import { PAGE_SIZE, PagePool } from '../pages.ts';
import { PkvmSmmu } from './hardware.ts';
import type { PageRange } from './mapping.ts';
import { PKVM_OPERATIONS } from './operations.ts';
import { PageOwnership, type TransitionName } from './ownership.ts';
import { Paravirtual, type CallResult } from './paravirtual.ts';

/** Where things are. */
export const PKVM_LAYOUT = {
  ram: 0x4000_0000, ramSize: 0x0800_0000,
  /** What the hypervisor keeps for its SMMUs from boot on. */
  hyp: 0x4000_0000, hypSize: 0x0040_0000,
  /** Pages that the host gives to the hypervisor when asked. */
  spare: 0x4040_0000, spareSize: 0x0100_0000,
  smmu: 0x0900_0000, smmuSize: 0x2_0000,
} as const;

const GUEST_PAGES = 64;
/** A call is tried again this often at most. */
const MOST_RETRIES = 2048;

/** A device of the host. */
export interface PkvmDevice {
  readonly name: string;
  readonly smmu: number;
  readonly sid: number;
}

/** A machine. */
export interface PkvmConfig {
  readonly smmus: readonly SmmuConfig[];
  readonly devices: readonly PkvmDevice[];
  /** How many protected guests there are. */
  readonly guests: number;
}

/** The system. */
export class Pkvm implements Hypervisor {
  readonly name = 'pkvm';
  readonly profile = 'paravirtual';
  readonly operations = PKVM_OPERATIONS;
  readonly machine: Machine;
  readonly runtime: Runtime;
  readonly ownership: PageOwnership;
  readonly calls: Paravirtual;
  readonly smmus: readonly PkvmSmmu[];
  readonly #devices: readonly PkvmDevice[];
  readonly #spare: PagePool;

  constructor(config: PkvmConfig) {
    const { ram, ramSize, hyp, hypSize, spare, spareSize, smmu, smmuSize } = PKVM_LAYOUT;
    this.#devices = config.devices;
    this.machine = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: ram, size: ramSize, owner: 'host' }], smmus: config.smmus });
    const { history, owners } = this.machine;
    this.runtime = new Runtime(this.machine, 'pkvm', {
      domainOf: (index, sid) => (this.#devices.some((d) => d.smmu === index && d.sid === sid) ? 'host' : undefined),
    });
    this.ownership = new PageOwnership({
      history, owners, ram: { base: ram, size: ramSize }, hypDevices: [{ base: smmu, size: smmuSize * config.smmus.length }],
      guests: Array.from({ length: config.guests }, () => ({ pages: GUEST_PAGES })),
    });
    const pages = new PagePool(history, 'pkvm.boot', { base: hyp, size: hypSize });
    this.#spare = new PagePool(history, 'host.spare', { base: spare, size: spareSize });
    this.smmus = this.machine.smmus.map((s, index) => new PkvmSmmu(this.runtime, s, { index, pages }));
    this.calls = new Paravirtual({ runtime: this.runtime, memory: viewOf(this.machine.memory, undefined, this.runtime.stores('hyp')), ownership: this.ownership, smmus: this.smmus });
    history.recording = true;
  }

  /** Starts the SMMUs, then takes them and their memory away from the host. */
  boot(): Outcome {
    return this.runtime.operation('hyp', 'starts the SMMUs and deprivileges the host', () => {
      const problem = this.smmus.map((smmu) => smmu.start()).find((outcome) => !outcome.ok);
      if (problem !== undefined) return problem;
      const { hyp, hypSize } = PKVM_LAYOUT;
      this.ownership.takeAtBoot({ base: hyp, size: hypSize });
      return done('the host is deprivileged');
    });
  }

  /** Carries out an operation by name. */
  perform(name: string, values: OperationValues): Outcome {
    const operation = PKVM_OPERATIONS.find((o) => o.name === name);
    if (operation === undefined) return failed(`no operation ${name}`);
    const missing = operation.parameters.find((p) => values[p] === undefined);
    if (missing !== undefined) return failed(`${name} needs ${missing}`);
    return this.runtime.operation('host', name, () => operation.run(this, values));
  }

  /** None: the host writes no entries, EL2 does. */
  compareStreams(): readonly ComparedStream[] {
    return [];
  }

  /** A device of the host by name. */
  device(name: string): PkvmDevice | undefined {
    return this.#devices.find((d) => d.name === name);
  }

  /** Makes a call, with memory given and the call repeated as long as that is what it lacks. */
  call(run: () => CallResult): Outcome {
    for (let tries = 0; tries < MOST_RETRIES; tries++) {
      const result = this.#hypercall(run);
      if (result.error === undefined) return done('done', result.value);
      if (result.error !== '-ENOMEM' || !this.#topUp(result)) return failed(result.error);
    }
    return failed('-ENOMEM');
  }

  /** Maps a range, continuing where a call stopped for lack of memory; the value is the bytes mapped. */
  map(domain: number, range: PageRange & { readonly paddr: number; readonly prot: number }): Outcome {
    const { pgsize, pgcount } = range;
    let pages = 0;
    for (let tries = 0; tries < MOST_RETRIES && pages < pgcount; tries++) {
      const rest = { ...range, iova: range.iova + pages * pgsize, paddr: range.paddr + pages * pgsize, pgcount: pgcount - pages };
      const result = this.#hypercall(() => this.calls.map(domain, rest));
      pages += result.value / pgsize;
      if (pages < pgcount && (result.request === undefined || !this.#topUp(result))) return { ok: false, text: '-EINVAL', value: pages * pgsize };
    }
    return done(`mapped ${pages} pages`, pages * pgsize);
  }

  /** Unmaps a range; the value is the bytes unmapped. */
  unmap(domain: number, range: PageRange): Outcome {
    const { value } = this.#hypercall(() => this.calls.unmap(domain, range));
    return value > 0 ? done('unmapped', value) : failed('nothing is mapped there');
  }

  /** Changes who owns a page. */
  change(name: TransitionName, target: { readonly address: number; readonly guest: number; readonly gfn: number }): Outcome {
    this.runtime.note('host', 'hypercall', name, 'hypercalls');
    const result = this.ownership.change(name, target);
    return result === '0' ? done(name) : failed(result);
  }

  /** A device reads or writes an address; the value is where it went. */
  dma(device: string, address: number, access: number, ssid?: number): Outcome {
    const found = this.device(device);
    const smmu = this.machine.smmus[found?.smmu ?? -1];
    if (found === undefined || smmu === undefined) return failed(`no device ${device}`);
    const response = new Response();
    smmu.translate(requestOf({ sid: found.sid, ssid, address: fromNumber(address), access }), response);
    if (response.status === OK) return done('passed', (response.hi >>> 0) * 2 ** 32 + (response.lo >>> 0));
    return failed(`aborted, ${eventOf([response.event])?.name ?? 'no event'}`);
  }

  #hypercall(run: () => CallResult): CallResult {
    this.runtime.note('host', 'hypercall', 'IOMMU call', 'hypercalls');
    return run();
  }

  /** Gives what was asked for, or one page to the heap where nothing was. */
  #topUp({ request }: CallResult): boolean {
    const pages = request === undefined ? 1 : (request.blocks * request.size) / PAGE_SIZE;
    const base = this.#spare.allocate(pages);
    if (base === undefined) return false;
    this.runtime.note('host', 'hypercall', `gives ${pages} pages`, 'hypercalls');
    for (let i = 0; i < pages; i++) {
      if (this.ownership.change('host_donate_hyp', { address: base + i * PAGE_SIZE }) !== '0') return false;
    }
    (request === undefined ? this.calls.heap : this.calls.pool).free(base, pages);
    return true;
  }
}
