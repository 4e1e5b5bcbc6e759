/**
 * A machine: physical memory, any number of SMMUs, one history over all of it, and at most one
 * observer. Nothing here has an idea of time; things happen when they are asked for.
 */
import { fromNumber, type U64 } from '../bits/u64.ts';
import { History, type HistoryOptions } from '../history/history.ts';
import { stateHash } from '../history/hash.ts';
import type { IdRegisters } from '../idr/features.ts';
import { PRESETS, type PresetName } from '../idr/presets.ts';
import { Memory } from '../memory/memory.ts';
import { Owners } from '../memory/owners.ts';
import type { Region } from '../memory/regions.ts';
import { Smmu, type SmmuOptions } from '../smmu/smmu.ts';
import { OK, Request, Response } from '../smmu/request.ts';
import { Probe, type Watch } from '../steps/probe.ts';
import { ACCESS_BYTES, type Observer, type Step } from '../steps/step.ts';
import { POLICIES, type CachePolicy, type PolicyName } from '../tlb/policy.ts';

/** One SMMU of a machine. */
export interface SmmuConfig extends SmmuOptions {
  readonly name?: string;
  /** A preset, or ID registers of one's own (see `validateIds`). */
  readonly model: PresetName | IdRegisters;
  readonly policy?: PolicyName | CachePolicy;
  /** Where its registers lie in physical memory; without it they are reached through `smmu()` only. */
  readonly base?: number;
}

/** A machine to be made. */
export interface MachineConfig {
  readonly regions: readonly Region[];
  readonly smmus: readonly SmmuConfig[];
  readonly history?: HistoryOptions;
}

const FRAME = 0x20000;

/** A machine. */
export class Machine {
  readonly history: History;
  readonly memory: Memory;
  readonly owners: Owners;
  readonly smmus: readonly Smmu[];
  readonly #watch: Watch = { observer: null };
  readonly #probe: Probe;
  readonly #probes: readonly Probe[];

  constructor(config: MachineConfig) {
    this.history = new History(config.history);
    this.#probe = new Probe(this.#watch, this.history, -1);
    const frames = config.smmus.flatMap((c, i) => (c.base === undefined ? [] : [this.#frame(c.base, i)]));
    this.memory = new Memory(this.history, [...config.regions, ...frames]);
    this.owners = new Owners(this.history, this.memory.map.regions);
    this.#probes = config.smmus.map((_, i) => new Probe(this.#watch, this.history, i));
    this.smmus = config.smmus.map((c, i) => this.#smmu(c, i));
  }

  #frame(base: number, index: number): Region {
    return {
      name: `smmu${index}`, kind: 'mmio', base, size: FRAME,
      device: {
        read: (offset, size) => this.smmus[index]?.readRegister(offset, size) ?? { hi: 0, lo: 0 },
        write: (offset, size, value) => this.smmus[index]?.writeRegister(offset, size, value),
      },
    };
  }

  #smmu(config: SmmuConfig, index: number): Smmu {
    const { model, policy = 'architecture' } = config;
    return new Smmu(
      {
        name: config.name ?? `smmu${index}`, ids: typeof model === 'string' ? PRESETS[model] : model,
        policy: typeof policy === 'string' ? POLICIES[policy] : policy,
        history: this.history, memory: this.memory, probe: this.#probes[index] ?? this.#probe,
      },
      config,
    );
  }

  /** Who is told each step; null for nobody, which is fastest. */
  set observer(observer: Observer | null) {
    this.#watch.observer = observer;
  }

  /** The observer. */
  get observer(): Observer | null {
    return this.#watch.observer;
  }

  /** Where what runs above the SMMUs reports its own steps. */
  get probe(): Probe {
    return this.#probe;
  }

  /** A hash of all state that the history covers. */
  get hash(): string {
    return stateHash(this.history);
  }

  /** Runs a transaction with all its steps, and leaves the machine as it was. */
  explain(smmu: Smmu, request: Request): Explanation {
    const steps: Step[] = [];
    const response = new Response();
    const { observer } = this;
    this.observer = { step: (step) => steps.push(step) };
    this.history.speculate(() => smmu.translate(request, response));
    this.observer = observer;
    const last = steps.findLast((step) => step.kind === 'result');
    return { response, steps, sentence: last?.sentence ?? '' };
  }

  /**
   * Sends a transaction through an SMMU and, where it passes, reads or writes memory at the output.
   * Data for a write are `length` bytes; the access must not cross a page. Undefined without memory
   * there.
   */
  access(smmu: Smmu, request: Request, data: { readonly write?: Uint8Array; readonly length: number }): AccessResult {
    const response = new Response();
    smmu.translate(request, response);
    if (response.status !== OK) return { response, data: undefined, isDone: false };
    return { response, ...this.reach((response.hi >>> 0) * 2 ** 32 + (response.lo >>> 0), data, this.smmus.indexOf(smmu)) };
  }

  /** Reads or writes physical memory on behalf of a device that got through SMMU number `smmu`; -1 for none. */
  reach(address: number, data: { readonly write?: Uint8Array; readonly length: number }, smmu: number): Omit<AccessResult, 'response'> {
    const { write } = data;
    const read = write === undefined ? this.memory.read(address, data.length) : undefined;
    const isDone = write === undefined ? read !== undefined : this.memory.write(address, write);
    const probe = this.#probes[smmu] ?? this.#probe;
    if (probe.isOn) {
      const moved = (isDone ? write ?? read : undefined) ?? new Uint8Array(0);
      probe.step({
        kind: 'access', isWrite: write !== undefined, address: fromNumber(address), bytes: write?.length ?? data.length,
        data: moved.slice(0, ACCESS_BYTES), isAborted: !isDone,
      });
    }
    return { data: read, isDone };
  }
}

/** What would happen to a transaction, and the chain of steps that leads there. */
export interface Explanation {
  readonly response: Response;
  readonly steps: readonly Step[];
  /** Why it does not pass, and what would make it pass; empty where it passes. */
  readonly sentence: string;
}

/** What an access through an SMMU gave. */
export interface AccessResult {
  readonly response: Response;
  readonly data: Uint8Array | undefined;
  /** The access reached memory. */
  readonly isDone: boolean;
}

/** Makes a request from plain values. */
export function requestOf(values: { sid: number; ssid?: number | undefined; address: U64; access: number }): Request {
  const request = new Request();
  request.sid = values.sid;
  request.ssid = values.ssid ?? -1;
  request.hi = values.address.hi | 0;
  request.lo = values.address.lo | 0;
  request.access = values.access;
  return request;
}
