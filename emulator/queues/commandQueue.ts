/**
 * The command queue: fetching commands, stopping at errors, and going on once software has
 * acknowledged them. What a command does is in smmu/commands.ts.
 */
import { fromNumber } from '../bits/u64.ts';
import type { Features } from '../idr/features.ts';
import type { Memory } from '../memory/memory.ts';
import { CR0, REG, type RegisterStore } from '../registers/store.ts';
import { CERROR, execute, handlersOf, signalSync, type Execution } from '../smmu/commands.ts';
import type { Probe } from '../steps/probe.ts';
import { GERROR, type Interrupts } from './errors.ts';
import { entries, indexOf, isEmpty, nextIndex, ringOf, slotAddress, type Ring } from './ring.ts';

const ERR_SHIFT = 24;

/** What the queue needs. */
export interface CommandQueueParts {
  readonly registers: RegisterStore;
  readonly memory: Memory;
  readonly features: Features;
  readonly interrupts: Interrupts;
  readonly probe: Probe;
  readonly execution: Execution;
}

/** The command queue of one SMMU. */
export class CommandQueue {
  readonly #parts: CommandQueueParts;
  readonly #handlers: ReturnType<typeof handlersOf>;

  constructor(parts: CommandQueueParts) {
    this.#parts = parts;
    this.#handlers = handlersOf(parts.features);
  }

  /** The queue's shape. */
  get ring(): Ring {
    const { registers, features } = this.#parts;
    return ringOf(registers.get(REG.CMDQ_BASE + 4), registers.get(REG.CMDQ_BASE), { maxLog2: features.cmdqLog2, entry: 16 });
  }

  /** Whether a command waits and may be taken. */
  get isReady(): boolean {
    const { registers } = this.#parts;
    if (!registers.isOn(CR0.CMDQEN) || (registers.activeErrors & GERROR.cmdq) !== 0) return false;
    return !isEmpty(this.ring, registers.get(REG.CMDQ_PROD), registers.get(REG.CMDQ_CONS));
  }

  /** Takes at most `most` commands; gives how many were carried out. */
  consume(most: number): number {
    const limit = Math.min(most, this.#waiting);
    let done = 0;
    while (done < limit && this.isReady && this.#one()) done++;
    return done;
  }

  /** Commands that wait. Indexes further apart than the queue is long are inconsistent: then only those up to the slot of PROD. */
  get #waiting(): number {
    const { registers } = this.#parts;
    const { ring } = this;
    const count = entries(ring, registers.get(REG.CMDQ_PROD), registers.get(REG.CMDQ_CONS));
    return count > 2 ** ring.log2 ? count - 2 ** ring.log2 : count;
  }

  #one(): boolean {
    const { registers, memory, execution, interrupts, probe } = this.#parts;
    const ring = this.ring;
    const cons = registers.get(REG.CMDQ_CONS);
    const at = slotAddress(ring, cons);
    const hi = Math.floor(at / 2 ** 32);
    const { words } = execution;
    let error: number = CERROR.none;
    for (let i = 0; i < 4; i += 2) {
      if (!memory.load(hi, (at | 0) + i * 4)) error = CERROR.abort;
      words[i] = memory.lo;
      words[i + 1] = memory.hi;
    }
    execution.removed = 0;
    execution.isSignalled = false;
    if (error === CERROR.none) error = execute(execution, this.#handlers);
    const index = indexOf(ring, cons);
    if (probe.isOn) probe.step({ kind: 'command', index, address: fromNumber(at), words: Uint32Array.from(words), error, removed: execution.removed });
    if (error === CERROR.none) {
      registers.set(REG.CMDQ_CONS, nextIndex(ring, index));
      if (execution.isSignalled) signalSync(execution);
      return true;
    }
    registers.set(REG.CMDQ_CONS, index | (error << ERR_SHIFT));
    interrupts.raise(GERROR.cmdq);
    return false;
  }
}
