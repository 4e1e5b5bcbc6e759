/**
 * The event queue: putting records into memory, with overflow, aborts and records of stalls that wait
 * for room. Merging, which the architecture allows and never asks for, joins a record to the one
 * before it where they are alike and that one has not been taken yet.
 */
import { u64 } from '../bits/u64.ts';
import type { Features } from '../idr/features.ts';
import type { Memory } from '../memory/memory.ts';
import { CR0, REG, type RegisterStore } from '../registers/store.ts';
import type { Probe } from '../steps/probe.ts';
import { GERROR, SOURCES, type Interrupts } from './errors.ts';
import { indexOf, isEmpty, isFull, nextIndex, ringOf, slotAddress, type Ring } from './ring.ts';

const OVERFLOW = 0x8000_0000;
const STALL = 0x8000_0000;

/** What the queue needs. */
export interface EventQueueParts {
  readonly registers: RegisterStore;
  readonly memory: Memory;
  readonly features: Features;
  readonly interrupts: Interrupts;
  readonly probe: Probe;
  /** Merge what may be merged. */
  readonly isMerging: boolean;
}

/** Events whose address counts by page when they are compared. */
const PAGE_EVENTS: ReadonlySet<number> = new Set([0x07, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x20]);

/** The event queue of one SMMU. */
export class EventQueue {
  readonly #parts: EventQueueParts;

  constructor(parts: EventQueueParts) {
    this.#parts = parts;
  }

  /** The queue's shape. */
  get ring(): Ring {
    const { registers, features } = this.#parts;
    return ringOf(registers.get(REG.EVENTQ_BASE + 4), registers.get(REG.EVENTQ_BASE), { maxLog2: features.eventqLog2, entry: 32 });
  }

  /** Whether a record can be written now. */
  get isWritable(): boolean {
    const { registers } = this.#parts;
    if (!registers.isOn(CR0.EVENTQEN) || (registers.activeErrors & GERROR.eventq) !== 0) return false;
    return !isFull(this.ring, registers.get(REG.EVENTQ_PROD), registers.get(REG.EVENTQ_CONS));
  }

  /**
   * Records an event of eight words; false where it is the record of a stall and has to wait.
   * `mayMerge` is STE.MEV, or true for events that come before a valid STE.
   */
  record(words: Int32Array, mayMerge = false): boolean {
    const { probe, isMerging, registers, interrupts } = this.#parts;
    const wasEmpty = isEmpty(this.ring, registers.get(REG.EVENTQ_PROD), registers.get(REG.EVENTQ_CONS));
    const isStall = ((words[2] ?? 0) & STALL) !== 0;
    const isMerged = isMerging && mayMerge && !isStall && this.#isLikeLast(words);
    const fate = isMerged ? 'merged' : this.isWritable ? this.#write(words) : isStall ? 'waiting' : this.#drop();
    if (probe.isOn) probe.step({ kind: 'event', words: Uint32Array.from(words), fate });
    if (fate === 'written' && wasEmpty) interrupts.signal(SOURCES.event);
    return fate !== 'waiting';
  }

  /** Whether the last record is still in the queue and says the same. */
  #isLikeLast(words: Int32Array): boolean {
    const { registers, memory } = this.#parts;
    const ring = this.ring;
    const prod = registers.get(REG.EVENTQ_PROD);
    if (isEmpty(ring, prod, registers.get(REG.EVENTQ_CONS))) return false;
    const at = slotAddress(ring, indexOf(ring, prod) - 1);
    const ignored = PAGE_EVENTS.has((words[0] ?? 0) & 0xff) ? 0xfff : 0;
    for (let i = 0; i < 8; i += 2) {
      if (!memory.load(Math.floor(at / 2 ** 32), (at | 0) + i * 4)) return false;
      const isLowSame = ((memory.lo ^ (words[i] ?? 0)) & (i === 4 ? ~ignored : -1)) === 0;
      if (!isLowSame || memory.hi !== words[i + 1]) return false;
    }
    return true;
  }

  #drop(): 'dropped' {
    const { registers } = this.#parts;
    const isEnabled = registers.isOn(CR0.EVENTQEN) && (registers.activeErrors & GERROR.eventq) === 0;
    const prod = registers.get(REG.EVENTQ_PROD);
    // An overflow is noted once, until software has acknowledged it.
    if (isEnabled && ((prod ^ registers.get(REG.EVENTQ_CONS)) & OVERFLOW) === 0) registers.set(REG.EVENTQ_PROD, prod ^ OVERFLOW);
    return 'dropped';
  }

  #write(words: Int32Array): 'written' | 'dropped' {
    const { registers, memory, interrupts } = this.#parts;
    const ring = this.ring;
    const prod = registers.get(REG.EVENTQ_PROD);
    const at = slotAddress(ring, prod);
    const hi = Math.floor(at / 2 ** 32);
    for (let i = 0; i < 8; i += 2) {
      if (!memory.store(u64(hi, at + i * 4), u64(words[i + 1] ?? 0, words[i] ?? 0))) {
        interrupts.raise(GERROR.eventq);
        return 'dropped';
      }
    }
    registers.set(REG.EVENTQ_PROD, (prod & OVERFLOW) | nextIndex(ring, indexOf(ring, prod)));
    return 'written';
  }
}
