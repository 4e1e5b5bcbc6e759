/**
 * Virtio back ends in other domains, with and without grants: a guest whose devices are served by
 * dom0 or a driver domain, which reaches buffers through grants, or through foreign mappings of any
 * page of the guest. No SMMU takes part; the isolation monitor is told of each access. Rings, events
 * and the processors of the domains are not modelled.
 */
import { toNumber, type U64 } from '../../bits/u64.ts';
import { Machine } from '../../machine/machine.ts';
import type { ComparedStream } from '../compare.ts';
import { done, failed, findOperation, Runtime, type Hypervisor, type OperationValues, type Outcome } from '../hypervisor.ts';
import { viewOf, type MemoryView } from '../memoryView.ts';
import { PAGE_SIZE, PagePool } from '../pages.ts';
import { grantAddress, grantPlace } from './address.ts';
import { GrantDmaOps, pagesOf, type Buffer, type DmaDirection } from './dmaOps.ts';
import type { EndpointSource } from './endpoints.ts';
import { GRANT_STATUS, GrantMapper, type GrantMapping } from './mapping.ts';
import { GRANT_DMA_OPERATIONS, GRANT_DMA_TABLE } from './operations.ts';
import { DEFAULT_MAX_FRAMES, GrantTable, GTF } from './table.ts';
import { probeVirtio, USUAL_KERNEL, USUAL_OFFER, type GuestKernel, type VirtioOffer, type VirtioProbe } from './virtio.ts';

/** Where things are: guest memory in the machine and in the guest, the table's place in the guest. */
export const GRANT_LAYOUT = {
  ram: 0x8000_0000, guestBase: 0x4000_0000, size: 0x0040_0000,
  table: 0x4000_0000, guestDomid: 1,
  /** What coherent buffers are made of, in the guest. */
  coherent: 0x4010_0000, coherentSize: 0x0010_0000,
} as const;

const MAX_TRACK_FRAMES = 1024;

/** A virtio device of the guest. */
export interface VirtioDevice {
  readonly name: string;
  readonly source: EndpointSource;
  /** The domain that serves it, as the toolstack was told. */
  readonly backEnd: number;
  /** What it offers; all that grants need without it. */
  readonly offer?: Partial<VirtioOffer>;
}

/** A machine with one guest and the domains that serve it. */
export interface GrantDmaConfig {
  readonly devices: readonly VirtioDevice[];
  /** The guest's kernel; one for Arm with Xen's virtio support without it. */
  readonly kernel?: GuestKernel;
  /** Domains that may map any page of the guest, besides dom0: its device models. */
  readonly privileged?: readonly number[];
  /** Domains that the security policy keeps from mapping the guest's grants. */
  readonly denied?: readonly number[];
  readonly maxFrames?: number;
  readonly maxTrackFrames?: number;
  /** What domains are called, by number; `dom` and the number without it. */
  readonly names?: ReadonlyMap<number, string>;
}

/** An access of a back end. */
export interface BackEndAccess {
  readonly address: U64;
  readonly size: number;
  readonly isWrite: boolean;
  /** The mapping is kept after the access, as back ends do that cache mappings. */
  readonly keep?: boolean;
}

/** The system. */
export class GrantDma implements Hypervisor {
  readonly name = 'grant-dma';
  readonly profile = 'linux';
  readonly operations = GRANT_DMA_OPERATIONS;
  readonly machine: Machine;
  readonly runtime: Runtime;
  readonly table: GrantTable;
  readonly mapper: GrantMapper;
  readonly memory: MemoryView;
  readonly #config: GrantDmaConfig;
  readonly #ops = new Map<string, GrantDmaOps>();
  readonly #probes = new Map<string, VirtioProbe>();
  readonly #coherent: PagePool;

  constructor(config: GrantDmaConfig) {
    this.#config = config;
    const { ram, guestBase, size, guestDomid } = GRANT_LAYOUT;
    this.machine = new Machine({ regions: [{ name: 'guest', kind: 'ram', base: ram, size, owner: this.#name(guestDomid) }], smmus: [] });
    const { history } = this.machine;
    this.runtime = new Runtime(this.machine, 'grant-dma', { domainOf: () => undefined, mayReach: (domain, _owner, address) => this.#isGranted(domain, address - ram + guestBase) });
    const locate = (a: number): number | undefined => (a >= guestBase && a < guestBase + size ? a - guestBase + ram : undefined);
    this.memory = viewOf(this.machine.memory, locate, this.runtime.stores('guest'));
    this.table = new GrantTable({ history, name: 'guest', memory: this.memory, base: GRANT_LAYOUT.table, maxFrames: config.maxFrames ?? DEFAULT_MAX_FRAMES });
    this.mapper = new GrantMapper({
      history, tables: new Map([[guestDomid, this.table]]), maxTrackFrames: config.maxTrackFrames ?? MAX_TRACK_FRAMES,
      permits: (caller) => config.denied?.includes(caller) !== true,
    });
    this.#coherent = new PagePool(history, 'guest.coherent', { base: GRANT_LAYOUT.coherent, size: GRANT_LAYOUT.coherentSize });
    for (const device of config.devices) this.#setUp(device);
    history.recording = true;
  }

  /** The guest probes its devices while it boots. */
  #setUp({ name, source, offer }: VirtioDevice): void {
    const print = (text: string): void => this.runtime.print(`${name}: ${text}`, 'guest');
    if (this.#probes.has(name)) {
      print('Xen grant DMA data is already created');
      return;
    }
    const probe = probeVirtio(source, { ...USUAL_OFFER, ...offer }, this.#config.kernel ?? USUAL_KERNEL);
    this.#probes.set(name, probe);
    if (probe.kind !== 'grants') {
      print(probe.kind === 'failed' ? `${probe.why} (${probe.error})` : probe.why);
      return;
    }
    if (probe.warning !== undefined) print(probe.warning);
    this.#ops.set(name, new GrantDmaOps({ history: this.machine.history, name, table: this.table, backEnd: probe.backEnd, print, pages: this.#coherent }));
  }

  /** What the probe of a device came to; undefined for a device that is not there. */
  probe(device: string): VirtioProbe | undefined {
    return this.#probes.get(device);
  }

  /** The grant operations of a device; undefined where it does ordinary DMA. */
  ops(device: string): GrantDmaOps | undefined {
    return this.#ops.get(device);
  }

  /** The guest is up already, with its devices probed: `probe` says what came of that. */
  boot(): Outcome {
    return done('the guest runs');
  }

  /** Carries out an operation by name. */
  perform(name: string, values: OperationValues): Outcome {
    const found = findOperation(GRANT_DMA_TABLE, name, values);
    return 'run' in found ? this.runtime.operation('guest', name, () => found.run(this, values)) : found;
  }

  /** None: no SMMU takes part. */
  compareStreams(): readonly ComparedStream[] {
    return [];
  }

  /** The guest gives a buffer to a device. The value of the outcome is the first reference, or the address itself for ordinary DMA. */
  map(device: string, address: number, size: number, direction: DmaDirection): Outcome {
    const ops = this.ops(device);
    const problem = this.#absent(device);
    if (problem !== undefined) return problem;
    if (ops === undefined) return done('ordinary DMA', address);
    const result = ops.map({ address, size }, direction);
    if (!result.ok) return failed(`${result.error}: ${result.why}`);
    return done('granted', grantPlace(result.address)?.ref);
  }

  /** The guest gives several buffers to a device, or none of them. The value is the first reference. */
  mapList(device: string, buffers: readonly Buffer[], direction: DmaDirection): Outcome {
    const problem = this.#absent(device);
    if (problem !== undefined) return problem;
    const result = this.ops(device)?.mapList(buffers, direction);
    if (result === undefined) return done('ordinary DMA', buffers[0]?.address ?? 0);
    if (!result.ok) return failed(`${result.error}: ${result.why}`);
    const refs = result.addresses.map((address) => grantPlace(address)?.ref ?? 0);
    return done(`granted, references ${refs.join(', ')}`, refs[0] ?? 0);
  }

  /** The guest makes a coherent buffer for a device, as for its rings. The value is the first reference, or the page for ordinary DMA. */
  allocate(device: string, size: number): Outcome {
    const problem = this.#absent(device);
    if (problem !== undefined) return problem;
    const ops = this.ops(device);
    const page = ops === undefined ? this.#coherent.allocate(Math.ceil(size / PAGE_SIZE)) : undefined;
    if (page !== undefined) return done('ordinary DMA', page);
    const buffer = ops?.allocate(size);
    if (buffer === undefined) return failed('NULL');
    return done(`granted, the buffer is at 0x${buffer.page.toString(16)}`, grantPlace(buffer.address)?.ref);
  }

  /** The guest frees a coherent buffer of a device. */
  release(device: string, ref: number, size: number): Outcome {
    const ops = this.ops(device);
    const entry = this.table.entry(ref);
    if (ops === undefined || entry === undefined) return failed('no such buffer');
    return ops.release(entry.frame * PAGE_SIZE, grantAddress({ ref, offset: 0 }), size) ? done('freed') : failed('the grant is still in use');
  }

  /** Why there is no driver for a device: it is not there, or its probe failed. */
  #absent(device: string): Outcome | undefined {
    const probe = this.probe(device);
    if (probe === undefined) return failed(`no device ${device}`);
    return probe.kind === 'failed' ? failed(`${probe.error}: ${probe.why}`) : undefined;
  }

  /** The domain that serves a device reaches for a buffer, page by page; the outcome's value is the first physical address. */
  access(device: string, access: BackEndAccess): Outcome {
    const served = this.#config.devices.find((d) => d.name === device);
    if (served === undefined) return failed(`no device ${device}`);
    let first: number | undefined;
    for (const piece of pagesOf(access.address, access.size)) {
      const outcome = this.#reach(served, piece.address, access);
      if (!outcome.ok) return outcome;
      first ??= outcome.value;
    }
    return done('reached', first);
  }

  /** Unmaps what a back end still has mapped; gives how many pages that were. */
  letGo(device: string): Outcome {
    const domid = this.#config.devices.find((d) => d.name === device)?.backEnd;
    const held = this.mapper.mappings.filter((m) => m.caller === domid);
    for (const { caller, handle } of held) this.mapper.unmap(caller, handle);
    return done(`unmapped ${held.length} pages`, held.length);
  }

  /** Guest frames that a domain may map: by grants, and as foreign pages. */
  mayMap(domid: number): { readonly granted: ReadonlyMap<number, 'read' | 'write'>; readonly isForeign: boolean } {
    const granted = new Map<number, 'read' | 'write'>();
    for (let ref = 0; ref < this.table.size; ref++) {
      const entry = this.table.entry(ref);
      if (entry === undefined || entry.domid !== domid || (entry.flags & GTF.typeMask) !== GTF.permitAccess) continue;
      const isReadOnly = (entry.flags & GTF.readonly) !== 0;
      if (!isReadOnly || !granted.has(entry.frame)) granted.set(entry.frame, isReadOnly ? 'read' : 'write');
    }
    return { granted, isForeign: domid === 0 || this.#config.privileged?.includes(domid) === true };
  }

  #reach(device: VirtioDevice, address: U64, access: BackEndAccess): Outcome {
    const place = grantPlace(address);
    if (place === undefined) return this.#foreign(device, toNumber(address));
    const held = this.mapper.mappings.find((m) => m.caller === device.backEnd && m.ref === place.ref && !(access.isWrite && m.readOnly));
    if (held !== undefined) return this.#touch(device, held.frame * PAGE_SIZE + place.offset);
    this.runtime.costs.count('hypercalls');
    const result = this.mapper.map({ caller: device.backEnd, granter: GRANT_LAYOUT.guestDomid, ref: place.ref, readOnly: !access.isWrite });
    if (result.status !== 'okay') return failed(`${result.status} (${GRANT_STATUS[result.status]}): ${result.why}`);
    const outcome = this.#touch(device, result.mapping.frame * PAGE_SIZE + place.offset);
    if (access.keep !== true) this.#unmap(result.mapping);
    return outcome;
  }

  #unmap({ caller, handle }: GrantMapping): void {
    this.runtime.costs.count('hypercalls');
    this.mapper.unmap(caller, handle);
  }

  #foreign(device: VirtioDevice, address: number): Outcome {
    if (!this.mayMap(device.backEnd).isForeign) return failed(`-EPERM: d${device.backEnd} may not map pages of d${GRANT_LAYOUT.guestDomid}`);
    this.runtime.costs.count('hypercalls');
    return this.#touch(device, address);
  }

  #touch(device: VirtioDevice, guestAddress: number): Outcome {
    const physical = this.memory.locate(guestAddress);
    if (physical === undefined) return failed('no memory there');
    this.runtime.monitor.bare(this.#name(device.backEnd), `the back end of ${device.name}`, physical);
    return done('reached', physical);
  }

  #isGranted(domain: string, guestAddress: number): boolean {
    const frame = Math.floor(guestAddress / PAGE_SIZE);
    return this.mapper.mappings.some((m) => this.#name(m.caller) === domain && m.frame === frame);
  }

  #name(domid: number): string {
    return this.#config.names?.get(domid) ?? `dom${domid}`;
  }
}
