/**
 * The queue through which a guest's events reach user space (IOMMU_VEVENTQ_ALLOC): a depth, sequence
 * numbers, and a note where events were lost. Values only. Which events go there is `isForwarded`;
 * stalls take another way, which is not modelled.
 */
import { fieldNamed, getField, setField } from '../../fields/layout.ts';
import { eventOf } from '../../fields/events.ts';

const SEQUENCES = 2 ** 31;

/** One entry as `read` gives it: the header, and the record unless it only tells of loss. */
export interface VirtualEvent {
  readonly sequence: number;
  /** Header flag bit 0: events before this one were lost; there is no record. */
  readonly isLost: boolean;
  /** The 32-byte record with the virtual StreamID. */
  readonly words: readonly number[];
}

/** A queue. */
export interface EventQueueState {
  readonly depth: number;
  readonly sequence: number;
  readonly events: readonly VirtualEvent[];
}

/** A new queue. */
export function emptyQueue(depth: number): EventQueueState {
  return { depth, sequence: 0, events: [] };
}

/** Adds a record; a full queue ends in one note of loss, which a later event replaces. */
export function report(queue: EventQueueState, words: readonly number[]): EventQueueState {
  const { depth, sequence } = queue;
  const kept = queue.events.at(-1)?.isLost === true ? queue.events.slice(0, -1) : queue.events;
  const isLost = kept.length >= depth;
  const event = { sequence, isLost, words: isLost ? [] : words };
  return { depth, sequence: (sequence + 1) % SEQUENCES, events: [...kept, event] };
}

/** Takes everything out. */
export function drain(queue: EventQueueState): { readonly events: readonly VirtualEvent[]; readonly rest: EventQueueState } {
  return { events: queue.events, rest: { ...queue, events: [] } };
}

const FORWARDED = new Set([0x04, 0x06, 0x08, 0x0a, 0x10, 0x11, 0x12, 0x13]);

function flag(words: ArrayLike<number>, name: string): boolean {
  const found = fieldNamed(eventOf(words)?.layout ?? { name: '', text: '', words: 0, fields: [] }, name);
  return found !== undefined && getField(words, found).lo === 1;
}

/** Whether a record of the host's SMMU is the guest's business: stage 1, and not a stall. */
export function isForwarded(words: ArrayLike<number>): boolean {
  return FORWARDED.has(eventOf(words)?.code ?? 0) && !flag(words, 'Stall') && !flag(words, 'S2');
}

const STREAM = fieldNamed(eventOf([0x10])?.layout ?? { name: '', text: '', words: 0, fields: [] }, 'StreamID');

/** The StreamID of a record. */
export function streamOfEvent(words: ArrayLike<number>): number {
  return STREAM === undefined ? 0 : getField(words, STREAM).lo;
}

/** The record with another StreamID. */
export function withStream(words: ArrayLike<number>, sid: number): number[] {
  const copy = Uint32Array.from(words);
  if (STREAM !== undefined) setField(copy, STREAM, { hi: 0, lo: sid });
  return [...copy];
}
