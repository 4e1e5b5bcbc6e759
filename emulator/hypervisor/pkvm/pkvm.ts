/**
 * A machine under pKVM with the paravirtual IOMMU (v2 of the series): the hypervisor at EL2 owns SMMUs
 * and their tables, the host owns the rest and drives its devices by calls, topping the hypervisor's
 * pools up when a call runs out of memory. The other design is in trap/; guests have no devices.
 */
import { fromNumber, hex, type U64 } from '../../bits/u64.ts';
import { eventOf } from '../../fields/events.ts';
import { registerName } from '../../fields/registers.ts';
import { Machine, requestOf, type SmmuConfig } from '../../machine/machine.ts';
import { OK, Response } from '../../smmu/request.ts';
import type { ComparedStream } from '../compare.ts';
import { done, failed, findOperation, Runtime, type Hypervisor, type OperationValues, type Outcome } from '../hypervisor.ts';
import { loadWords, viewOf, type MemoryView } from '../memoryView.ts';
import { PAGE_SIZE, PagePool } from '../pages.ts';
import { DonatedPool } from './donatedPool.ts';
import { PkvmSmmu, type EventMemory } from './hardware.ts';
import { plainLayout, type PkvmLayout } from './layout.ts';
import type { MappingRequest, PageRange } from './mapping.ts';
import { EVENT_INDEX, windowRead, windowWrite } from './mmioWindow.ts';
import { PKVM_OPERATIONS, PKVM_TABLE } from './operations.ts';
import { PageOwnership, type TransitionName } from './ownership.ts';
import { Paravirtual, type CallResult } from './paravirtual.ts';
import { PowerDomains, type PowerControl, type ScmiMessage } from './power.ts';
import { mappingRefusal, transitionRefusal } from './refusals.ts';
import { SCATTER_SIZE, writeScatterList, type ScatterEntry } from './scatterList.ts';

/** Where things are. */
export const PKVM_LAYOUT = {
  ram: 0x4000_0000, ramSize: 0x0800_0000,
  /** What the hypervisor keeps for its SMMUs from boot on. */
  hyp: 0x4000_0000, hypSize: 0x0040_0000,
  /** Pages that the host gives to the hypervisor when asked. */
  spare: 0x4040_0000, spareSize: 0x0100_0000,
  smmu: 0x0900_0000, smmuSize: 0x2_0000,
} as const;

function ownLayout(smmus: number): PkvmLayout {
  const { ram, ramSize, hyp, hypSize, spare, spareSize, smmu, smmuSize } = PKVM_LAYOUT;
  return plainLayout({
    ram: { base: ram, size: ramSize }, hyp: { base: hyp, size: hypSize }, spare: { base: spare, size: spareSize }, smmus: { base: smmu, size: smmuSize * smmus },
  });
}

const EVENT_LOG2 = 8;
const EVENT_WORDS = 8;
const EVENT_PAGES = (2 ** EVENT_LOG2 * EVENT_WORDS * 4) / PAGE_SIZE;
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
  /** Where things are; the model's own small machine without it. */
  readonly layout?: PkvmLayout;
  /** The power of SMMUs that have a domain; the others always have power. */
  readonly power?: readonly PowerDomain[];
}

/** The power domain of an SMMU. */
export interface PowerDomain {
  readonly smmu: number;
  readonly control: PowerControl;
  /** Hardware against pKVM's assumption: translations outlive the loss of power. */
  readonly keepsTlb?: boolean;
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
  readonly power: PowerDomains;
  readonly #config: PkvmConfig;
  readonly #spare: PagePool;
  readonly #layout: PkvmLayout;
  /** Memory as the host's processors reach it. */
  readonly #memory: MemoryView;
  /** The event queues of the host, one for each SMMU. */
  readonly #events: readonly EventMemory[];

  constructor(config: PkvmConfig) {
    const layout = config.layout ?? ownLayout(config.smmus.length);
    this.#layout = layout;
    this.#config = config;
    this.machine = new Machine({ regions: layout.regions, smmus: config.smmus });
    const { history, owners } = this.machine;
    this.runtime = new Runtime(this.machine, 'pkvm', {
      domainOf: (index, sid) => (config.devices.some((d) => d.smmu === index && d.sid === sid) ? 'host' : undefined),
    });
    this.ownership = new PageOwnership({
      history, owners, ram: layout.ram, hypDevices: layout.smmus,
      guests: Array.from({ length: config.guests }, () => ({ pages: GUEST_PAGES })),
    });
    const pages = new PagePool(history, 'pkvm.boot', layout.hyp);
    this.#spare = new PagePool(history, 'host.spare', layout.spare);
    const pool = new DonatedPool(history, 'pkvm.pool');
    this.#memory = viewOf(this.machine.memory, (at) => (this.ownership.hostState(at) === 'NOPAGE' ? undefined : at), this.runtime.stores('host'));
    this.#events = this.machine.smmus.map(() => ({ base: this.#spare.allocate(EVENT_PAGES) ?? 0, log2: EVENT_LOG2 }));
    this.power = new PowerDomains(history, (index, isOn) => this.#powerChanged(index, isOn));
    this.smmus = this.machine.smmus.map((s, index) => new PkvmSmmu(this.runtime, s, { index, pages, pool, isOff: () => this.power.isOff(index) }));
    this.calls = new Paravirtual({ runtime: this.runtime, memory: viewOf(this.machine.memory, undefined, this.runtime.stores('hyp')), ownership: this.ownership, smmus: this.smmus, pool });
    history.recording = true;
  }

  /** Starts the SMMUs, then takes them and their memory away from the host. */
  boot(): Outcome {
    return this.runtime.operation('hyp', 'starts the SMMUs and deprivileges the host', () => {
      for (const { smmu, control } of this.#config.power ?? []) {
        const refused = this.power.register(smmu, control);
        if (refused !== undefined) return failed(refused);
      }
      const problem = this.smmus.map((smmu, i) => smmu.start(this.#events[i] ?? { base: 0, log2: 0 })).find((outcome) => !outcome.ok);
      if (problem !== undefined) return problem;
      this.ownership.takeAtBoot(this.#layout.hyp);
      for (const { base } of this.#events) for (let i = 0; i < EVENT_PAGES; i++) this.#lend(base + i * PAGE_SIZE);
      return done('the host is deprivileged');
    });
  }

  /** Shared and pinned, so that a page of the SMMU's own writes cannot be given away. */
  #lend(address: number): void {
    this.ownership.change('host_share_hyp', { address });
    this.ownership.change('hyp_pin_shared_mem', { address });
  }

  #powerChanged(index: number, isOn: boolean): void {
    this.runtime.note('hyp', 'log', `the power of smmu${index} is ${isOn ? 'on' : 'off'}`);
    const domain = this.#config.power?.find((p) => p.smmu === index);
    if (!isOn && domain?.keepsTlb !== true) this.machine.smmus[index]?.loseCaches();
    this.smmus[index]?.el2.setPower(isOn);
  }

  /** Carries out an operation by name. */
  perform(name: string, values: OperationValues): Outcome {
    const found = findOperation(PKVM_TABLE, name, values);
    return 'run' in found ? this.runtime.operation('host', name, () => found.run(this, values)) : found;
  }

  /** None: the host writes no entries, EL2 does. */
  compareStreams(): readonly ComparedStream[] {
    return [];
  }

  /** A device of the host by name. */
  device(name: string): PkvmDevice | undefined {
    return this.#config.devices.find((d) => d.name === name);
  }

  /** Makes a call, with memory given and the call repeated as long as that is what it lacks. */
  call(run: () => CallResult): Outcome {
    let rule: string | undefined;
    for (let tries = 0; tries < MOST_RETRIES; tries++) {
      const result = this.#hypercall(run);
      rule = result.why;
      if (result.error === undefined) return done('done', result.value);
      // Where a rule forbids it, and nothing is asked for, no memory helps.
      const isHopeless = result.error !== '-ENOMEM' || (result.request === undefined && rule !== undefined);
      if (isHopeless || !this.#topUp(result)) return failed(why(result.error, rule));
    }
    return failed(why('-ENOMEM', rule));
  }

  /** Maps a range, continuing where a call stopped for lack of memory; the value is the bytes mapped. */
  map(domain: number, range: MappingRequest): Outcome {
    const { pgsize, pgcount } = range;
    let pages = 0;
    for (let tries = 0; tries < MOST_RETRIES && pages < pgcount; tries++) {
      const rest = { ...range, iova: range.iova + pages * pgsize, paddr: range.paddr + pages * pgsize, pgcount: pgcount - pages };
      const result = this.#hypercall(() => this.calls.map(domain, rest));
      pages += result.value / pgsize;
      if (pages < pgcount && (result.request === undefined || !this.#topUp(result))) return { ok: false, text: why('-EINVAL', this.#mapRefusal(domain, { ...rest, iova: rest.iova + result.value, paddr: rest.paddr + result.value, pgcount: pgcount - pages })), value: pages * pgsize };
    }
    return done(`mapped ${pages === 1 ? '1 page' : `${pages} pages`}`, pages * pgsize);
  }

  /** Which rule keeps a range from being mapped. */
  #mapRefusal(id: number, range: MappingRequest): string {
    const { ownership, calls } = this;
    return mappingRefusal({ ownership, mapping: calls.mapping, id }, calls.domain(id), range);
  }

  /** Maps scattered pages in a row: the list goes into a page that is shared for the call. The value is the bytes mapped. */
  mapSg(domain: number, iova: number, entries: readonly ScatterEntry[], prot: number): Outcome {
    const pages = Math.ceil((entries.length * SCATTER_SIZE) / PAGE_SIZE);
    const list = this.#spare.allocate(pages);
    if (list === undefined) return failed('-ENOMEM');
    const eachPage = (name: TransitionName): void => {
      for (let i = 0; i < pages; i++) this.ownership.change(name, { address: list + i * PAGE_SIZE });
    };
    eachPage('host_share_hyp');
    const wanted = entries.reduce((sum, e) => sum + e.pgsize * e.pgcount, 0);
    let mapped = 0;
    for (let tries = 0; tries < MOST_RETRIES && mapped < wanted; tries++) {
      const rest = restOf(entries, mapped);
      writeScatterList(this.#memory, list, rest);
      const result = this.#hypercall(() => this.calls.mapSgList(domain, iova + mapped, { address: list, count: rest.length, prot }));
      mapped += result.value;
      if (mapped < wanted && (result.request === undefined || !this.#topUp(result))) break;
    }
    eachPage('host_unshare_hyp');
    this.#spare.free(list, pages);
    return mapped === wanted ? done(`mapped ${mapped} bytes`, mapped) : { ok: false, text: why('-EINVAL', `${mapped} of ${wanted} bytes were mapped; the next entry is not the host's alone, or its address is mapped already`), value: mapped };
  }

  /** An access of the host to a register of an SMMU that EL2 has; failure is an abort in the host. */
  register(access: { readonly smmu: number; readonly offset: number; readonly size: number; readonly value?: U64 }): Outcome {
    const { offset, size, value } = access;
    const smmu = this.machine.smmus[access.smmu];
    this.runtime.note(`smmu${access.smmu}`, 'trap', `the host ${value === undefined ? 'reads' : `writes ${hex(value)} to`} ${registerName(offset)}`, 'traps');
    if (smmu === undefined) return failed(`no SMMU ${access.smmu}`);
    if (value !== undefined) return windowWrite(smmu, { offset, size, value }) ? done('written') : failed('abort: stage-2 fault of the host');
    const read = windowRead(smmu, offset, size);
    return read === undefined ? failed('abort: stage-2 fault of the host') : done('read', read.lo >>> 0);
  }

  /** The host's interrupt handler: takes all records out of an event queue. The value is how many there were. */
  events(smmu: number): Outcome {
    const { base } = this.#events[smmu] ?? { base: 0 };
    const [prod, cons] = [EVENT_INDEX.prod, EVENT_INDEX.cons].map((offset) => this.register({ smmu, offset, size: 4 }).value);
    if (prod === undefined || cons === undefined) return failed(`no SMMU ${smmu}`);
    const mask = 2 ** (EVENT_LOG2 + 1) - 1;
    const names: string[] = [];
    for (let at = cons & mask; at !== (prod & mask); at = (at + 1) & mask) {
      const words = loadWords(this.#memory, base + (at & (mask >>> 1)) * EVENT_WORDS * 4, EVENT_WORDS);
      names.push(`${eventOf(words ?? [])?.name ?? 'unknown'} of stream 0x${(words?.[1] ?? 0).toString(16)}`);
    }
    this.register({ smmu, offset: EVENT_INDEX.cons, size: 4, value: { hi: 0, lo: prod } });
    return done(names.length === 0 ? 'no events' : names.join(', '), names.length);
  }

  /** `hvc_pd`: the host switches the power of a device. */
  switchPower(device: number, isOn: boolean): Outcome {
    this.runtime.note('host', 'hypercall', 'hvc_pd', 'hypercalls');
    const refused = this.power.call(device, isOn);
    return refused === undefined ? done(isOn ? 'on' : 'off') : failed(refused);
  }

  /** The host calls the firmware over SCMI; EL2 listens. */
  scmi(message: ScmiMessage): Outcome {
    this.runtime.note('host', 'hypercall', `SMC 0x${message.smc.toString(16)}`, 'hypercalls');
    const fate = this.power.scmi(message);
    return fate === 'refused by EL2' || fate === 'refused by firmware' ? failed(fate) : done(fate);
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
    return result === '0' ? done(name) : failed(why(result, transitionRefusal(this.ownership, name, target)));
  }

  /** A device reads or writes an address; the value is where it went. */
  dma(device: string, address: number, access: number, ssid?: number): Outcome {
    const found = this.device(device);
    const smmu = this.machine.smmus[found?.smmu ?? -1];
    if (found === undefined || smmu === undefined) return failed(`no device ${device}`);
    if (this.power.isOff(found.smmu)) return failed('aborted, the SMMU has no power and blocks');
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
    this.runtime.note('host', 'hypercall', `gives ${pages === 1 ? '1 page' : `${pages} pages`}`, 'hypercalls');
    for (let i = 0; i < pages; i++) {
      if (this.ownership.change('host_donate_hyp', { address: base + i * PAGE_SIZE }) !== '0') return false;
    }
    (request === undefined ? this.calls.heap : this.calls.pool).free(base, pages);
    return true;
  }
}

/** An error with the rule behind it. */
function why(error: string, rule: string | undefined): string {
  return rule === undefined ? error : `${error}: ${rule}`;
}

/** What of a scatter list is left after a number of bytes. */
function restOf(entries: readonly ScatterEntry[], done: number): ScatterEntry[] {
  let left = done;
  return entries.flatMap(({ phys, pgsize, pgcount }) => {
    const taken = Math.min(pgcount, Math.floor(left / pgsize));
    left -= taken * pgsize;
    return taken === pgcount ? [] : [{ phys: phys + taken * pgsize, pgsize, pgcount: pgcount - taken }];
  });
}
