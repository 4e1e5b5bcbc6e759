/**
 * One emulated SMMUv3 of a domain: trapped registers in, physical configuration and invalidations out.
 * It owns nothing physical; what it wants of the hardware goes through `Backend`. Bad entries are
 * reported when the guest sends CFGI_STE, in every profile; hardware reports at the next transaction.
 */
import { hex, type U64 } from '../../../bits/u64.ts';
import type { FieldInput } from '../../../fields/layout.ts';
import { registerName } from '../../../fields/registers.ts';
import type { IdRegisters } from '../../../idr/features.ts';
import type { Runtime } from '../../hypervisor.ts';
import type { MemoryView } from '../../memoryView.ts';
import type { GuestConfig } from '../contexts.ts';
import { profileOf, type XenProfile } from '../profiles.ts';
import type { PhysicalStream } from '../vsids.ts';
import { RegisterAccess, type AccessSize } from './access.ts';
import { EMULATED, VirtualEvents } from './events.ts';
import { guestSte, guestSteWords } from './guestSte.ts';
import { guestIds } from './ids.ts';
import { VirtualQueue } from './queue.ts';
import type { VirtualRegister } from './registers.ts';
import { createState, CR0, MAX_SHIFT, type VsmmuState } from './state.ts';

/** What a vSMMU asks of Xen. */
export interface Backend {
  /** The physical stream of a virtual one; the SMMU is unknown where streams are identical. */
  readonly physical: (vsid: number) => PhysicalStream | undefined;
  /** All virtual streams of this vSMMU. */
  readonly vsids: () => readonly number[];
  /** Merges a configuration; an error name, or undefined. */
  readonly attach: (stream: PhysicalStream, config: GuestConfig) => string | undefined;
  readonly invalidateCd: (stream: PhysicalStream, command: string) => void;
  /** Flushes translations of the domain: everything, or what a command names. */
  readonly invalidateTlb: (precise: { readonly command: string; readonly values: FieldInput } | undefined) => void;
}

/** What a vSMMU is made of. */
export interface VirtualSmmuParts {
  readonly name: string;
  readonly runtime: Runtime;
  readonly profile: XenProfile;
  readonly memory: MemoryView;
  readonly hardware: IdRegisters;
  readonly backend: Backend;
}

const GBPA_ABORT = 0x10_0000;

/** An emulated SMMUv3. */
export class VirtualSmmu {
  readonly state: VsmmuState;
  readonly events: VirtualEvents;
  readonly #parts: VirtualSmmuParts;
  readonly #access: RegisterAccess;
  readonly #queue: VirtualQueue;
  // Set and cleared within one run of the queue, so it is no state of the machine.
  #isFlushDue = false;

  constructor(parts: VirtualSmmuParts) {
    const { name, runtime, profile, memory } = parts;
    this.#parts = parts;
    this.state = createState(runtime.machine.history, name);
    this.events = new VirtualEvents({ name, state: this.state, profile, runtime, memory });
    this.#access = new RegisterAccess({
      state: this.state, profile, ids: guestIds(profile, parts.hardware), print: (text) => runtime.print(text),
      onWrite: (register, old) => EFFECTS[register.name]?.(this, old),
    });
    this.#queue = new VirtualQueue({
      name, state: this.state, profile, runtime, memory, events: this.events,
      actions: {
        configure: (vsid) => this.configure(vsid),
        configureRange: (first, count) => this.#configureRange(first, count),
        invalidateCd: (vsid, command) => this.#invalidateCd(vsid, command),
        invalidateTlb: (command, values) => this.#invalidateTlb(command, values),
        sync: (isSignalled) => {
          this.#flushBatch();
          if (isSignalled && profile.signalsSync) this.events.inject();
        },
      },
    });
  }

  /** What it is like when its domain begins. */
  reset(): void {
    if (!this.profile.basesStartAtZero) for (const base of ['cmdqLo', 'evtqLo'] as const) this.state.set(base, MAX_SHIFT);
  }

  /** A trapped read; undefined is a data abort. */
  read(offset: number, size: AccessSize): U64 | undefined {
    this.#trap(`reads ${registerName(offset)}`);
    return this.#access.read(offset, size);
  }

  /** A trapped write; false is a data abort. */
  write(offset: number, size: AccessSize, value: U64): boolean {
    this.#trap(`writes ${hex(value)} to ${registerName(offset)}`);
    return this.#access.write(offset, size, value);
  }

  #trap(what: string): void {
    this.#parts.runtime.note(this.#parts.name, 'trap', `the guest ${what}`, 'traps');
  }

  /** Commands wait for the tasklet. */
  get isDeferred(): boolean {
    return this.state.get('isDeferred') === 1;
  }

  /** Carries out commands; gives how many. */
  process(): number {
    const done = this.#queue.process();
    this.#flushBatch();
    return done;
  }

  #invalidateTlb(command: string, values: FieldInput): void {
    const { profile, backend } = this.#parts;
    if (profile.batchesFlushes) this.#isFlushDue = true;
    else backend.invalidateTlb(profile.preciseTlbi ? { command, values } : undefined);
  }

  #flushBatch(): void {
    if (!this.#isFlushDue) return;
    this.#isFlushDue = false;
    this.#parts.backend.invalidateTlb(undefined);
  }

  /** The profile of this vSMMU. */
  get profile(): XenProfile {
    return this.#parts.profile;
  }

  /** The guest's entry of a virtual stream as the architecture finds it, whatever the profile reads; undefined where its table has none. */
  guestEntry(vsid: number): Uint32Array | undefined {
    return guestSteWords({ state: this.state, profile: profileOf('architecture'), memory: this.#parts.memory, onRead: () => undefined }, vsid);
  }

  /** Reads the guest's entry of a virtual stream and applies it: CFGI_STE. Only a command for one stream reports events. */
  configure(vsid: number, isReported = true): void {
    const { backend, runtime, profile, memory } = this.#parts;
    const stream = backend.physical(vsid);
    if (stream === undefined) {
      this.events.emulated(EMULATED.C_BAD_STE, vsid);
      return;
    }
    if (profile.modelsEnable && (this.state.get('cr0') & CR0.SMMUEN) === 0) {
      this.#apply(stream, { kind: (this.state.get('gbpa') & GBPA_ABORT) === 0 ? 'bypass' : 'abort' });
      return;
    }
    const onRead = (at: number): void => runtime.note('xen', 'table read', `guest memory at 0x${at.toString(16)}`, 'tableReads');
    const ste = guestSte({ state: this.state, profile, memory, onRead }, vsid);
    if (ste.kind === 'bug') runtime.stop(ste.log);
    else if (ste.kind === 'invalid' || ste.kind === 'bad') {
      if (ste.kind === 'bad') {
        runtime.print(ste.log);
        if (ste.event !== 0 && isReported) this.events.emulated(ste.event, vsid);
      }
      if (profile.invalidSteAborts) this.#apply(stream, { kind: 'abort' });
    } else this.#apply(stream, ste);
  }

  #apply(stream: PhysicalStream, config: GuestConfig): void {
    const { backend, runtime } = this.#parts;
    const error = backend.attach(stream, config);
    if (error !== undefined) runtime.print(`vSMMUv3: command error ${error} while handling command`);
  }

  #configureRange(first: number, count: number): void {
    const { backend, profile } = this.#parts;
    if (!profile.rereadsOnCfgiAll) return;
    for (const vsid of backend.vsids()) if (vsid >= first && vsid < first + count) this.configure(vsid, false);
  }

  /** Reads the entries of all streams: after SMMUEN or GBPA changed. */
  configureAll(): void {
    if (!this.#parts.profile.modelsEnable) return;
    for (const vsid of this.#parts.backend.vsids()) this.configure(vsid, false);
  }

  #invalidateCd(vsid: number, command: string): void {
    const { backend, profile } = this.#parts;
    const stream = backend.physical(vsid);
    if (profile.forwardsCdInvalidation && stream !== undefined) backend.invalidateCd(stream, command);
  }
}

type Effect = (vsmmu: VirtualSmmu, old: number) => void;

/** What a register write sets off beyond storing the value. */
const EFFECTS: Readonly<Record<VirtualRegister['name'], Effect>> = {
  CR0: (vsmmu, old) => {
    const changed = old ^ vsmmu.state.get('cr0');
    if ((changed & CR0.SMMUEN) !== 0) vsmmu.configureAll();
    if ((changed & CR0.CMDQEN) !== 0 && vsmmu.profile.modelsEnable) vsmmu.process();
  },
  GBPA: (vsmmu) => { if ((vsmmu.state.get('cr0') & CR0.SMMUEN) === 0) vsmmu.configureAll(); },
  STRTAB_BASE_CFG: ({ state }) => {
    state.set('split', (state.get('strtabCfg') >>> 6) & 31);
    state.set('isTwoLevel', 1);
  },
  CMDQ_BASE: ({ state }) => state.set('cmdqShift', Math.min(state.get('cmdqLo') & 31, MAX_SHIFT)),
  EVTQ_BASE: ({ state, profile }) => {
    const shift = state.get('evtqLo') & 31;
    state.set('evtqShift', profile.clampsEventQueue ? Math.min(shift, MAX_SHIFT) : shift);
    // As posted: the test and the change hit the other queue.
    if (!profile.clampsEventQueue && state.get('cmdqShift') > MAX_SHIFT) state.set('cmdqShift', MAX_SHIFT);
  },
  CMDQ_PROD: (vsmmu) => { vsmmu.process(); },
  EVTQ_CONS: ({ state, events }) => {
    state.set('forwarded', 0);
    events.evaluate();
  },
  IRQ_CTRL: ({ events }) => events.evaluate(),
  GERRORN: (vsmmu) => {
    vsmmu.events.evaluate();
    vsmmu.process();
  },
};
