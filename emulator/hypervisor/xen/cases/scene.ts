/**
 * A small stage for cases: one Xen host, one guest that writes its own tables, queues and registers by
 * hand, and questions about what came of it. Everything lies at fixed offsets of the guest's RAM.
 */
import { fromNumber } from '../../../bits/u64.ts';
import { encodeCommand } from '../../../fields/commands.ts';
import { encode, type FieldInput } from '../../../fields/layout.ts';
import { CD } from '../../../fields/cd.ts';
import { eventOf } from '../../../fields/events.ts';
import { L1STD, STE } from '../../../fields/ste.ts';
import type { SmmuConfig } from '../../../machine/machine.ts';
import { READ } from '../../../walk/access.ts';
import { compareStes, type SteComparison } from '../../compare.ts';
import { loadWords, storeWords } from '../../memoryView.ts';
import { PageTable } from '../../pageTable.ts';
import { PagePool } from '../../pages.ts';
import type { Domain } from '../domain.ts';
import type { ProfileName, XenProfile } from '../profiles.ts';
import { liveStages } from '../ste.ts';
import type { DomainConfig, HostDevice } from '../toolstack.ts';
import { Xen } from '../xen.ts';

/** Offsets into the guest's RAM. */
export const PLACE = { strtab: 0x10_0000, level2: 0x11_0000, cmdq: 0x12_0000, evtq: 0x14_0000, cd: 0x15_0000, tables: 0x20_0000 } as const;

/** How a scene differs from the usual one. */
export interface SceneOptions {
  readonly smmus?: readonly SmmuConfig[];
  readonly devices?: readonly HostDevice[];
  readonly domain?: Partial<DomainConfig>;
}

/** Shape of what the guest sets up. */
export interface GuestSetup {
  readonly isLinear?: boolean;
  readonly split?: number;
  readonly log2Size?: number;
  readonly queueLog2?: number;
  readonly cmdqBase?: number;
  readonly evtqBase?: number;
}

/** The devices of the usual host; the last one has many streams. */
export const DEVICES: readonly HostDevice[] = [
  { path: '/nic', smmu: 0, sids: [0x10] },
  { path: '/gpu', smmu: 1, sids: [0x10] },
  { path: '/many', smmu: 0, sids: Array.from({ length: 80 }, (_, i) => 0x100 + i) },
];

/** A case in play. */
export class Scene {
  readonly xen: Xen;
  readonly #pool: PagePool;
  #setup: GuestSetup = {};
  #prod = 0;
  #read = 0;

  constructor(profile: ProfileName | XenProfile, options: SceneOptions = {}) {
    this.xen = new Xen({ profile, smmus: options.smmus ?? [{ model: 'v3.3-full' }, { model: 'v3.3-full' }], devices: options.devices ?? DEVICES });
    this.#pool = new PagePool(this.xen.machine.history, 'scene', { base: 0x4000_0000 + PLACE.tables, size: 0x20_0000 });
    this.xen.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/nic'], ...options.domain });
  }

  /** The guest. */
  get domain(): Domain | undefined {
    return this.xen.domain('dom1');
  }

  /** A guest address of an offset into RAM. */
  at(offset: number): number {
    return (this.domain?.ram.guest ?? 0) + offset;
  }

  /** Writes a register of the vSMMU; false is a data abort. */
  set(offset: number, value: number, size: 1 | 2 | 4 | 8 = 4): boolean {
    return this.xen.trap({ domain: 'dom1', offset, size, value: fromNumber(value) }).ok;
  }

  /** Reads a register; undefined is a data abort. */
  get(offset: number, size: 4 | 8 = 4): number | undefined {
    const { read } = this.xen.trap({ domain: 'dom1', offset, size });
    return read === undefined ? undefined : read.hi * 2 ** 32 + read.lo;
  }

  /** Sets queues and stream table up, and switches everything on. */
  setup(setup: GuestSetup = {}): void {
    const { isLinear = false, split = 8, log2Size = 8, queueLog2 = 4 } = setup;
    this.#setup = setup;
    this.set(0x80, this.at(PLACE.strtab), 8);
    this.set(0x88, isLinear ? log2Size : (1 << 16) | (split << 6) | log2Size);
    this.set(0x90, (setup.cmdqBase ?? this.at(PLACE.cmdq)) + queueLog2, 8);
    this.set(0xa0, (setup.evtqBase ?? this.at(PLACE.evtq)) + queueLog2, 8);
    if (!isLinear) this.level1(0, { Span: split + 1, L2Ptr: this.at(PLACE.level2) });
    this.set(0x50, 5);
    this.set(0x20, 0xd);
  }

  /** Writes a level-1 descriptor. */
  level1(index: number, fields: FieldInput): void {
    this.#put(PLACE.strtab + index * 8, encode(L1STD, fields));
  }

  /** Writes the guest's entry of a stream; further level-2 tables lie behind the first. */
  ste(vsid: number, fields: FieldInput): void {
    this.#put((this.#setup.isLinear === true ? PLACE.strtab : PLACE.level2) + vsid * 64, encode(STE, { V: 1, ...fields }));
  }

  /** Makes a CD in slot n, with tables that lead IOVA 0x1000 to RAM + n * 0x1000; gives its address. */
  context(n: number, fields: FieldInput = {}): number {
    const view = this.domain?.memory;
    const table = view === undefined ? undefined : PageTable.create({ memory: view, pages: this.#pool, stage: 1 });
    table?.map(0x1000, this.at(n * 0x1000), 0x1000);
    const cd = { T0SZ: 16, EPD1: 1, V: 1, IPS: 5, AA64: 1, R: 1, A: 1, ASID: n, TTB0: table?.root ?? 0, MAIR0: 0xff, ...fields };
    this.#put(PLACE.cd + n * 0x1000, encode(CD, cd));
    return this.at(PLACE.cd + n * 0x1000);
  }

  /** Points a stream to context n and tells the vSMMU. */
  nest(vsid: number, n: number): void {
    this.ste(vsid, { Config: 5, S1ContextPtr: this.context(n), S1DSS: 2, S1CIR: 1, S1COR: 1, S1CSH: 3 });
    this.command('CFGI_STE', { StreamID: vsid, Leaf: 1 });
  }

  /** Sets a stream's Config and tells the vSMMU. */
  configure(vsid: number, fields: FieldInput): void {
    this.ste(vsid, fields);
    this.command('CFGI_STE', { StreamID: vsid, Leaf: 1 });
  }

  /** Puts commands into the queue without telling the vSMMU. */
  fill(words: Uint32Array, slots: number): void {
    for (let i = 0; i < slots; i++) this.#put(PLACE.cmdq + i * 16, words);
  }

  /** Sends one command. */
  command(name: string, values: FieldInput = {}): void {
    this.raw(encodeCommand(name, values) ?? new Uint32Array(4));
  }

  /** Sends one command of any words. */
  raw(words: Uint32Array): void {
    const log2 = this.#setup.queueLog2 ?? 4;
    this.#put(PLACE.cmdq + (this.#prod % 2 ** log2) * 16, words);
    this.#prod = (this.#prod + 1) % 2 ** (log2 + 1);
    this.set(0x98, this.#prod);
  }

  /** The records that came since the last time, as `NAME(stream)`; CONS is not moved. */
  events(): string[] {
    const log2 = this.#setup.queueLog2 ?? 4;
    const prod = (this.get(0x100a8) ?? 0) % 2 ** (log2 + 1);
    const found: string[] = [];
    for (; this.#read !== prod; this.#read = (this.#read + 1) % 2 ** (log2 + 1)) {
      const view = this.domain?.memory;
      const words = view === undefined ? undefined : loadWords(view, this.at(PLACE.evtq) + (this.#read % 2 ** log2) * 32, 8);
      found.push(`${eventOf(words ?? [])?.name ?? '?'}(0x${(words?.[1] ?? 0).toString(16)})`);
    }
    return found;
  }

  /** Where a read of a device at an address ends: an offset into RAM, or what stopped it. */
  dma(device: string, address: number): string {
    const outcome = this.xen.dma({ device, address, access: READ });
    if (!outcome.ok) return outcome.text;
    const offset = (outcome.value ?? 0) - (this.domain?.ram.host ?? 0);
    return offset >= 0 && offset < (this.domain?.ram.size ?? 0) ? `RAM+0x${offset.toString(16)}` : `host 0x${(outcome.value ?? 0).toString(16)}`;
  }

  /** What the physical STE of a device says. */
  physical(device: string): string {
    const { smmu, sids } = this.xen.assignments.device(device) ?? { smmu: 0, sids: [0] };
    const words = this.xen.hosts[smmu ?? 0]?.entryWords(sids[0] ?? 0) ?? new Uint32Array(16);
    const { s1, s2 } = liveStages(words);
    if (s1 || s2) return s1 && s2 ? 'nested' : s1 ? 'stage 1 only' : 'stage 2 only';
    return ((words[0] ?? 0) & 0xf) === 9 ? 'bypass' : 'abort';
  }

  /** The guest's entry of a stream beside the hardware's of its device. */
  compare(vsid: number, device: string): SteComparison {
    const found = this.xen.compareStreams().find((s) => s.device === device && s.virtualSid === vsid);
    return found?.comparison ?? compareStes([], []);
  }

  /** Violations so far, as `scope of owner`. */
  violations(): string {
    const found = this.xen.runtime.monitor.violations.map((v) => `${v.scope}: ${v.owner ?? 'nobody'}`);
    return found.length === 0 ? 'isolated' : `reached ${[...new Set(found)].join(', ')}`;
  }

  /** What came of it: the crash of the host where there was one. */
  outcome(text: string): string {
    return this.xen.runtime.crash === undefined ? text : 'the host crashes';
  }

  #put(offset: number, words: Uint32Array): void {
    const view = this.domain?.memory;
    if (view !== undefined) storeWords(view, this.at(offset), words);
  }
}
