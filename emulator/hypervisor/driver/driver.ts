/**
 * A driver of an SMMU in the way of Linux's arm-smmu-v3: probe and reset as real register accesses and
 * commands, one context per attached device, map without invalidation, unmap with it. It works against
 * any register port, so the same code is the driver of a host, of a guest on an emulated SMMU, and of a
 * hypervisor. No ATS, PRI, stalls or substreams; interrupts are polled.
 */
import { encodeCommand } from '../../fields/commands.ts';
import { encode, type FieldInput } from '../../fields/layout.ts';
import { CD } from '../../fields/cd.ts';
import { STE } from '../../fields/ste.ts';
import { featuresOf, type Features } from '../../idr/features.ts';
import type { History } from '../../history/history.ts';
import { CR0, REG } from '../../registers/store.ts';
import { done, failed, type Outcome } from '../hypervisor.ts';
import { clear, loadWords, storeWords, type MemoryView } from '../memoryView.ts';
import { PageTable } from '../pageTable.ts';
import { PAGE_SIZE, type PagePool } from '../pages.ts';
import { Box, Fields } from '../state.ts';
import { CheckedPort, type RegisterPort } from './port.ts';
import { DriverQueue, type BatchResult } from './queue.ts';
import { StreamTable, writeSte } from './streams.ts';

const EVENTQ_PROD = 0x100a8;
const EVENTQ_CONS = 0x100ac;
const GBPA_ABORT_UPDATE = 0x8010_0000;
const IRQ_ENABLES = 5;
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
}

/** How a driver sets the SMMU up. */
export interface DriverOptions {
  /** log2 of the entries of both queues; at most what the SMMU has. */
  readonly queueLog2?: number;
  /** A linear stream table of this many StreamID bits even where two levels are possible. */
  readonly linearSidBits?: number;
}

/** One attached device: its streams, its address space, and what is mapped there. */
export interface Context {
  readonly sids: readonly number[];
  readonly asid: number;
  readonly root: number;
  readonly cd: number;
  /** Pages that the device may reach: input and output address of each. */
  readonly mapped: readonly (readonly [input: number, output: number])[];
}

type DriverField = 'prod' | 'base' | 'log2' | 'evtq' | 'strtab' | 'isTwoLevel' | 'sidBits' | 'nextAsid' | 'oasCode';

const FIELDS: readonly DriverField[] = ['prod', 'base', 'log2', 'evtq', 'strtab', 'isTwoLevel', 'sidBits', 'nextAsid', 'oasCode'];

/** A driver and the one SMMU that it drives. */
export class SmmuDriver {
  readonly queue: DriverQueue;
  readonly streams: StreamTable;
  readonly port: CheckedPort;
  readonly #parts: DriverParts;
  readonly #state: Fields<DriverField>;
  readonly #contexts: Box<readonly Context[]>;
  readonly #bypassed: Box<readonly number[]>;

  constructor(parts: DriverParts) {
    const { history, name, memory, pages } = parts;
    this.#parts = parts;
    this.port = new CheckedPort(parts.port);
    this.#state = new Fields(history, `${name}.driver`, FIELDS);
    this.#contexts = new Box<readonly Context[]>(history, `${name}.contexts`, []);
    this.#bypassed = new Box<readonly number[]>(history, `${name}.bypassed`, []);
    this.queue = new DriverQueue({ port: this.port, memory, state: this.#state, idle: parts.idle, onCommand: parts.onCommand });
    this.streams = new StreamTable({
      memory, pages, state: this.#state,
      onLevel2: parts.leafOnly === true ? undefined : (sid) => this.queue.submit([encodeCommand('CFGI_STE', { StreamID: sid, Leaf: 0 }) ?? new Uint32Array(4)]),
    });
  }

  /** The attached devices. */
  get contexts(): readonly Context[] {
    return this.#contexts.value;
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
    if (queues === undefined || events === undefined || !hasTable) return failed('-ENOMEM');
    this.#state.set('base', queues);
    this.#state.set('evtq', events);
    this.#state.set('log2', log2);
    this.#state.set('oasCode', Math.max(0, OAS_CODES.indexOf(Math.min(f.oas, 48))));
    return this.reset(f);
  }

  /** The reset sequence: off, tables, command queue, event queue, interrupts, on. */
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
    if (!this.#enable(CR0.CMDQEN | CR0.EVENTQEN)) return this.#refused('event queue');
    port.write(REG.IRQ_CTRL, 0);
    port.write(REG.IRQ_CTRL, IRQ_ENABLES);
    if (!this.#enable(CR0.CMDQEN | CR0.EVENTQEN | CR0.SMMUEN)) return this.#refused('SMMU interface');
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

  /** Writes CR0 and waits for CR0ACK. */
  #enable(bits: number): boolean {
    this.port.write(REG.CR0, bits);
    return this.port.aborted < 0 && (this.port.read(REG.CR0ACK) & 0x1f) === bits;
  }

  #refused(what: string): Outcome {
    const { aborted } = this.port;
    return failed(aborted >= 0 ? `data abort at offset 0x${aborted.toString(16)}` : `failed to enable ${what}`);
  }

  /** Gives a device an address space of its own: CD, then STE, each made known to the SMMU. */
  attach(sids: readonly number[], ste: FieldInput = {}): Outcome {
    const { pages, memory } = this.#parts;
    const table = PageTable.create(this.#tableParts());
    const cd = pages.allocate();
    const entries = sids.map((sid) => this.streams.entry(sid));
    if (table === undefined || cd === undefined || entries.includes(undefined)) return failed('-ENOMEM');
    const asid = this.#state.add('nextAsid');
    clear(memory, cd, PAGE_SIZE);
    storeWords(memory, cd, this.#cd(table.root, asid));
    const others = this.contexts.filter((c) => !c.sids.some((sid) => sids.includes(sid)));
    this.#contexts.value = [...others, { sids, asid, root: table.root, cd, mapped: [] }];
    this.#bypassed.value = this.#bypassed.value.filter((sid) => !sids.includes(sid));
    const words = encode(STE, { V: 1, Config: 5, S1ContextPtr: cd, S1DSS: 2, S1CIR: 1, S1COR: 1, S1CSH: 3, ...ste });
    const results = sids.map((sid) => this.install(sid, words));
    const cfgi = sids.map((sid) => encodeCommand('CFGI_CD', { StreamID: sid, Leaf: 1 }) ?? new Uint32Array(4));
    const last = this.queue.submit(cfgi);
    return outcomeOf([...results.flat(), last], `attached with ASID ${asid}`);
  }

  /** Lets a device bypass stage 1, or aborts its traffic. */
  detach(sids: readonly number[], to: 'abort' | 'bypass'): Outcome {
    const words = encode(STE, to === 'abort' ? { V: 1, Config: 0 } : { V: 1, Config: 4, SHCFG: 1 });
    const results = sids.flatMap((sid) => this.install(sid, words));
    const others = this.#bypassed.value.filter((sid) => !sids.includes(sid));
    this.#bypassed.value = to === 'bypass' ? [...others, ...sids] : others;
    const gone = this.contexts.filter((c) => c.sids.some((sid) => sids.includes(sid)));
    this.#contexts.value = this.contexts.filter((c) => !gone.includes(c));
    const tlbi = gone.map((c) => encodeCommand('TLBI_NH_ASID', { ASID: c.asid }) ?? new Uint32Array(4));
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

  /** Maps whole pages for a device. No command is sent: an absent entry is never cached. */
  map(sid: number, iova: number, output: number, size: number): Outcome {
    const context = this.#contextOf(sid);
    if (context === undefined) return failed('-ENODEV');
    if (!this.#table(context).map(iova, output, size)) return failed('-ENOMEM');
    const pages = Array.from({ length: size / PAGE_SIZE }, (_, i): readonly [number, number] => [iova + i * PAGE_SIZE, output + i * PAGE_SIZE]);
    this.#change(context, [...context.mapped.filter(([at]) => at < iova || at >= iova + size), ...pages]);
    return done(`mapped ${pages.length} pages`);
  }

  /** Unmaps whole pages, one TLBI per page and one SYNC; `leaveStale` leaves the commands out. */
  unmap(sid: number, iova: number, size: number, leaveStale = false): Outcome {
    const context = this.#contextOf(sid);
    if (context === undefined) return failed('-ENODEV');
    this.#table(context).unmap(iova, size);
    this.#change(context, context.mapped.filter(([at]) => at < iova || at >= iova + size));
    if (leaveStale) return done('unmapped without invalidation');
    const tlbi = Array.from({ length: size / PAGE_SIZE }, (_, i) =>
      encodeCommand('TLBI_NH_VA', { ASID: context.asid, Leaf: 1, Address: iova + i * PAGE_SIZE }) ?? new Uint32Array(4));
    return outcomeOf([this.queue.submit(tlbi)], `unmapped ${tlbi.length} pages`);
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

  /** Whether the guest has given an output address to a stream: mapped it, or let the stream bypass. */
  mayReach(sid: number, output: number): boolean {
    if (this.#bypassed.value.includes(sid)) return true;
    const page = output - (output % PAGE_SIZE);
    return this.#contextOf(sid)?.mapped.some(([, to]) => to === page) === true;
  }

  #cd(root: number, asid: number): Uint32Array {
    return encode(CD, {
      T0SZ: 16, IR0: 1, OR0: 1, SH0: 3, EPD1: 1, V: 1, IPS: this.#state.get('oasCode'), AA64: 1, R: 1, A: 1, ASET: 1, ASID: asid,
      TTB0: root, MAIR0: 0x0044_00ff,
    });
  }

  #tableParts(): ConstructorParameters<typeof PageTable>[0] {
    const { memory, pages, onTableWrite } = this.#parts;
    return onTableWrite === undefined ? { memory, pages, stage: 1 } : { memory, pages, stage: 1, onWrite: onTableWrite };
  }

  #table(context: Context): PageTable {
    return new PageTable(this.#tableParts(), context.root);
  }

  #contextOf(sid: number): Context | undefined {
    return this.contexts.find((c) => c.sids.includes(sid));
  }

  #change(context: Context, mapped: Context['mapped']): void {
    this.#contexts.value = this.contexts.map((c) => (c.asid === context.asid ? { ...context, mapped } : c));
  }
}

function outcomeOf(results: readonly BatchResult[], text: string): Outcome {
  if (results.some((r) => !r.isDone)) return failed('CMD_SYNC timeout');
  const errors = results.flatMap((r) => r.errors);
  return errors.length === 0 ? done(text) : failed(`command errors ${errors.join(', ')}`);
}
