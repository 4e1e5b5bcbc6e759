/**
 * The guest's command queue, run inside the write to CMDQ_PROD (fact sheet 1.4): fetch, dispatch,
 * errors, and with a budget the rest later.
 */
import { loadWords, type MemoryView } from '../../memoryView.ts';
import type { Runtime } from '../../hypervisor.ts';
import type { XenProfile } from '../profiles.ts';
import { VIRTUAL_COMMANDS, type CommandActions } from './commands.ts';
import type { VirtualEvents } from './events.ts';
import { baseAddress, CR0, GERROR, type VsmmuState } from './state.ts';

/** Commands per trap or tasklet run where a profile limits them: the model's own number. */
export const COMMAND_BUDGET = 64;

const CERROR_ILL = 1;
const CERROR_ABT = 2;
const WRAP_KEPT = 0x8000_0000;

/** What the queue needs. */
export interface VirtualQueueParts {
  readonly name: string;
  readonly state: VsmmuState;
  readonly profile: XenProfile;
  readonly runtime: Runtime;
  readonly memory: MemoryView;
  readonly events: VirtualEvents;
  readonly actions: CommandActions;
}

/** The command queue of one vSMMU. */
export class VirtualQueue {
  readonly #parts: VirtualQueueParts;

  constructor(parts: VirtualQueueParts) {
    this.#parts = parts;
  }

  /** Carries out what waits, up to the budget of the profile; gives how many commands that were. */
  process(): number {
    const { state, profile, runtime } = this.#parts;
    const budget = profile.limitsCommands ? COMMAND_BUDGET : Number.POSITIVE_INFINITY;
    let done = 0;
    state.set('isDeferred', 0);
    while (this.#isReady && runtime.crash === undefined) {
      if (done >= budget) {
        state.set('isDeferred', 1);
        return done;
      }
      done++;
      if (!this.#one()) return done;
    }
    return done;
  }

  get #isReady(): boolean {
    const { state, profile } = this.#parts;
    if ((state.get('cr0') & CR0.CMDQEN) === 0) return false;
    if (profile.reportsCommandErrors && ((state.get('gerror') ^ state.get('gerrorn')) & GERROR.CMDQ) !== 0) return false;
    const mask = 2 ** (state.get('cmdqShift') + 1) - 1;
    return (state.get('cmdqProd') & mask) !== (state.get('cmdqCons') & mask);
  }

  /** Carries out one command; false where processing stops. */
  #one(): boolean {
    const { state, memory, profile, runtime, name } = this.#parts;
    const slots = 2 ** state.get('cmdqShift') - 1;
    const at = baseAddress(state, 'cmdqLo', 'cmdqHi');
    const base = at - (at % 32);
    runtime.costs.count('tableReads');
    const words = loadWords(memory, base + (state.get('cmdqCons') & slots) * 16, 4);
    if (words === undefined) return this.#unreadable();
    const command = VIRTUAL_COMMANDS.get((words[0] ?? 0) & 0xff);
    const isKnown = command !== undefined && (command.isPosted || profile.reportsCommandErrors);
    runtime.note(name, 'command', isKnown ? `CMD_${command.name}` : `opcode 0x${((words[0] ?? 0) & 0xff).toString(16)}`, 'guestCommands');
    if (!isKnown) {
      runtime.print(`vSMMUv3: unhandled command`);
      if (profile.reportsCommandErrors) return this.#error(CERROR_ILL);
    } else command.run(this.#parts.actions, [...words]);
    this.#advance();
    return true;
  }

  #unreadable(): boolean {
    const { profile } = this.#parts;
    if (profile.reportsCommandErrors) return this.#error(CERROR_ABT);
    if (profile.skipsUnreadableCommand) this.#advance();
    return false;
  }

  #error(code: number): false {
    const { state, events } = this.#parts;
    state.set('cmdqCons', (state.get('cmdqCons') & 0x80ff_ffff) | (code << 24));
    events.raise(GERROR.CMDQ);
    return false;
  }

  #advance(): void {
    const { state } = this.#parts;
    const mask = 2 ** (state.get('cmdqShift') + 1) - 1;
    const cons = state.get('cmdqCons');
    state.set('cmdqCons', (cons & WRAP_KEPT) | ((cons + 1) & mask));
  }
}
