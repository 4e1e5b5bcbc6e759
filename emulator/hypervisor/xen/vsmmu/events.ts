/**
 * Event records, global errors and the interrupt line of one vSMMU (fact sheet 1.8, 1.9). One combined
 * wired interrupt; a level-triggered line that Xen's vGIC never sees falling keeps what is pending.
 */
import { storeWords, type MemoryView } from '../../memoryView.ts';
import type { Runtime } from '../../hypervisor.ts';
import type { XenProfile } from '../profiles.ts';
import { baseAddress, CR0, GERROR, type VsmmuState } from './state.ts';

/** Codes of the events that the emulation makes itself. */
export const EMULATED = { C_BAD_STREAMID: 2, C_BAD_STE: 4 } as const;

const OVERFLOW = 0x8000_0000;
const GERROR_IRQEN = 1;
const EVTQ_IRQEN = 4;
/** Faults forwarded before the guest has to show that it reads them: the model's own number. */
export const PENDING_LIMIT = 32;

/** What events need. */
export interface EventParts {
  readonly name: string;
  readonly state: VsmmuState;
  readonly profile: XenProfile;
  readonly runtime: Runtime;
  readonly memory: MemoryView;
}

/** Events, errors and the interrupt of one vSMMU. */
export class VirtualEvents {
  readonly #parts: EventParts;

  constructor(parts: EventParts) {
    this.#parts = parts;
  }

  /** An event that the emulation found: only type and virtual StreamID are filled. */
  emulated(code: number, vsid: number): void {
    if ((this.#parts.state.get('cr0') & CR0.EVTQEN) === 0) return;
    this.#record(Uint32Array.of(code, vsid, 0, 0, 0, 0, 0, 0));
  }

  /** A record of the hardware; false where it was not delivered. */
  forward(words: Uint32Array): boolean {
    const { state, profile, runtime, name } = this.#parts;
    if ((state.get('cr0') & CR0.EVTQEN) === 0) return false;
    if (profile.throttlesEvents) {
      if (state.add('forwarded') === PENDING_LIMIT + 1) runtime.print(`${name}: too many pending events, forwarding stops`);
      if (state.get('forwarded') > PENDING_LIMIT) return false;
    }
    this.#record(words);
    return true;
  }

  #record(words: Uint32Array): void {
    const { state, memory, runtime, name } = this.#parts;
    const shift = state.get('evtqShift');
    const prod = state.get('evtqProd');
    const slots = 2 ** shift - 1;
    const used = (prod - state.get('evtqCons')) & (slots * 2 + 1);
    if (used > slots) {
      this.#full();
      return;
    }
    const at = baseAddress(state, 'evtqLo', 'evtqHi');
    const base = at - (at % Math.max(32, 2 ** shift * 32));
    if (!storeWords(memory, base + (prod & slots) * 32, words)) {
      this.raise(GERROR.EVTQ_ABT);
      return;
    }
    state.set('evtqProd', (prod & OVERFLOW) | ((prod + 1) & (slots * 2 + 1)));
    runtime.note(name, 'event', `event 0x${(words[0] ?? 0).toString(16)} for stream ${words[1] ?? 0}`);
    this.evaluate(true);
  }

  #full(): void {
    const { state, profile } = this.#parts;
    if (!profile.reportsOverflow) {
      this.raise(GERROR.EVTQ_ABT);
      return;
    }
    const prod = state.get('evtqProd');
    if (((prod ^ state.get('evtqCons')) & OVERFLOW) === 0) state.set('evtqProd', prod ^ OVERFLOW);
  }

  /** Makes a global error active unless it is already. */
  raise(error: number): void {
    const { state } = this.#parts;
    if (((state.get('gerror') ^ state.get('gerrorn')) & error) !== 0) return;
    state.set('gerror', state.get('gerror') ^ error);
    this.evaluate(true);
  }

  /** Sets the line as the state asks for; `isNew` where something new was to be told. */
  evaluate(isNew = false): void {
    const { state, profile } = this.#parts;
    if (!profile.honoursIrqCtrl) {
      if (isNew) this.inject();
      return;
    }
    const enables = state.get('irqCtrl');
    const mask = 2 ** (state.get('evtqShift') + 1) - 1;
    const hasEvents = (state.get('evtqProd') & mask) !== (state.get('evtqCons') & mask);
    const hasErrors = state.get('gerror') !== state.get('gerrorn');
    const isUp = ((enables & EVTQ_IRQEN) !== 0 && hasEvents) || ((enables & GERROR_IRQEN) !== 0 && hasErrors);
    if (isUp && state.get('line') === 0) this.inject();
    if (!isUp) state.set('line', 0);
  }

  /** Raises the interrupt line. */
  inject(): void {
    const { state, runtime, name } = this.#parts;
    state.set('line', 1);
    runtime.note(name, 'interrupt', 'the interrupt line rises', 'interrupts');
  }
}
