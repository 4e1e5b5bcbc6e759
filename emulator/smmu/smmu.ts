/**
 * One SMMU of a machine: its registers, its queues, the traffic that passes it. Everything happens at
 * once and in order: commands when CMDQ_PROD is written (unless consumption is held back), records
 * and interrupts as part of the transaction that causes them.
 */
import type { U64 } from '../bits/u64.ts';
import { Ats } from '../ats/ats.ts';
import { Endpoints, type EndpointPath } from '../ats/endpoint.ts';
import type { IdRegisters } from '../idr/features.ts';
import { CommandQueue } from '../queues/commandQueue.ts';
import { PriQueue, type PageRequestFate } from '../queues/priQueue.ts';
import { RegisterFile } from '../registers/file.ts';
import { CR0, REG } from '../registers/store.ts';
import { Execution } from './commands.ts';
import { listStale, listStaleConfig, type StaleConfig, type StaleEntry } from '../tlb/stale.ts';
import { POLICIES } from '../tlb/policy.ts';
import { buildParts, type SmmuParts, type Surroundings } from './parts.ts';
import { ABORT, ATS_REQUEST, RAZ_WI, Request, Response, TRANSLATED } from './request.ts';
import { FREE, UNREPORTED } from './stalls.ts';
import { Traffic } from './traffic.ts';

/** How an SMMU behaves where the architecture lets it choose. */
export interface SmmuOptions {
  /** Commands wait until `consume` is called, instead of running when CMDQ_PROD is written. */
  readonly holdCommands?: boolean;
  /** CR0 and IRQ_CTRL take effect only when `settle` is called. */
  readonly slowUpdates?: boolean;
  /** Event records that may be merged are. */
  readonly mergeEvents?: boolean;
}

/** Told when a stalled transaction has ended, or stalled again. */
export type StallListener = (stag: number, response: Response) => void;

/** An SMMU. */
export class Smmu {
  readonly ids: IdRegisters;
  readonly parts: SmmuParts;
  readonly registers: RegisterFile;
  readonly commands: CommandQueue;
  readonly priQueue: PriQueue;
  readonly #traffic: Traffic;
  readonly #ats: Ats;
  readonly #endpoints: Endpoints;
  readonly #options: SmmuOptions;
  readonly #around: Surroundings;
  readonly #retry = new Request();
  readonly #answer = new Response();
  #cold: SmmuParts | null = null;
  /** Told how stalls end; set by whoever waits for them. */
  onStallEnd: StallListener | null = null;
  /** Told of answers to page requests. */
  onPageResponse: ((words: Int32Array) => void) | null = null;

  constructor(around: Surroundings, options: SmmuOptions = {}) {
    this.ids = around.ids;
    this.#around = around;
    this.#options = options;
    this.parts = buildParts({ ...around, mergeEvents: options.mergeEvents ?? false });
    const { features, registers, config, caches, atc, interrupts } = this.parts;
    const { memory, probe } = around;
    this.#traffic = new Traffic(this.parts, probe);
    this.#ats = new Ats(this.parts, probe);
    this.#endpoints = new Endpoints(this.#ats, atc);
    this.registers = new RegisterFile({
      store: registers, ids: around.ids, features, probe, isSlow: options.slowUpdates ?? false,
      effect: (offset, old) => this.#effect(offset, old),
    });
    const execution = new Execution({
      features, registers, config, caches, atc, interrupts,
      resume: (sid, stag, action) => this.#resume(sid, stag, action), stallTerm: (sid) => this.#abortStalls(sid),
      pageResponse: (words) => this.onPageResponse?.(words),
    });
    this.commands = new CommandQueue({ registers, memory, features, interrupts, probe, execution });
    this.priQueue = new PriQueue({ registers, memory, features, interrupts, probe, mayAnswer: (sid) => this.#mayAnswer(sid) });
  }

  /** Takes a transaction of any kind; the outcome is left in `response`. */
  translate(request: Request, response: Response): void {
    if (request.kind === ATS_REQUEST) this.#ats.translationRequest(request, response);
    else if (request.kind === TRANSLATED) this.#ats.translated(request, response);
    else this.#traffic.run(request, response);
  }

  /** Makes an access as a device with an ATC does: from its cache, or by asking first. */
  deviceAccess(request: Request, response: Response): EndpointPath {
    return this.#endpoints.access(request, response);
  }

  /** Loses all cached translations and configuration, as where the power goes; registers stay. */
  loseCaches(): void {
    const { config, caches } = this.parts;
    config.removeStreams(0, 2 ** 32, false);
    for (const cache of [caches.tlb, caches.stage2, caches.walks]) cache.removeWhere(() => true);
  }

  /** Reads a register of 4 or 8 bytes by its offset from the base. */
  readRegister(offset: number, size: 4 | 8): U64 {
    return this.registers.read(offset, size);
  }

  /** Writes a register of 4 or 8 bytes by its offset from the base. */
  writeRegister(offset: number, size: 4 | 8, value: U64): void {
    this.registers.write(offset, size, value);
  }

  /** Carries out at most `most` waiting commands; gives how many. */
  consume(most: number): number {
    return this.commands.consume(most);
  }

  /** Lets slow registers take effect. */
  settle(): void {
    this.registers.settle();
  }

  /** Takes a page request record of a device. */
  pageRequest(words: Int32Array): PageRequestFate {
    return this.priQueue.request(words);
  }

  /** A second way to look at this SMMU: the same registers and memory, and no caches. Hardware updates of tables are real: look under `history.speculate`. */
  get uncached(): SmmuParts {
    const around = { ...this.#around, name: `${this.#around.name}.cold`, policy: POLICIES.none };
    this.#cold ??= buildParts(around, this.parts.registers);
    return this.#cold;
  }

  /** The cached translations and configuration that memory contradicts. */
  stale(): { readonly translations: StaleEntry[]; readonly config: StaleConfig[] } {
    const cold = this.uncached;
    return this.#around.history.speculate(() => ({
      translations: listStale(this.parts, cold), config: listStaleConfig(this.parts, cold),
    }));
  }

  #effect(offset: number, old: number): void {
    const { registers } = this.parts;
    if (offset === REG.CR0ACK && (old & CR0.SMMUEN) !== 0 && !registers.isOn(CR0.SMMUEN)) this.#abortStalls(undefined);
    const mayHaveRoom = offset === REG.EVENTQ_CONS || offset === REG.CR0ACK || offset === REG.GERRORN;
    if (mayHaveRoom) this.#retryUnreported();
    if (offset === REG.CMDQ_PROD || offset === REG.GERRORN || offset === REG.CR0ACK) this.#run();
  }

  #run(): void {
    if (this.#options.holdCommands !== true) this.commands.consume(1 << 20);
  }

  #resume(sid: number, stag: number, action: 0 | 1 | 2): void {
    const { stalls } = this.parts;
    if (stalls.state(stag) === FREE || stalls.sid(stag) !== sid) return;
    stalls.read(stag, this.#retry);
    stalls.free(stag);
    const { probe } = this.#around;
    if (probe.isOn) probe.step({ kind: 'stall', sid, stag, action: (['retried', 'aborted', 'terminated'] as const)[action] });
    if (action === 0) this.#traffic.run(this.#retry, this.#answer);
    else {
      this.#answer.status = action === 1 ? ABORT : RAZ_WI;
      this.#answer.event = 0;
    }
    this.onStallEnd?.(stag, this.#answer);
  }

  /** Aborts the stalls of a stream, or all of them. */
  #abortStalls(sid: number | undefined): void {
    const { stalls, features } = this.parts;
    for (let stag = 0; stag < features.stallMax; stag++) {
      if (stalls.state(stag) !== FREE && (sid === undefined || stalls.sid(stag) === sid)) this.#resume(stalls.sid(stag), stag, 1);
    }
  }

  /** Stalls whose record found no room are tried anew: what they report may have changed. */
  #retryUnreported(): void {
    const { stalls, events } = this.parts;
    for (const stag of stalls.inState(UNREPORTED)) {
      if (!events.isWritable) return;
      this.#resume(stalls.sid(stag), stag, 0);
    }
  }

  /** Whether an automatic answer to a page request of a stream may carry a PASID. */
  #mayAnswer(sid: number): boolean | undefined {
    const ste = this.parts.lookup.ste(sid);
    return ste === null || ste.broken !== null ? undefined : ste.fields.PPAR === 1;
  }
}
