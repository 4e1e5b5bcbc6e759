/**
 * The PRI queue: page requests of devices on their way to software. An unacknowledged overflow stops
 * the queue; requests that it cannot take are answered automatically where they end a group.
 */
import { u64 } from '../bits/u64.ts';
import type { Features } from '../idr/features.ts';
import type { Memory } from '../memory/memory.ts';
import { CR0, REG, type RegisterStore } from '../registers/store.ts';
import type { Probe } from '../steps/probe.ts';
import type { PageRequestStep } from '../steps/step.ts';
import { GERROR, SOURCES, type Interrupts } from './errors.ts';
import { indexOf, isEmpty, isFull, nextIndex, ringOf, slotAddress } from './ring.ts';

const OVERFLOW = 0x8000_0000;
const LAST = 1 << 30;
const SSV = 1 << 31;
const READ_WRITE = 3 << 28;

/** What became of a page request; success and failure are automatic answers to the device. */
export type PageRequestFate = PageRequestStep['fate'];

/** What the queue needs. */
export interface PriQueueParts {
  readonly registers: RegisterStore;
  readonly memory: Memory;
  readonly features: Features;
  readonly interrupts: Interrupts;
  readonly probe: Probe;
  /** Whether a valid STE lets an automatic answer to a stream carry a PASID; undefined without such an STE. */
  readonly mayAnswer: (sid: number) => boolean | undefined;
}

/** The PRI queue of one SMMU. */
export class PriQueue {
  readonly #parts: PriQueueParts;

  constructor(parts: PriQueueParts) {
    this.#parts = parts;
  }

  /** Takes a page request record of four words. */
  request(words: Int32Array): PageRequestFate {
    const { probe, registers, interrupts } = this.#parts;
    const wasEmpty = isEmpty(this.#ring(), registers.get(REG.PRIQ_PROD), registers.get(REG.PRIQ_CONS));
    const { fate, isSeen } = this.#take(words);
    if (probe.isOn) probe.step({ kind: 'page request', words: Uint32Array.from(words), fate });
    // With LO set the end of a group interrupts, recorded or not, else the end of emptiness.
    const isLastOnly = (registers.get(REG.PRIQ_IRQ_CFG0 + 12) & OVERFLOW) !== 0;
    if (isSeen && (isLastOnly ? isLast(words) : fate === 'written' && wasEmpty)) interrupts.signal(SOURCES.pri);
    return fate;
  }

  /** `isSeen` where the queue took it, or was too full to. */
  #take(words: Int32Array): { readonly fate: PageRequestFate; readonly isSeen: boolean } {
    const { registers } = this.#parts;
    const isOn = registers.isOn(CR0.PRIQEN) && registers.isOn(CR0.SMMUEN);
    if (!isOn || (registers.activeErrors & GERROR.priq) !== 0) return { fate: 'failure', isSeen: false };
    const ring = this.#ring();
    const prod = registers.get(REG.PRIQ_PROD);
    const cons = registers.get(REG.PRIQ_CONS);
    const isPending = ((prod ^ cons) & OVERFLOW) !== 0;
    if (!isPending && !isFull(ring, prod, cons)) {
      const fate = this.#write(words, prod);
      return { fate, isSeen: fate === 'written' };
    }
    if (!isPending) registers.set(REG.PRIQ_PROD, prod ^ OVERFLOW);
    return { fate: this.#discard(words), isSeen: true };
  }

  #ring(): ReturnType<typeof ringOf> {
    const { registers, features } = this.#parts;
    return ringOf(registers.get(REG.PRIQ_BASE + 4), registers.get(REG.PRIQ_BASE), { maxLog2: features.priqLog2, entry: 16 });
  }

  #write(words: Int32Array, prod: number): 'written' | 'failure' {
    const { registers, memory, interrupts } = this.#parts;
    const ring = this.#ring();
    const at = slotAddress(ring, prod);
    const hi = Math.floor(at / 2 ** 32);
    for (let i = 0; i < 4; i += 2) {
      if (!memory.store(u64(hi, at + i * 4), u64(words[i + 1] ?? 0, words[i] ?? 0))) {
        interrupts.raise(GERROR.priq);
        return 'failure';
      }
    }
    registers.set(REG.PRIQ_PROD, (prod & OVERFLOW) | nextIndex(ring, indexOf(ring, prod)));
    return 'written';
  }

  #discard(words: Int32Array): PageRequestFate {
    if (!isLast(words)) return 'dropped';
    const { features, mayAnswer } = this.#parts;
    if (isStopMarker(words)) return 'dropped';
    const hasPasid = ((words[1] ?? 0) & SSV) !== 0;
    if (!hasPasid || features.pps) return 'success';
    return mayAnswer((words[0] ?? 0) >>> 0) === undefined ? 'failure' : 'success';
  }
}

function isLast(words: Int32Array): boolean {
  return ((words[1] ?? 0) & LAST) !== 0;
}

/** A stop-PASID marker ends a PASID and wants no answer. */
function isStopMarker(words: Int32Array): boolean {
  const word = words[1] ?? 0;
  return (word & SSV) !== 0 && (word & LAST) !== 0 && (word & READ_WRITE) === 0;
}
