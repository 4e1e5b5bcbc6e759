/**
 * The command queue as a driver uses it: entries are written, CMDQ_PROD once per batch, and a
 * CMD_SYNC at the end of a batch is waited for by polling CMDQ_CONS. A command that the SMMU rejects
 * is replaced by a CMD_SYNC and acknowledged, as Linux does. Nothing here knows what commands mean.
 */
import { encodeCommand } from '../../fields/commands.ts';
import { REG } from '../../registers/store.ts';
import { storeWords, type MemoryView } from '../memoryView.ts';
import type { Fields } from '../state.ts';
import type { CheckedPort } from './port.ts';

const CMDQ_ERR = 1;
const POLLS = 64;
const SYNC = encodeCommand('SYNC', {}) ?? new Uint32Array(4);

/** What the queue of a driver is made of. */
export interface DriverQueueParts {
  readonly port: CheckedPort;
  readonly memory: MemoryView;
  /** Software's copy of the producer index. */
  readonly state: Fields<'prod' | 'base' | 'log2'>;
  /** Lets the world go on while the driver polls. */
  readonly idle?: (() => void) | undefined;
  /** Told of each command that is put into the queue. */
  readonly onCommand?: ((words: Uint32Array) => void) | undefined;
  /** Most commands for one write of CMDQ_PROD; the CMD_SYNC of a batch then gets a write of its own. Without it, as many as fit. */
  readonly batchLimit?: number | undefined;
}

/** What came of a batch. */
export interface BatchResult {
  /** Everything was consumed. */
  readonly isDone: boolean;
  /** CERROR codes met on the way. */
  readonly errors: readonly number[];
}

/** The command queue of one driver. */
export class DriverQueue {
  readonly #parts: DriverQueueParts;

  constructor(parts: DriverQueueParts) {
    this.#parts = parts;
  }

  /** Puts commands into the queue, with a CMD_SYNC behind them, and waits until all are consumed. */
  submit(commands: readonly Uint32Array[]): BatchResult {
    const errors: number[] = [];
    // Nobody has set the queue up: nothing would ever be consumed.
    if (this.base === 0) return { isDone: false, errors };
    for (const batch of this.#batches(commands)) {
      for (const words of batch) this.add(words);
      this.ring();
      if (!this.#wait(errors)) return { isDone: false, errors };
    }
    return { isDone: true, errors };
  }

  #batches(commands: readonly Uint32Array[]): readonly (readonly Uint32Array[])[] {
    const { state, batchLimit } = this.#parts;
    const room = Math.min(batchLimit ?? Infinity, 2 ** state.get('log2') - 1);
    const all = batchLimit === undefined ? [...commands, SYNC] : commands;
    const batches = Array.from({ length: Math.ceil(all.length / room) }, (_, i) => all.slice(i * room, (i + 1) * room));
    return batchLimit === undefined ? batches : [...batches, [SYNC]];
  }

  /** Puts commands into the queue and tells the SMMU, without waiting for anything. */
  push(commands: readonly Uint32Array[]): void {
    for (const words of commands) this.add(words);
    this.ring();
  }

  /** Address of the queue, 0 before the SMMU was probed. */
  get base(): number {
    return this.#parts.state.get('base');
  }

  /** Replaces the command that the SMMU rejected, if there is one, and lets it go on; gives the CERROR codes. */
  recover(): readonly number[] {
    const { port } = this.#parts;
    const errors: number[] = [];
    if (((port.read(REG.GERROR) ^ port.read(REG.GERRORN)) & CMDQ_ERR) !== 0) this.#skip(errors);
    return errors;
  }

  /** Puts one command into the queue without telling the SMMU: `ring` does. The caller sees to it that there is room. */
  add(words: Uint32Array): void {
    const { memory, state, onCommand } = this.#parts;
    const mask = 2 ** state.get('log2') - 1;
    storeWords(memory, state.get('base') + (state.get('prod') & mask) * 16, words);
    state.set('prod', (state.get('prod') + 1) & (mask * 2 + 1));
    onCommand?.(words);
  }

  /** Tells the SMMU how far the queue is filled. */
  ring(): void {
    this.#parts.port.write(REG.CMDQ_PROD, this.#parts.state.get('prod'));
  }

  /** Whether everything was consumed. */
  get isEmpty(): boolean {
    const { port, state } = this.#parts;
    const mask = 2 ** (state.get('log2') + 1) - 1;
    return (port.read(REG.CMDQ_CONS) & mask) === state.get('prod');
  }

  #wait(errors: number[]): boolean {
    const { port, state, idle } = this.#parts;
    const mask = 2 ** (state.get('log2') + 1) - 1;
    for (let poll = 0; poll < POLLS; poll++) {
      if ((port.read(REG.CMDQ_CONS) & mask) === state.get('prod')) return true;
      if (port.aborted >= 0) return false;
      if (((port.read(REG.GERROR) ^ port.read(REG.GERRORN)) & CMDQ_ERR) !== 0) this.#skip(errors);
      else idle?.();
    }
    return false;
  }

  /** Replaces the command that was rejected, and lets the SMMU go on. */
  #skip(errors: number[]): void {
    const { port, memory, state } = this.#parts;
    const cons = port.read(REG.CMDQ_CONS);
    errors.push((cons >>> 24) & 0x7f);
    storeWords(memory, state.get('base') + (cons & (2 ** state.get('log2') - 1)) * 16, SYNC);
    port.write(REG.GERRORN, port.read(REG.GERRORN) ^ CMDQ_ERR);
  }
}
