/**
 * The queues of every SMMU: where producer and consumer stand on the ring, on which lap, and the
 * entries decoded. Those that wait come first; slots around the indexes show what was there before.
 */
import { smmuName } from '../inspect/machineNames.ts';
import { entryText, type Queue, QUEUE_NAMES, queueEntry, queueState, readQueue, waitingCount, waitingSlot } from '../inspect/queues.ts';
import { slotAddress } from '../../emulator/queues/ring.ts';
import type { System } from '../system/system.ts';
import { addressCell, cell, columns, page, type Ring, type Row, type Table, type ViewAnswer, type ViewSource } from './page.ts';

/** Rows of one queue at most, and of those, entries that were taken already. */
const MOST_ROWS = 64;
const MOST_PAST = 8;

/** The view. */
export function queuesView({ session, options }: ViewSource): ViewAnswer {
  const { system } = session;
  const names = system.machine.smmus.map((_, index) => smmuName(system, index));
  if (names.length === 0) return { kind: 'empty', text: 'This machine has no SMMU.', advice: 'Declare one in the scenario: smmu smmu0 base=0x9050000' };
  const chosen = options.get('smmu') ?? 'all';
  const all = names.flatMap((name, index) => (chosen === 'all' || chosen === name ? QUEUE_NAMES.flatMap((queue) => readQueue(system, index, queue) ?? []).map((queue) => ({ name, queue })) : []));
  // Queues that are off and empty have nothing to show; that they are off is said.
  const [shown, off] = [all.filter(({ queue }) => queue.isOn || queue.pending > 0), all.filter(({ queue }) => !queue.isOn && queue.pending === 0)];
  const choices = [{ value: 'all', name: 'all SMMUs' }, ...names.map((name) => ({ value: name, name }))];
  return page({
    title: 'Queues', facts: [
      names.length === 1 ? '1 SMMU' : `${names.length} SMMUs`,
      off.length === 0 ? 'all queues are on' : `off: ${off.map(({ name, queue }) => titleOf(name, queue)).join(', ')}`, 'an address leads to who wrote the entry',
    ],
    controls: names.length < 2 ? [] : [{ id: 'smmu', label: 'SMMU', kind: 'choice', value: chosen, options: choices }],
    rings: shown.map(({ name, queue }) => ringOf(name, queue)),
    tables: shown.map(({ name, queue }) => queueTable(system, name, queue)),
  });
}

function titleOf(name: string, queue: Queue): string {
  return `${queue.title} of ${name}`;
}

function ringOf(name: string, queue: Queue): Ring {
  const { prod, cons, prodWrap, consWrap, pending } = queue;
  return {
    id: `${name} ${queue.name}`, title: titleOf(name, queue), state: queueState(queue), size: 2 ** queue.ring.log2, prod, cons, prodWrap, consWrap,
    pending, tone: queue.hasError || queue.hasOverflow || pending > 2 ** queue.ring.log2 ? 'bad' : 'plain',
  };
}

/** Slots that are worth a row: the last ones that were taken, and those that wait. */
function slotsOf(queue: Queue): { readonly slot: number; readonly isWaiting: boolean }[] {
  const size = 2 ** queue.ring.log2;
  const waiting = Math.min(waitingCount(queue), MOST_ROWS);
  const past = Math.min(MOST_PAST, size - waiting);
  return [
    ...Array.from({ length: past }, (_, i) => ({ slot: (queue.cons + size - past + i) % size, isWaiting: false })),
    ...Array.from({ length: waiting }, (_, i) => ({ slot: waitingSlot(queue, i), isWaiting: true })),
  ];
}

function queueTable(system: System, name: string, queue: Queue): Table {
  const rows = slotsOf(queue).flatMap(({ slot, isWaiting }): Row[] => {
    const entry = queueEntry(system, queue, slot);
    const text = entry === undefined ? 'no memory answers' : entryText(entry);
    if (!isWaiting && (entry === undefined || text === 'empty')) return [];
    const isNext = slot === queue.cons && isWaiting;
    return [{
      cells: [
        cell(String(slot), { sort: slot }), cell(isNext ? 'next to be taken (CONS)' : isWaiting ? 'waits' : 'taken'),
        addressCell(slotAddress(queue.ring, slot)), cell(text),
      ],
      mark: isNext ? 'present' : isWaiting ? null : 'muted', note: '',
    }];
  });
  const left = waitingCount(queue) - MOST_ROWS;
  return {
    id: `${name} ${queue.name}`, title: titleOf(name, queue), columns: columns('Slot', 'State', '`Address', 'Entry'), rows,
    empty: queue.isOn ? 'Nothing has been written to it.' : 'The queue is off.',
    ...(left > 0 ? { title: `${titleOf(name, queue)} (the first ${MOST_ROWS} of ${left + MOST_ROWS} that wait)` } : {}),
  };
}
