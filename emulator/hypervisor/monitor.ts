/**
 * The isolation monitor: it watches every transaction that an SMMU of the machine lets through, every
 * message that an SMMU writes by itself where software of a domain says where to, and
 * every table read that a transaction makes at an address a guest chose, and compares where it went
 * with who owns that memory. It enforces nothing. A device that reaches memory without an SMMU is
 * reported to it by whoever makes the access (`bare`).
 */
import { hex, toNumber, type U64 } from '../bits/u64.ts';
import { STE } from '../fields/ste.ts';
import { fieldNamed, getField } from '../fields/layout.ts';
import type { Machine } from '../machine/machine.ts';
import type { DescriptorStep, FetchStep, HitStep, InterruptStep, Observer, Step, TransactionStep } from '../steps/step.ts';
import { CR0 } from '../registers/store.ts';
import { Journal } from './state.ts';

/** Where an access went that may have been wrong. */
export interface Reach {
  readonly smmu: number;
  readonly sid: number;
  /** The address as the device gave it. */
  readonly input: U64;
  readonly domain: string;
  /** Physical address that was reached. */
  readonly address: number;
}

/** Who owns devices, and what the owner of a device may reach. */
export interface IsolationPolicy {
  /** The domain that a stream belongs to; undefined where it belongs to nobody. */
  readonly domainOf: (smmu: number, sid: number) => string | undefined;
  /** Whether a domain may reach memory of an owner that is not itself. */
  readonly mayReach?: (domain: string, owner: string | undefined, address: number) => boolean;
  /** Stage-1 tables and CDs are the domain's own even where no stage 2 translates their addresses. */
  readonly ownsStage1?: boolean;
  /** The domain whose software tells an SMMU where to write its own messages, where it can; no table checks those. */
  readonly messagesOf?: (smmu: number) => string | undefined;
  /** What is wrong inside the domain: memory that its guest has not given to this device. */
  readonly within?: (reach: Reach) => string | undefined;
}

/** A DMA that reached what it should not. */
export interface Violation extends Reach {
  /** `domain`: memory of another domain. `guest`: memory of its own domain that the guest did not give to it. */
  readonly scope: 'domain' | 'guest';
  readonly owner: string | undefined;
  /** `data`, `walk` for a table read on the device's behalf, or `message` for an interrupt that an SMMU writes. */
  readonly access: 'data' | 'walk' | 'message';
  /** The table entry, or the lack of one, that let it through. */
  readonly via: string;
  readonly sentence: string;
  readonly position: number;
}

const NOBODY = 'nobody';
const CONFIG = fieldNamed(STE, 'Config');

/** What a step says about the way that a transaction took; undefined where it says nothing. */
type Evidence = (step: Step) => string | undefined;

const EVIDENCE: Readonly<Partial<Record<Step['kind'], Evidence>>> = {
  fetch: (step) => steEvidence(step as Step & FetchStep),
  descriptor: (step) => leafEvidence(step as Step & DescriptorStep),
  hit: (step) => hitEvidence(step as Step & HitStep),
};

function steEvidence(step: FetchStep): string | undefined {
  if (step.structure !== 'STE' || step.words.length === 0 || CONFIG === undefined) return undefined;
  const config = getField(step.words, CONFIG).lo;
  const place = `${step.isCached ? 'the cached copy of the STE' : 'the STE'} at ${hex(step.address)}`;
  return `${place}, Config ${config}${config === 4 ? ': bypass' : ''}`;
}

function leafEvidence(step: DescriptorStep): string | undefined {
  if (step.type !== 'page' && step.type !== 'block') return undefined;
  return `the stage-${step.stage} ${step.type} descriptor ${hex(step.value)} at ${hex(step.address)}, level ${step.level}`;
}

function hitEvidence(step: HitStep): string | undefined {
  return step.cache === 'walk cache' ? undefined : `the ${step.cache} entry of ${hex(step.input)}, which leads to ${hex(step.output)}`;
}

/** The monitor of one machine. */
export class IsolationMonitor implements Observer {
  /** Who else watches the machine. */
  next: Observer | null = null;
  readonly #machine: Machine;
  readonly #policy: IsolationPolicy;
  readonly #found: Journal<Violation>;
  #transaction: TransactionStep | undefined;
  #via = '';

  /** Starts to watch: becomes the machine's observer, and passes on to the one before. */
  constructor(machine: Machine, policy: IsolationPolicy) {
    this.#machine = machine;
    this.#policy = policy;
    this.#found = new Journal(machine.history, 'monitor');
    this.next = machine.observer;
    machine.observer = this;
  }

  /** All violations so far. */
  get violations(): readonly Violation[] {
    return this.#found.entries;
  }

  /** Takes a step of the machine. */
  step(step: Step): void {
    this.next?.step(step);
    if (step.kind === 'transaction') {
      this.#transaction = step;
      this.#via = this.#first(step);
      return;
    }
    if (step.kind === 'interrupt') this.#message(step);
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    this.#walkRead(step, transaction);
    this.#via = EVIDENCE[step.kind]?.(step) ?? this.#via;
    if (step.kind !== 'result') return;
    if (step.status === 'ok' && step.address !== undefined) this.#judge(step.smmu, transaction, toNumber(step.address), 'data');
    this.#transaction = undefined;
  }

  /** What lets a transaction through before anything is looked up. */
  #first(step: Step & TransactionStep): string {
    const registers = this.#machine.smmus[step.smmu]?.parts.registers;
    if (registers?.isOn(CR0.SMMUEN) !== true) return 'GBPA: the SMMU is off';
    if (step.isTranslated !== true) return 'no table';
    return registers.isOn(CR0.ATSCHK) ? 'the translated address of the device' : 'the translated address of the device: CR0.ATSCHK is 0, so nothing checks it';
  }

  /** A device without an SMMU in front of it reached an address. */
  bare(domain: string, device: string, address: number): void {
    const owner = this.#machine.owners.at(address);
    if (this.#isFine(domain, owner, address)) return;
    const sentence = `${device} of ${domain} reached ${place(address, owner)}: no SMMU stands between this device and memory.`;
    this.#report({
      smmu: -1, sid: 0, input: { hi: Math.floor(address / 2 ** 32), lo: address >>> 0 }, domain, address, scope: 'domain', owner,
      access: 'data', via: 'no SMMU', sentence, position: this.#machine.history.position,
    });
  }

  /** A message goes where a register says, whoever wrote that. */
  #message(step: Step & InterruptStep): void {
    const domain = this.#policy.messagesOf?.(step.smmu);
    if (domain === undefined || step.msi === undefined) return;
    const address = toNumber(step.msi);
    const owner = this.#machine.owners.at(address);
    if (this.#isFine(domain, owner, address)) return;
    const sentence = `smmu${step.smmu} wrote 0x${(step.data >>> 0).toString(16)}, its ${step.source} message, to ${place(address, owner)}. Let through by the message registers, which ${domain} writes: no table checks them.`;
    this.#report({
      smmu: step.smmu, sid: 0, input: step.msi, domain, address, scope: 'domain', owner, access: 'message', via: 'the message registers', sentence,
      position: this.#machine.history.position,
    });
  }

  /** CDs and stage-1 tables whose address a guest chose must lie in the memory of its domain. */
  #walkRead(step: Step, transaction: TransactionStep): void {
    const isCd = step.kind === 'fetch' && !step.isCached && (step.structure === 'CD' || step.structure === 'L1CD');
    const isWalk = isCd || (step.kind === 'descriptor' && step.stage === 1);
    if (!isWalk || (step.ipa === undefined && this.#policy.ownsStage1 !== true)) return;
    this.#judge(step.smmu, transaction, toNumber(step.address), 'walk');
  }

  /** Who a stream belongs to, as transactions are judged by: `nobody` where no domain has it. */
  domainOf(smmu: number, sid: number): string {
    return this.#policy.domainOf(smmu, sid) ?? NOBODY;
  }

  /** Whether a domain may reach a physical address. */
  mayReach(domain: string, address: number): boolean {
    return this.#isFine(domain, this.#machine.owners.at(address), address);
  }

  #isFine(domain: string, owner: string | undefined, address: number): boolean {
    return owner === domain || this.#policy.mayReach?.(domain, owner, address) === true;
  }

  #judge(smmu: number, transaction: TransactionStep, address: number, access: Violation['access']): void {
    const { sid, address: input } = transaction;
    const domain = this.domainOf(smmu, sid);
    const owner = this.#machine.owners.at(address);
    const reach = { smmu, sid, input, domain, address };
    const isOutside = !this.#isFine(domain, owner, address);
    const inside = isOutside || access === 'walk' ? undefined : this.#policy.within?.(reach);
    if (!isOutside && inside === undefined) return;
    const what = access === 'walk' ? 'A table read for stream' : 'Stream';
    const who = `${what} ${hex({ hi: 0, lo: sid })} of ${this.#machine.smmus[smmu] === undefined ? 'an SMMU' : `smmu${smmu}`} (${domain})`;
    const sentence = `${who} at ${hex(input)} reached ${place(address, owner)}${inside === undefined ? '' : ` (${inside})`}. Let through by ${this.#via}.`;
    this.#report({ ...reach, scope: isOutside ? 'domain' : 'guest', owner, access, via: this.#via, sentence, position: this.#machine.history.position });
  }

  #report(violation: Violation): void {
    this.#found.push(violation);
    const { history } = this.#machine;
    this.next?.step({ kind: 'hypervisor', actor: 'monitor', action: 'violation', text: violation.sentence, depth: 0, smmu: -1, position: history.position });
  }
}

function place(address: number, owner: string | undefined): string {
  return `0x${address.toString(16)} of ${owner ?? NOBODY}`;
}
