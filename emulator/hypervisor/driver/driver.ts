/**
 * A driver of an SMMU in the way of Linux's arm-smmu-v3: probe and reset as real register accesses and
 * commands, one context per attached device with an address space per SubstreamID in use, map without
 * invalidation, unmap with it. It works against any register port, so the same code is the driver of a
 * host, of a guest on an emulated SMMU, and of a hypervisor. The PRI queue and the check of translated
 * traffic are set up where the SMMU has them; no device is given ATS. Interrupts are polled.
 */
import { encodeCommand } from '../../fields/commands.ts';
import { encode, type FieldInput } from '../../fields/layout.ts';
import { STE } from '../../fields/ste.ts';
import { featuresOf, type Features } from '../../idr/features.ts';
import type { History } from '../../history/history.ts';
import { CR0, REG } from '../../registers/store.ts';
import { cerrorName } from '../../smmu/commands.ts';
import { done, failed, type Outcome } from '../hypervisor.ts';
import { loadWords, type MemoryView } from '../memoryView.ts';
import { PAGE_SIZE, type PagePool } from '../pages.ts';
import { Box, Fields } from '../state.ts';
import { Contexts, type Context, type Space } from './contexts.ts';
import { coveredBytes, overlaps, type MappedRange } from './ranges.ts';
import { pagesText, rangeProblem, unmappedText } from './rangeText.ts';
import { CheckedPort, type RegisterPort } from './port.ts';
import { DriverQueue, type BatchResult } from './queue.ts';
import { StreamTable, writeSte } from './streams.ts';

const EVENTQ_PROD = 0x100a8;
const EVENTQ_CONS = 0x100ac;
const GBPA_ABORT_UPDATE = 0x8010_0000;
const PRIQ_PROD = 0x100c8;
const PRIQ_CONS = 0x100cc;
/** Of global errors, of the event queue, of the PRI queue. */
const IRQ = { gerror: 1, priq: 2, eventq: 4 } as const;
const OAS_CODES: readonly number[] = [32, 36, 40, 42, 44, 48, 52];

/** What a driver is made of. */
export interface DriverParts {
  readonly history: History;
  /** Tells this driver's state apart. */
  readonly name: string;
  readonly port: RegisterPort;
  readonly memory: MemoryView;
  readonly pages: PagePool;
  readonly idle?: () => void;
  readonly onCommand?: (words: Uint32Array) => void;
  readonly onTableWrite?: (address: number) => void;
  /** No CFGI_STE for a new level-2 table beyond those of its entries: as Linux, which relies on an absent table not being cached. */
  readonly leafOnly?: boolean;
  /** Built without PCI ATS and PRI, as Xen's driver is: no PRI queue, and translated traffic passes unchecked. */
  readonly withoutAts?: boolean;
}

/** How a driver sets the SMMU up. */
export interface DriverOptions {
  /** log2 of the entries of both queues; at most what the SMMU has. */
  readonly queueLog2?: number;
  /** A linear stream table of this many StreamID bits even where two levels are possible. */
  readonly linearSidBits?: number;
}

/** How a device is attached. */
export interface AttachOptions {
  /** log2 of the SubstreamIDs that the device gets; 0 for none. */
  readonly substreams?: number;
  /** Faults stall, where the SMMU can do that. */
  readonly isStalling?: boolean;
}

/** A mapping to be made, in bytes. */
export interface MapRange {
  readonly iova: number;
  readonly output: number;
  readonly size: number;
  readonly isReadOnly?: boolean;
  /** Which address space of the device; that of traffic without SubstreamID where left out. */
  readonly ssid?: number | undefined;
}

/** A mapping to be taken away. */
export interface UnmapRange {
  readonly iova: number;
  readonly size: number;
  readonly ssid?: number | undefined;
  /** Leaves the commands out, as a driver with this mistake does. */
  readonly leaveStale?: boolean;
}

type DriverField = 'prod' | 'base' | 'log2' | 'evtq' | 'priq' | 'strtab' | 'isTwoLevel' | 'sidBits' | 'nextAsid' | 'oasCode';

const FIELDS: readonly DriverField[] = ['prod', 'base', 'log2', 'evtq', 'priq', 'strtab', 'isTwoLevel', 'sidBits', 'nextAsid', 'oasCode'];

/** A driver and the one SMMU that it drives. */
export class SmmuDriver {
  readonly queue: DriverQueue;
  readonly streams: StreamTable;
  readonly port: CheckedPort;
  readonly #parts: DriverParts;
  readonly #state: Fields<DriverField>;
  readonly #contexts: Contexts;
  readonly #bypassed: Box<readonly number[]>;

  constructor(parts: DriverParts) {
    const { history, name, memory, pages } = parts;
    this.#parts = parts;
    this.port = new CheckedPort(parts.port);
    this.#state = new Fields(history, `${name}.driver`, FIELDS);
    this.#contexts = new Contexts({ history, name, memory, pages, state: this.#state, onTableWrite: parts.onTableWrite });
    this.#bypassed = new Box<readonly number[]>(history, `${name}.bypassed`, []);
    this.queue = new DriverQueue({ port: this.port, memory, state: this.#state, idle: parts.idle, onCommand: parts.onCommand });
    this.streams = new StreamTable({
      memory, pages, state: this.#state,
      onLevel2: parts.leafOnly === true ? undefined : (sid) => this.queue.submit([encodeCommand('CFGI_STE', { StreamID: sid, Leaf: 0 }) ?? new Uint32Array(4)]),
    });
  }

  /** The attached devices. */
  get contexts(): readonly Context[] {
    return this.#contexts.list;
  }

  /** The features that the ID registers promise. */
  features(): Features {
    const { port } = this;
    const [IDR0, IDR1, IDR3, IDR5, AIDR] = [port.read(0), port.read(4), port.read(0xc), port.read(0x14), 0];
    return featuresOf({ IDR0, IDR1, IDR3, IDR5, AIDR });
  }

  /** Probes the SMMU and brings it up, in the order that Linux keeps. */
  probe(options: DriverOptions = {}): Outcome {
    const f = this.features();
    if (!f.s1p && !f.s2p) return failed('no translation support!');
    const log2 = Math.min(options.queueLog2 ?? 8, f.cmdqLog2, f.eventqLog2);
    const queues = this.#parts.pages.allocate(Math.max(1, (2 ** log2 * 16) / PAGE_SIZE));
    const events = this.#parts.pages.allocate(Math.max(1, (2 ** log2 * 32) / PAGE_SIZE));
    const isTwoLevel = f.twoLevel && options.linearSidBits === undefined;
    const hasTable = this.streams.create({ isTwoLevel, sidBits: options.linearSidBits ?? (isTwoLevel ? f.sidSize : Math.min(f.sidSize, 8)) });
    const requests = this.#hasPri(f) ? this.#parts.pages.allocate(Math.max(1, (2 ** priqLog2(log2, f) * 16) / PAGE_SIZE)) : 0;
    if (queues === undefined || events === undefined || requests === undefined || !hasTable) return failed('-ENOMEM');
    this.#state.set('priq', requests);
    this.#state.set('base', queues);
    this.#state.set('evtq', events);
    this.#state.set('log2', log2);
    this.#state.set('oasCode', Math.max(0, OAS_CODES.indexOf(Math.min(f.oas, 48))));
    return this.reset(f);
  }

  #hasPri(f: Features): boolean {
    return f.pri && this.#parts.withoutAts !== true;
  }

  /** The reset sequence: off, tables, command queue, event queue, PRI queue, check of translated traffic, interrupts, on. */
  reset(f: Features): Outcome {
    const { port } = this;
    port.aborted = -1;
    if ((port.read(REG.CR0) & CR0.SMMUEN) !== 0) port.write(REG.GBPA, GBPA_ABORT_UPDATE);
    if (!this.#enable(0)) return this.#refused('SMMU disable');
    this.#writeTables();
    if (!this.#enable(CR0.CMDQEN)) return this.#refused('command queue');
    const commands = [encodeCommand('CFGI_STE_RANGE', { Range: 31 }), f.hyp ? encodeCommand('TLBI_EL2_ALL', {}) : undefined, encodeCommand('TLBI_NSNH_ALL', {})];
    const batch = this.queue.submit(commands.filter((c) => c !== undefined));
    this.#writeEventQueue();
    let enables = CR0.CMDQEN | CR0.EVENTQEN;
    if (!this.#enable(enables)) return this.#refused('event queue');
    if (this.#hasPri(f)) {
      this.#writePriQueue(f);
      if (!this.#enable(enables |= CR0.PRIQEN)) return this.#refused('PRI queue');
    }
    if (f.ats && this.#parts.withoutAts !== true && !this.#enable(enables |= CR0.ATSCHK)) return this.#refused('ATS check');
    port.write(REG.IRQ_CTRL, 0);
    port.write(REG.IRQ_CTRL, IRQ.gerror | IRQ.eventq | (this.#hasPri(f) ? IRQ.priq : 0));
    if (!this.#enable(enables | CR0.SMMUEN)) return this.#refused('SMMU interface');
    if (port.aborted >= 0) return failed(`data abort at offset 0x${port.aborted.toString(16)}`);
    return batch.isDone ? done('the SMMU is on') : failed('CMD_SYNC timeout');
  }

  #writeTables(): void {
    const { port } = this;
    const { base, config } = this.streams.registers;
    port.write(REG.CR1, 0xd75);
    port.write(REG.CR2, 6);
    port.writeWide(REG.STRTAB_BASE, base);
    port.write(REG.STRTAB_BASE_CFG, config);
    port.writeWide(REG.CMDQ_BASE, this.#state.get('base') + this.#state.get('log2'));
    port.write(REG.CMDQ_PROD, 0);
    port.write(REG.CMDQ_CONS, 0);
    this.#state.set('prod', 0);
  }

  #writeEventQueue(): void {
    this.port.writeWide(REG.EVENTQ_BASE, this.#state.get('evtq') + this.#state.get('log2'));
    this.port.write(EVENTQ_PROD, 0);
    this.port.write(EVENTQ_CONS, 0);
  }

  #writePriQueue(f: Features): void {
    this.port.writeWide(REG.PRIQ_BASE, this.#state.get('priq') + priqLog2(this.#state.get('log2'), f));
    this.port.write(PRIQ_PROD, 0);
    this.port.write(PRIQ_CONS, 0);
  }

  /** Writes CR0 and waits for CR0ACK. */
  #enable(bits: number): boolean {
    this.port.write(REG.CR0, bits);
    const isDone = (): boolean => this.port.aborted < 0 && (this.port.read(REG.CR0ACK) & 0x1f) === bits;
    if (isDone()) return true;
    if (this.port.aborted >= 0 || this.#parts.idle === undefined) return false;
    this.#parts.idle();
    return isDone();
  }

  #refused(what: string): Outcome {
    const { aborted } = this.port;
    return failed(aborted >= 0 ? `data abort at offset 0x${aborted.toString(16)}` : `failed to enable ${what}`);
  }

  /** Gives a device an address space of its own: CD, then STE, each made known to the SMMU. */
  attach(sids: readonly number[], ste: FieldInput = {}, options: AttachOptions = {}): Outcome {
    const cdBits = options.substreams ?? 0;
    const problem = this.#streamProblem(sids) ?? this.#attachProblem(cdBits, options);
    if (problem !== undefined) return failed(problem);
    const entries = sids.map((sid) => this.streams.entry(sid));
    const context = entries.includes(undefined) ? undefined : this.#contexts.create({ sids, cdBits, isStalling: options.isStalling === true });
    if (context === undefined) return failed('-ENOMEM');
    this.#bypassed.value = this.#bypassed.value.filter((sid) => !sids.includes(sid));
    const words = encode(STE, { V: 1, Config: 5, S1CDMax: cdBits, S1ContextPtr: context.cd, S1DSS: 2, S1CIR: 1, S1COR: 1, S1CSH: 3, ...ste });
    const results = sids.map((sid) => this.install(sid, words));
    const last = this.#invalidateCd(context, 0);
    return outcomeOf([...results.flat(), last], `attached with ASID ${context.spaces[0]?.asid ?? 0}`);
  }

  #streamProblem(sids: readonly number[]): string | undefined {
    if (this.streams.registers.base === 0) return '-EPROBE_DEFER: the SMMU is not probed';
    const beyond = sids.find((sid) => sid >= 2 ** this.#state.get('sidBits'));
    return beyond === undefined ? undefined : `-ERANGE: StreamID 0x${beyond.toString(16)} is beyond the stream table`;
  }

  #attachProblem(cdBits: number, options: AttachOptions): string | undefined {
    if (cdBits === 0 && options.isStalling !== true) return undefined;
    const { ssidSize, stallModel } = this.features();
    if (cdBits > ssidSize) return `-EINVAL: the SMMU has ${ssidSize} bits of SubstreamID`;
    return options.isStalling === true && stallModel === 1 ? '-EOPNOTSUPP: the SMMU cannot stall' : undefined;
  }

  #invalidateCd({ sids }: Context, ssid: number): BatchResult {
    return this.queue.submit(sids.map((sid) => encodeCommand('CFGI_CD', { StreamID: sid, SubstreamID: ssid, Leaf: 1 }) ?? new Uint32Array(4)));
  }

  /** Lets a device bypass stage 1, or aborts its traffic. */
  detach(sids: readonly number[], to: 'abort' | 'bypass'): Outcome {
    const words = encode(STE, to === 'abort' ? { V: 1, Config: 0 } : { V: 1, Config: 4, SHCFG: 1 });
    const results = sids.flatMap((sid) => this.install(sid, words));
    const others = this.#bypassed.value.filter((sid) => !sids.includes(sid));
    this.#bypassed.value = to === 'bypass' ? [...others, ...sids] : others;
    const asids = this.#contexts.remove(sids).flatMap((c) => c.spaces.map((space) => space.asid));
    const tlbi = asids.map((asid) => encodeCommand('TLBI_NH_ASID', { ASID: asid }) ?? new Uint32Array(4));
    if (tlbi.length > 0) results.push(this.queue.submit(tlbi));
    return outcomeOf(results, to);
  }

  /** Writes a stream's entry in steps that the SMMU can follow. */
  install(sid: number, words: Uint32Array): BatchResult[] {
    const at = this.streams.entry(sid);
    const results: BatchResult[] = [];
    if (at === undefined) return [{ isDone: false, errors: [] }];
    writeSte({ memory: this.#parts.memory, at, sid, words, submit: (commands) => results.push(this.queue.submit(commands)) });
    return results;
  }

  /** Maps whole pages for a device. */
  map(sid: number, iova: number, output: number, size: number): Outcome {
    return this.mapRange(sid, { iova, output, size });
  }

  /** Maps whole pages, in 2M blocks where addresses allow them. No command is sent: an absent entry is never cached. */
  mapRange(sid: number, range: MapRange): Outcome {
    const { iova, output, size, ssid = 0 } = range;
    const context = this.#contexts.of(sid);
    if (context === undefined) return failed('-ENODEV: the device is not attached');
    const problem = rangeProblem(iova, size) ?? (output % PAGE_SIZE === 0 ? undefined : '-EINVAL: addresses must be multiples of 4K') ?? this.#outputProblem(output + size);
    if (problem !== undefined) return failed(problem);
    const space = this.#spaceOf(context, ssid);
    if (typeof space === 'string') return failed(space);
    if (overlaps(this.#contexts.mappings(space), iova, size)) return failed('-EEXIST: a part of the range is mapped already, unmap it first');
    const isMapped = this.#contexts.table(space).map(iova, output, size, { blocks: true, readOnly: range.isReadOnly === true });
    if (!isMapped) return failed('-ENOMEM: no memory for tables');
    this.#contexts.mapped(space, [iova, output, size]);
    return done(`mapped ${pagesText(size)}`);
  }

  #outputProblem(end: number): string | undefined {
    const bits = OAS_CODES[this.#state.get('oasCode')] ?? 48;
    return end > 2 ** bits ? `-ERANGE: the SMMU has ${bits} bits of output address` : undefined;
  }

  /** The address space of a SubstreamID, which the first mapping makes. */
  #spaceOf(context: Context, ssid: number): Space | string {
    const found = context.spaces.find((space) => space.ssid === ssid);
    if (found !== undefined) return found;
    if (ssid >= 2 ** context.cdBits) return `-EINVAL: the device was attached with ${context.cdBits} bits of SubstreamID`;
    const made = this.#contexts.addSpace(context, ssid);
    if (made === undefined) return '-ENOMEM: no memory for tables';
    this.#invalidateCd(context, ssid);
    return made;
  }

  /** Unmaps whole pages; `leaveStale` leaves the commands out. */
  unmap(sid: number, iova: number, size: number, leaveStale = false): Outcome {
    return this.unmapRange(sid, { iova, size, leaveStale });
  }

  /** Unmaps whole pages, one TLBI per page, or one for the ASID where they are many, and one SYNC. */
  unmapRange(sid: number, range: UnmapRange): Outcome {
    const { iova, size, ssid = 0, leaveStale = false } = range;
    const context = this.#contexts.of(sid);
    if (context === undefined) return failed('-ENODEV: the device is not attached');
    const problem = rangeProblem(iova, size);
    if (problem !== undefined) return failed(problem);
    const space = context.spaces.find((s) => s.ssid === ssid);
    if (space === undefined) return failed('-ENOENT: nothing is mapped for this SubstreamID');
    const covered = coveredBytes(this.#contexts.mappings(space), iova, size);
    this.#contexts.table(space).unmap(iova, size);
    this.#contexts.unmapped(space, range);
    const text = unmappedText(covered, size);
    if (leaveStale) return done(`${text}, without invalidation`);
    return outcomeOf([this.queue.submit(invalidation(space.asid, iova, size))], text);
  }

  /** What a stream maps, for a SubstreamID or without one. */
  mappings(sid: number, ssid = 0): readonly MappedRange[] {
    const space = this.#contexts.of(sid)?.spaces.find((s) => s.ssid === ssid);
    return space === undefined ? [] : this.#contexts.mappings(space);
  }

  /** Takes all records out of the event queue, as the interrupt handler does. */
  events(): Uint32Array[] {
    const { port } = this;
    const log2 = this.#state.get('log2');
    const mask = 2 ** (log2 + 1) - 1;
    const prod = port.read(EVENTQ_PROD);
    const records: Uint32Array[] = [];
    let cons = port.read(EVENTQ_CONS) & mask;
    for (; cons !== (prod & mask) && records.length < 2 ** log2; cons = (cons + 1) & mask) {
      const words = loadWords(this.#parts.memory, this.#state.get('evtq') + (cons & (2 ** log2 - 1)) * 32, 8);
      if (words !== undefined) records.push(words);
    }
    port.write(EVENTQ_CONS, ((prod & 0x8000_0000) | cons) >>> 0);
    return records;
  }

  /** Acknowledges global errors; gives those that were active. */
  acknowledgeErrors(): number {
    const active = this.port.read(REG.GERROR) ^ this.port.read(REG.GERRORN);
    if (active !== 0) this.port.write(REG.GERRORN, this.port.read(REG.GERROR));
    return active >>> 0;
  }

  /** Handles global errors as the interrupt handler does: a rejected command is replaced, and the queue goes on. */
  recover(): Outcome {
    const errors = this.queue.recover();
    const active = this.acknowledgeErrors();
    if (errors.length > 0) return done(`the command was skipped, CERROR ${errors.map((code) => `${code} (${cerrorName(code)})`).join(', ')}`);
    return done(active === 0 ? 'there is no global error' : `acknowledged GERROR 0x${active.toString(16)}`);
  }

  /** Whether the guest has given an output address to a stream: mapped it, or let the stream bypass. */
  mayReach(sid: number, output: number): boolean {
    return this.#bypassed.value.includes(sid) || this.#contexts.mayReach(sid, output);
  }
}

/** log2 of the entries of the PRI queue. */
function priqLog2(queueLog2: number, { priqLog2: most }: Features): number {
  return Math.min(queueLog2, most);
}

/** More TLBI by address than this become one for the whole ASID. */
const MOST_TLBI = 512;

function invalidation(asid: number, iova: number, size: number): Uint32Array[] {
  const pages = size / PAGE_SIZE;
  if (pages > MOST_TLBI) return [encodeCommand('TLBI_NH_ASID', { ASID: asid }) ?? new Uint32Array(4)];
  return Array.from({ length: pages }, (_, i) => encodeCommand('TLBI_NH_VA', { ASID: asid, Leaf: 1, Address: iova + i * PAGE_SIZE }) ?? new Uint32Array(4));
}

function outcomeOf(results: readonly BatchResult[], text: string): Outcome {
  if (results.some((r) => !r.isDone)) return failed('CMD_SYNC timeout');
  const errors = results.flatMap((r) => r.errors);
  return errors.length === 0 ? done(text) : failed(`the SMMU refused commands: ${errors.map(cerrorName).join(', ')}`);
}
