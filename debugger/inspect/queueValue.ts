/** Queues as values of expressions: a record with the indexes, whose entries are the slots. */
import { commandOf } from '../../emulator/fields/commands.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import { failure, type ScopeFailure } from '../expression/evaluate.ts';
import { booleanValue, listValue, numberValue, recordValue, type ExpressionValue } from '../expression/value.ts';
import type { System } from '../system/system.ts';
import { queueEntry, readQueue, waitingCount, waitingSlot, type Queue, type QueueName } from './queues.ts';
import { structureValue } from './structure.ts';

/** Slots that a whole queue gives; `evtq[i]` reaches any slot. */
const MOST_SLOTS = 1024;

/** The entry of a slot; its type and opcode carry their names. */
function slotValue(system: System, queue: Queue, slot: number): ExpressionValue | ScopeFailure {
  const entry = queueEntry(system, queue, slot);
  if (entry === undefined) return failure(`slot ${slot} of the ${queue.title.toLowerCase()} lies where no memory answers`);
  const value = structureValue(entry);
  if (value.kind !== 'record') return value;
  const name = queue.name === 'cmdq' ? commandOf(entry.words)?.layout.name : queue.name === 'evtq' ? eventOf(entry.words)?.name : undefined;
  if (name === undefined) return value;
  const fields = value.fields.map((f) => ((f.name === 'Type' || f.name === 'Opcode') && f.value.kind === 'number' ? { name: f.name, value: numberValue(f.value.value, name) } : f));
  return { ...value, fields };
}

/** One slot of a queue. */
export function queueElement(system: System, smmu: number, name: QueueName, slot: number): ExpressionValue | ScopeFailure {
  const queue = readQueue(system, smmu, name);
  if (queue === undefined) return failure('there is no such SMMU');
  const size = 2 ** queue.ring.log2;
  return slot < size ? slotValue(system, queue, slot) : failure(`the ${queue.title.toLowerCase()} has ${size} slots, counted from 0`);
}

/** A queue with its indexes and slots. */
export function queueValue(system: System, smmu: number, name: QueueName): ExpressionValue | ScopeFailure {
  const queue = readQueue(system, smmu, name);
  if (queue === undefined) return failure('there is no such SMMU');
  const size = 2 ** queue.ring.log2;
  const at = (slot: number): ExpressionValue[] => {
    const value = slotValue(system, queue, slot);
    return value.kind === 'failure' ? [] : [value];
  };
  const waiting = Array.from({ length: Math.min(waitingCount(queue), MOST_SLOTS) }, (_, i) => waitingSlot(queue, i));
  const value = recordValue('Queue', {
    prod: queue.prod, prod_wrap: queue.prodWrap, cons: queue.cons, cons_wrap: queue.consWrap, size, pending: queue.pending,
    enabled: booleanValue(queue.isOn), full: booleanValue(queue.isFull), overflow: booleanValue(queue.hasOverflow), error: queue.error,
    waiting: listValue(waiting.flatMap(at)),
  });
  if (value.kind !== 'record') return value;
  return { ...value, items: Array.from({ length: Math.min(size, MOST_SLOTS) }, (_, slot) => slot).flatMap(at) };
}
