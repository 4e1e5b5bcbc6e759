/**
 * The three queues of an SMMU: indexes, wrap, state, and the entries decoded. Slots that hold nothing
 * now still show what was there. The whole ring is paged; reading a slot costs the same anywhere.
 */
import { hex, u64 } from '../../emulator/bits/u64.ts';
import { commandOf } from '../../emulator/fields/commands.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import { field, layout, type Layout } from '../../emulator/fields/layout.ts';
import { PRI_RECORD } from '../../emulator/fields/pri.ts';
import { registerNamed } from '../../emulator/fields/registers.ts';
import { GERROR } from '../../emulator/queues/errors.ts';
import { entries, isFull, ringOf, slotAddress, type Ring } from '../../emulator/queues/ring.ts';
import { CR0, REG } from '../../emulator/registers/store.ts';
import { cerrorName } from '../../emulator/smmu/commands.ts';
import type { System } from '../system/system.ts';
import { smmuName } from './machineNames.ts';
import { group, leaf, paged, type VariableNode } from './node.ts';
import { registerNode } from './registers.ts';
import { structureNode, summary, type NumberReader, type Structure } from './structure.ts';

/** Which queue. */
export type QueueName = 'cmdq' | 'evtq' | 'priq';

interface QueueKind {
  readonly title: string;
  readonly base: number;
  readonly prod: number;
  readonly cons: number;
  /** Bytes of an entry. */
  readonly entry: number;
  readonly enable: number;
  readonly error: number;
  readonly registers: readonly string[];
  readonly layoutOf: (words: ArrayLike<number>) => Layout;
}

const UNKNOWN_EVENT = layout('unknown event', 8, 'A record of an unknown type.', [field('Type', [0, 7, 0], 'Event type.')]);
const UNKNOWN_COMMAND = layout('illegal command', 4, 'No command has this opcode: CERROR_ILL.', [field('Opcode', [0, 7, 0], 'Which command.')]);

const KINDS: Readonly<Record<QueueName, QueueKind>> = {
  cmdq: {
    title: 'Command queue', base: REG.CMDQ_BASE, prod: REG.CMDQ_PROD, cons: REG.CMDQ_CONS, entry: 16, enable: CR0.CMDQEN, error: GERROR.cmdq,
    registers: ['CMDQ_BASE', 'CMDQ_PROD', 'CMDQ_CONS'], layoutOf: (words) => commandOf(words)?.layout ?? UNKNOWN_COMMAND,
  },
  evtq: {
    title: 'Event queue', base: REG.EVENTQ_BASE, prod: REG.EVENTQ_PROD, cons: REG.EVENTQ_CONS, entry: 32, enable: CR0.EVENTQEN, error: GERROR.eventq,
    registers: ['EVENTQ_BASE', 'EVENTQ_PROD', 'EVENTQ_CONS'], layoutOf: (words) => eventOf(words)?.layout ?? UNKNOWN_EVENT,
  },
  priq: {
    title: 'PRI queue', base: REG.PRIQ_BASE, prod: REG.PRIQ_PROD, cons: REG.PRIQ_CONS, entry: 16, enable: CR0.PRIQEN, error: GERROR.priq,
    registers: ['PRIQ_BASE', 'PRIQ_PROD', 'PRIQ_CONS'], layoutOf: () => PRI_RECORD,
  },
};

/** The table of an entry's fields, by its type or opcode. */
export function entryLayout(name: QueueName, words: ArrayLike<number>): Layout {
  return KINDS[name].layoutOf(words);
}

/** The queues, in the order in which they are shown. */
export const QUEUE_NAMES: readonly QueueName[] = ['cmdq', 'evtq', 'priq'];

/** A queue as it stands. */
export interface Queue {
  readonly name: QueueName;
  readonly title: string;
  readonly ring: Ring;
  readonly isOn: boolean;
  /** Slots of the indexes, and the bit above them. */
  readonly prod: number;
  readonly cons: number;
  readonly prodWrap: number;
  readonly consWrap: number;
  /** Entries between the indexes; more than the queue has where they contradict each other. */
  readonly pending: number;
  readonly isFull: boolean;
  readonly hasOverflow: boolean;
  readonly hasError: boolean;
  /** CMDQ_CONS.ERR. */
  readonly error: number;
}

/** Reads the state of a queue. */
export function readQueue(system: System, smmu: number, name: QueueName): Queue | undefined {
  const parts = system.machine.smmus[smmu]?.parts;
  if (parts === undefined) return undefined;
  const { registers, features } = parts;
  const kind = KINDS[name];
  const maxLog2 = { cmdq: features.cmdqLog2, evtq: features.eventqLog2, priq: features.priqLog2 }[name];
  const ring = ringOf(registers.get(kind.base + 4), registers.get(kind.base), { maxLog2, entry: kind.entry });
  const [prod, cons] = [registers.get(kind.prod), registers.get(kind.cons)];
  const mask = 2 ** ring.log2 - 1;
  const pending = entries(ring, prod, cons);
  return {
    name, title: kind.title, ring, isOn: registers.isOn(kind.enable), pending, isFull: isFull(ring, prod, cons),
    prod: prod & mask, cons: cons & mask, prodWrap: (prod >>> ring.log2) & 1, consWrap: (cons >>> ring.log2) & 1,
    hasOverflow: name !== 'cmdq' && ((prod ^ cons) & 0x8000_0000) !== 0, hasError: (registers.activeErrors & kind.error) !== 0,
    error: name === 'cmdq' ? (cons >>> 24) & 0x7f : 0,
  };
}

/** The entry in a slot; undefined where its memory cannot be read. */
export function queueEntry(system: System, queue: Queue, slot: number): Structure | undefined {
  const { memory } = system.machine;
  const address = slotAddress(queue.ring, slot);
  const words = new Uint32Array(queue.ring.entry / 4);
  for (let i = 0; i < words.length; i += 2) {
    if (address + i * 4 >= 2 ** 52 || !memory.load(Math.floor(address / 2 ** 32), (address + i * 4) | 0)) return undefined;
    words[i] = memory.lo;
    words[i + 1] = memory.hi;
  }
  return { layout: KINDS[queue.name].layoutOf(words), words, place: { kind: 'memory', address } };
}

/** How many entries wait; at most as many as the queue is long. */
export function waitingCount(queue: Queue): number {
  return Math.min(queue.pending, 2 ** queue.ring.log2);
}

/** The slot of the n-th entry that waits, oldest first. */
export function waitingSlot(queue: Queue, n: number): number {
  return (queue.cons + n) % 2 ** queue.ring.log2;
}

/** One line: `3 of 64 waiting, full, overflow`. */
export function queueState(queue: Queue): string {
  const size = 2 ** queue.ring.log2;
  const parts = [`${queue.pending} of ${size} waiting`];
  if (!queue.isOn) parts.push('off');
  if (queue.pending > size) parts.push('indexes contradict each other');
  else if (queue.isFull) parts.push('full');
  if (queue.hasOverflow) parts.push('records were lost (overflow)');
  if (queue.hasError) parts.push(queue.name === 'cmdq' ? `stopped: ${queue.error === 0 ? 'error acknowledged by CMDQ_CONS' : cerrorName(queue.error)}` : 'memory aborted');
  return parts.join(', ');
}

/** What lies at a slot: marks of the indexes, and whether the entry waits. */
function slotMarks(queue: Queue, slot: number): string {
  const size = 2 ** queue.ring.log2;
  const isWaiting = (slot - queue.cons + size) % size < queue.pending;
  const marks = [slot === queue.cons ? 'CONS' : '', slot === queue.prod ? 'PROD' : ''].filter((m) => m !== '').join(' ');
  return `${marks === '' ? '' : `<- ${marks} `}${isWaiting ? '' : '(not waiting) '}`;
}

function entryNode(system: System, smmu: number, queue: Queue, at: { readonly slot: number; readonly read: NumberReader }): VariableNode {
  const { slot, read } = at;
  const entry = queueEntry(system, queue, slot);
  const name = `[${slot}]`;
  const marks = slotMarks(queue, slot);
  if (entry === undefined) return leaf(name, `${marks}no memory at 0x${slotAddress(queue.ring, slot).toString(16)}`);
  const expression = `${queue.name}(${JSON.stringify(smmuName(system, smmu))})[${slot}]`;
  return structureNode(name, entry, read, { value: `${marks}${entryText(entry)}`, expression });
}

/** An entry on one line. */
export function entryText(entry: Structure): string {
  const isEmpty = Array.from(entry.words).every((w) => w === 0);
  if (isEmpty) return 'empty';
  if (entry.layout === UNKNOWN_EVENT || entry.layout === UNKNOWN_COMMAND) return `${entry.layout.name} 0x${((entry.words[0] ?? 0) & 0xff).toString(16)}`;
  const fields = summary(entry);
  return fields === '' ? entry.layout.name : `${entry.layout.name} ${fields}`;
}

/** A queue as a node: its state, its registers, its slots. */
export function queueNode(system: System, smmu: number, name: QueueName, read: NumberReader): VariableNode | undefined {
  const queue = readQueue(system, smmu, name);
  if (queue === undefined) return undefined;
  const size = 2 ** queue.ring.log2;
  return group(queue.title, queueState(queue), () => [
    leaf('producer', indexText(queue.prod, queue.prodWrap), { type: 'Slot that is written next, and the wrap bit.' }),
    leaf('consumer', indexText(queue.cons, queue.consWrap), { type: 'Slot that is read next, and the wrap bit.' }),
    leaf('wrapped', queue.prodWrap === queue.consWrap ? 'no' : 'yes: the producer is one lap ahead'),
    leaf('base', hex(u64(Math.floor(queue.ring.base / 2 ** 32), queue.ring.base)), { memory: queue.ring.base, type: `${size} entries of ${queue.ring.entry} bytes` }),
    ...waitingNodes(system, smmu, queue, read),
    paged('slots', `${size} slots`, { count: size, at: (slot) => entryNode(system, smmu, queue, { slot, read }) }, { memory: queue.ring.base }),
    ...KINDS[name].registers.flatMap((r) => {
      const register = registerNamed(r);
      return register === undefined ? [] : (registerNode(system, smmu, register, read) ?? []);
    }),
  ], { memory: queue.ring.base, expression: `${name}(${JSON.stringify(smmuName(system, smmu))})` });
}

function waitingNodes(system: System, smmu: number, queue: Queue, read: NumberReader): VariableNode[] {
  const count = waitingCount(queue);
  const at = (i: number): VariableNode => entryNode(system, smmu, queue, { slot: waitingSlot(queue, i), read });
  return count === 0 ? [] : [paged('waiting', count === 1 ? '1 entry' : `${count} entries`, { count, at })];
}

function indexText(slot: number, wrap: number): string {
  return `${slot} (wrap ${wrap})`;
}
