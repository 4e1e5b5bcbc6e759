/**
 * The host's command queue, which EL2 carries out inside the write of CMDQ_PROD (fact sheet A.8): each
 * command is read once, judged, and passed on to the queue of the hardware. CMDQ_CONS follows at once.
 */
import { commandOf } from '../../../fields/commands.ts';
import type { Runtime } from '../../hypervisor.ts';
import { loadWords, type MemoryView } from '../../memoryView.ts';
import type { Fields } from '../../state.ts';
import type { El2Smmu } from '../el2Smmu.ts';
import type { Panic } from './rules.ts';
import type { ShadowProblem } from './shadow.ts';

/** The host's queue as EL2 keeps it. */
export type HostQueueField = 'cmdqLo' | 'cmdqHi' | 'log2' | 'hostProd' | 'cons';

/** What the queue works with. */
export interface HostQueueParts {
  readonly runtime: Runtime;
  readonly name: string;
  readonly state: Fields<HostQueueField>;
  readonly memory: MemoryView;
  readonly hardware: El2Smmu;
  readonly panic: Panic;
  /** Copies the entry of a stream. */
  readonly reshadow: (sid: number) => ShadowProblem;
}

type Words = Uint32Array;

/** What becomes of a command: its words as they go to the hardware, or why the contract is broken. */
export type Judgement = Words | string;

type Judge = (words: Words, reshadow: HostQueueParts['reshadow']) => Judgement;

const CS_MASK = 0x3000;
const CS_INTERRUPT = 0x1000;
const CS_EVENT = 0x2000;
const CFGI_ALL_RANGE = 31;

function refuse(why: string): Judge {
  return () => why;
}

const hostOnly: Judge = (words) => (((words[1] ?? 0) & 0xffff) === 0 ? words : 'the VMID is not 0');
const isNotLinux = refuse('Linux does not send it without a hypervisor of its own');

/** The commands that are looked at; all others are passed on. */
const JUDGES: Readonly<Record<string, Judge>> = {
  CFGI_STE: (words, reshadow) => {
    if (((words[2] ?? 0) & 1) === 0) return 'Leaf is 0';
    return reshadow(words[1] ?? 0) ?? words;
  },
  CFGI_STE_RANGE: (words) => (((words[2] ?? 0) & 31) === CFGI_ALL_RANGE ? words : 'the range is not all streams'),
  TLBI_NH_ASID: hostOnly, TLBI_NH_VA: hostOnly, TLBI_NH_VAA: hostOnly,
  TLBI_NH_ALL: isNotLinux, TLBI_S12_VMALL: isNotLinux, TLBI_S2_IPA: isNotLinux,
  TLBI_EL2_ALL: isNotLinux, TLBI_EL2_ASID: isNotLinux, TLBI_EL2_VA: isNotLinux, TLBI_EL2_VAA: isNotLinux,
  SYNC: (words) => {
    const low = words[0] ?? 0;
    // A message would be a write to an address that the host chose.
    return (low & CS_MASK) === CS_INTERRUPT ? Uint32Array.of((low & ~CS_MASK) | CS_EVENT, words[1] ?? 0, 0, 0) : words;
  },
};

/** Judges a command of the host. */
export function judge(words: Words, reshadow: HostQueueParts['reshadow']): Judgement {
  const name = commandOf(words)?.name;
  const found = name === undefined ? undefined : JUDGES[name];
  return found === undefined ? words : found(words, reshadow);
}

/** The queue of one SMMU. */
export class HostQueue {
  readonly #parts: HostQueueParts;

  constructor(parts: HostQueueParts) {
    this.#parts = parts;
  }

  /** Physical address of the entries. */
  get base(): number {
    const { state } = this.#parts;
    return (state.get('cmdqHi') & 0xf_ffff) * 2 ** 32 + ((state.get('cmdqLo') & -32) >>> 0);
  }

  /** Carries out what lies between CMDQ_CONS and CMDQ_PROD. */
  process(): void {
    const { state, hardware, panic } = this.#parts;
    const mask = 2 ** (state.get('log2') + 1) - 1;
    const waiting = this.#waiting;
    if (waiting > 2 ** hardware.queueLog2) {
      panic('queue-room', `${waiting} commands, and EL2 has room for ${2 ** hardware.queueLog2}`);
      return;
    }
    for (let left = waiting; left > 0; left--) {
      const at = this.base + (state.get('cons') & (mask >>> 1)) * 16;
      state.set('cons', (state.get('cons') & ~mask) | ((state.get('cons') + 1) & mask));
      if (!this.#one(at, left)) return;
    }
    hardware.queue.ring();
    if (!hardware.queue.isEmpty) panic('drain', 'the SMMU stopped at a command that the host sent');
  }

  /** Commands from CMDQ_CONS to CMDQ_PROD, as many as a lap at most. */
  get #waiting(): number {
    const { state } = this.#parts;
    const size = 2 ** state.get('log2');
    const [prod, cons] = [state.get('hostProd'), state.get('cons')];
    const isSameLap = (prod & size) === (cons & size);
    const ahead = (prod & (size - 1)) - (cons & (size - 1));
    return Math.max(0, isSameLap ? ahead : size + ahead);
  }

  #one(at: number, left: number): boolean {
    const { runtime, name, memory, hardware, panic, reshadow } = this.#parts;
    runtime.note('hyp', 'table read', `host memory at 0x${at.toString(16)}`, 'tableReads');
    const words = loadWords(memory, at, 4);
    if (words === undefined) {
      panic('share', `the queue entry at 0x${at.toString(16)} cannot be read`);
      return false;
    }
    const command = commandOf(words)?.name;
    const title = command === undefined ? `opcode 0x${((words[0] ?? 0) & 0xff).toString(16)}` : `CMD_${command}`;
    runtime.note(name, 'command', `the host sends ${title}`, 'guestCommands');
    const judged = judge(words, reshadow);
    if (typeof judged === 'string') {
      panic(command === 'CFGI_STE' && judged !== 'Leaf is 0' ? 'ste' : 'command', `${title}: ${judged}`);
      return false;
    }
    hardware.queue.add(judged);
    // Copying an entry sends commands of its own: room is left for those.
    if (left % 2 ** (hardware.queueLog2 - 1) === 0) hardware.queue.ring();
    return true;
  }
}
