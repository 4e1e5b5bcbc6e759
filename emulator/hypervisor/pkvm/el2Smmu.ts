/**
 * A physical SMMU in the hands of the hypervisor at EL2, in both designs: what it must have, its
 * registers while the host still is trusted, its command queue, and its stream table, whose entries
 * are zero, so that a stream without an entry is refused (fact sheet A.7, A.8). What the entries hold
 * is not here, nor are timeouts: a queue that does not drain at once never will.
 */
import { u64 } from '../../bits/u64.ts';
import { commandOf, encodeCommand } from '../../fields/commands.ts';
import type { FieldInput } from '../../fields/layout.ts';
import { featuresOf, type Features } from '../../idr/features.ts';
import { CR0, REG } from '../../registers/store.ts';
import type { Smmu } from '../../smmu/smmu.ts';
import { CheckedPort, physicalPort } from '../driver/port.ts';
import { DriverQueue } from '../driver/queue.ts';
import { StreamTable } from '../driver/streams.ts';
import { done, failed, type Outcome, type Runtime } from '../hypervisor.ts';
import { storeWords, viewOf, type MemoryView } from '../memoryView.ts';
import { PAGE_SIZE, type PagePool } from '../pages.ts';
import { Fields } from '../state.ts';

/** CR1 with everything write-back and inner shareable: the only value that pKVM knows. */
export const CR1_WRITE_BACK = 0xd75;

const EVENTQ_PROD = 0x100a8;
const EVENTQ_CONS = 0x100ac;
const GBPA_ABORT_UPDATE = 0x8010_0000;
const PRIVATE_TLBS = 4;
const SERVICE_FAILURE = 0x100;
const LINEAR_SID_BITS = 8;
/** The queue of EL2 has at most this many entries (log2): its memory is taken from the host at boot. */
const QUEUE_LOG2 = 12;
const ENTRY_WORDS = 16;

/** What one SMMU is made of. */
export interface El2SmmuParts {
  readonly runtime: Runtime;
  readonly smmu: Smmu;
  readonly index: number;
  /** Memory that EL2 had from boot on. */
  readonly pages: PagePool;
  /** What level-2 stream tables are made of, if not the same. */
  readonly level2Pages?: PagePool;
  /** Most commands for one write of CMDQ_PROD. */
  readonly batchLimit?: number;
  /** A new level-2 table is made known with CFGI_STE and Leaf 0, as the architecture asks. */
  readonly invalidatesLevel1?: boolean;
}

/** An entry to be written, and the command that makes it known. */
export interface EntryWrite {
  readonly at: number;
  readonly words: Uint32Array;
  /** Word 0 goes first, because the entry is taken away. */
  readonly isClear: boolean;
  readonly command: readonly [string, FieldInput];
}

type El2Field = 'prod' | 'base' | 'log2' | 'strtab' | 'isTwoLevel' | 'sidBits' | 'cr0';

/** A command by name; zeros for a name that does not exist. */
export function commandWords(name: string, fields: FieldInput): Uint32Array {
  return encodeCommand(name, fields) ?? new Uint32Array(4);
}

/** One SMMU. */
export class El2Smmu {
  readonly index: number;
  readonly features: Features;
  readonly memory: MemoryView;
  readonly port: CheckedPort;
  readonly queue: DriverQueue;
  readonly streams: StreamTable;
  readonly #runtime: Runtime;
  readonly #pages: PagePool;
  readonly #state: Fields<El2Field>;

  constructor(parts: El2SmmuParts) {
    const { runtime, smmu, index, pages, level2Pages, batchLimit, invalidatesLevel1 = true } = parts;
    const { history, memory } = runtime.machine;
    this.index = index;
    this.#runtime = runtime;
    this.#pages = pages;
    this.features = featuresOf(smmu.ids);
    this.memory = viewOf(memory, undefined, runtime.stores('hyp'));
    this.port = new CheckedPort(physicalPort(smmu));
    this.#state = new Fields<El2Field>(history, `pkvm.smmu${index}`, ['prod', 'base', 'log2', 'strtab', 'isTwoLevel', 'sidBits', 'cr0']);
    this.queue = new DriverQueue({ port: this.port, memory: this.memory, state: this.#state, onCommand: (words) => this.#count(words), batchLimit });
    this.streams = new StreamTable({
      memory: this.memory, pages, level2Pages, state: this.#state, empty: new Uint32Array(ENTRY_WORDS),
      onLevel2: invalidatesLevel1 ? (sid) => this.send([commandWords('CFGI_STE', { StreamID: sid, Leaf: 0 })]) : undefined,
    });
  }

  /** StreamIDs are below 2 to this. */
  get sidBits(): number {
    return this.#state.get('sidBits');
  }

  /** The stream table has two levels, with a split of 8. */
  get isTwoLevel(): boolean {
    return this.#state.get('isTwoLevel') === 1;
  }

  /** Bytes of the command queue hold 2 to this entries. */
  get queueLog2(): number {
    return this.#state.get('log2');
  }

  /** Off and blocking, with EL2's queue and stream table: while the host is trusted. */
  prepare(): Outcome {
    const { features: f, port } = this;
    const log2 = Math.min(f.cmdqLog2, QUEUE_LOG2);
    const queue = this.#pages.allocate(Math.max(1, (2 ** log2 * 16) / PAGE_SIZE));
    const isTwoLevel = f.twoLevel && f.sidSize > LINEAR_SID_BITS;
    const hasTable = this.streams.create({ isTwoLevel, sidBits: isTwoLevel ? f.sidSize : Math.min(f.sidSize, LINEAR_SID_BITS) });
    if (queue === undefined || !hasTable) return failed('-ENOMEM');
    this.#state.set('base', queue);
    this.#state.set('log2', log2);
    port.write(REG.GBPA, GBPA_ABORT_UPDATE);
    if (!this.enable(0)) return failed('-ETIMEDOUT');
    if (((port.read(REG.GERROR) ^ port.read(REG.GERRORN)) & SERVICE_FAILURE) !== 0) return failed('-EIO');
    this.#writeRegisters(queue + log2);
    return done('the SMMU blocks');
  }

  #writeRegisters(queueBase: number): void {
    const { port } = this;
    const { base, config } = this.streams.registers;
    port.write(REG.GERRORN, port.read(REG.GERROR));
    port.write(REG.CR1, CR1_WRITE_BACK);
    port.write(REG.CR2, PRIVATE_TLBS);
    port.write(REG.IRQ_CTRL, 0);
    port.writeWide(REG.STRTAB_BASE, base);
    port.write(REG.STRTAB_BASE_CFG, config);
    port.writeWide(REG.CMDQ_BASE, queueBase);
    port.write(REG.CMDQ_PROD, 0);
    port.write(REG.CMDQ_CONS, 0);
    this.#state.set('prod', 0);
  }

  /** Sets the event queue up: its entries are the host's memory. */
  placeEvents(base: number, log2: number): void {
    this.port.writeWide(REG.EVENTQ_BASE, base + log2);
    this.port.write(EVENTQ_PROD, 0);
    this.port.write(EVENTQ_CONS, 0);
  }

  /** Empties all caches and switches translation and the event queue on. */
  start(): Outcome {
    if (!this.enable(CR0.CMDQEN)) return failed('-ETIMEDOUT');
    if (!this.send([commandWords('CFGI_STE_RANGE', { Range: 31 }), commandWords('TLBI_NSNH_ALL', {})])) return failed('-ETIMEDOUT');
    const checksAts = this.features.ats ? CR0.ATSCHK : 0;
    return this.enable(CR0.SMMUEN | CR0.CMDQEN | CR0.EVENTQEN | checksAts) ? done('the SMMU is on') : failed('-ETIMEDOUT');
  }

  /** Without power the SMMU blocks, as while it is off; its registers come back as they were. */
  setPower(isOn: boolean): void {
    if (!isOn) this.#state.set('cr0', this.port.read(REG.CR0));
    this.enable(isOn ? this.#state.get('cr0') : 0);
  }

  /** Writes CR0; whether CR0ACK follows. */
  enable(bits: number): boolean {
    this.port.write(REG.CR0, bits);
    return (this.port.read(REG.CR0ACK) & 0x1f) === bits;
  }

  /** Sends commands and a CMD_SYNC, and waits; false where the queue does not drain. */
  send(commands: readonly Uint32Array[]): boolean {
    const { isDone, errors } = this.queue.submit(commands);
    return isDone && errors.length === 0;
  }

  /** Writes an entry in the order that the SMMU can follow: what counts last when it comes, first when it goes. */
  write({ at, words, isClear, command }: EntryWrite): boolean {
    const first = (): unknown => this.memory.store(at, u64(words[1] ?? 0, words[0] ?? 0));
    const rest = (): unknown => storeWords(this.memory, at + 8, words.subarray(2));
    let isDone = true;
    for (const part of isClear ? [first, rest] : [rest, first]) {
      part();
      isDone = this.send([commandWords(...command)]) && isDone;
    }
    this.noteWrite(command[0] === 'CFGI_CD' ? 'CD' : 'STE', at);
    return isDone;
  }

  /** Reports an entry that was written. */
  noteWrite(what: 'CD' | 'STE', at: number): void {
    this.#runtime.note('hyp', 'entry write', `${what} at 0x${at.toString(16)}`, 'entryWrites');
  }

  #count(words: Uint32Array): void {
    const name = commandOf(words)?.name ?? 'unknown';
    this.#runtime.note('hyp', 'command', `CMD_${name}`, 'commands');
    if (name === 'SYNC') this.#runtime.costs.count('syncs');
    else if (/^(CFGI|TLBI|ATC)/.test(name)) this.#runtime.costs.count('invalidations');
  }
}
