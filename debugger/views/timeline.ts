/**
 * All steps of the run so far, page by page: who did what, at which addresses, and what became of the
 * state. Filters look at every recorded step, within a bound of work that is told where it ends.
 */
import { hex, u64 } from '../../emulator/bits/u64.ts';
import { registerName } from '../../emulator/fields/registers.ts';
import type { Session } from '../session/session.ts';
import type { UnitTrace } from '../session/trace.ts';
import { type Change, changesBetween } from '../trace/cells.ts';
import { stepLine } from '../trace/stepText.ts';
import type { TraceStep } from '../trace/traceStep.ts';
import { smmuName } from '../inspect/machineNames.ts';
import { OWN_SLICE, type Pause } from '../scenario/pace.ts';
import { type Comparison, comparisonTable } from './compare.ts';
import { cell, columns, type Control, page, type Row, type Table, type ViewSource, type ViewWork } from './page.ts';

/** Rows of a page, and steps that one request looks at. */
export const PAGE_ROWS = 200;
const MOST_LOOKED_AT = 10_000;
/** Steps that are looked at without a pause; those of a block may have to be made again besides. */
const PORTION = 20;
/** Rows that are made without a pause. */
const ROWS_AT_ONCE = 50;
/** Changes that one row names. */
const MOST_CHANGES = 3;

/** A row to be: step 0 is the line itself. */
interface Found {
  readonly trace: UnitTrace;
  readonly step: number;
}

/** What is looked for. */
interface Wanted {
  readonly kind: string;
  readonly thread: string;
  readonly words: readonly string[];
  /** Names of all threads by their ids. */
  readonly names: ReadonlyMap<number, string>;
}

/** The view. */
export function* timelineView(source: ViewSource, comparison?: Comparison): ViewWork {
  const { session, options } = source;
  const { timeline } = session;
  if (timeline.count === timeline.oldest) return { kind: 'empty', text: 'Nothing has happened yet.', advice: 'Step over the first line of the scenario, or run it: every step appears here.' };
  const wanted = wantedOf(session, options);
  const at = pagePosition(options.get('page'));
  const { found, next } = yield* search(session, wanted, at);
  const kinds = kindsOf(found);
  const rows: Row[] = [];
  for (let i = 0; i < found.length; i += ROWS_AT_ONCE) {
    const some = found.slice(i, i + ROWS_AT_ONCE);
    rows.push(...inPlace(session, some, () => some.map((one) => rowOf(source, one))));
    yield;
  }
  const table: Table = {
    id: 'steps', title: 'Steps', columns: columns('Moment', 'Line', 'What', '`Before', '`After', 'Kind', 'Thread'), rows,
    empty: next === undefined ? 'No step matches.' : 'No step matches so far: the next page goes on.',
  };
  return page({
    title: 'Timeline', controls: controlsOf(session, { wanted, kinds, at, next }), tables: [...(comparison === undefined ? [] : [comparisonTable(source, comparison)]), table],
    facts: [
      `${timeline.count} lines ran`, ...(timeline.oldest === 0 ? [] : [`the first ${timeline.oldest} are forgotten`]),
      ...(next === undefined ? [] : ['more on the next page']), ...(at === '0' ? [] : [`this page begins at line number ${at.split('.')[0] ?? ''} of the run`]),
    ],
  });
}

/** A thread that another run had is none to look for. */
function wantedOf({ threads }: Session, options: ViewSource['options']): Wanted {
  const thread = threads.some(({ id }) => String(id) === options.get('thread')) ? options.get('thread') : undefined;
  const names = new Map(threads.map(({ id, name }) => [id, name]));
  return { names, kind: options.get('kind') ?? 'all', thread: thread ?? 'all', words: (options.get('text') ?? '').toLowerCase().split(/\s+/).filter((w) => w !== '') };
}

/** `unit.step`, or `0`. */
function pagePosition(text: string | undefined): string {
  return text !== undefined && /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? text : '0';
}

function* search(session: Session, wanted: Wanted, at: string): Generator<Pause, { readonly found: Found[]; readonly next: string | undefined }> {
  const { timeline } = session;
  const [firstUnit = 0, firstStep = 0] = at.split('.').map(Number);
  const found: Found[] = [];
  let work = 0;
  for (let unit = Math.max(timeline.oldest, firstUnit); unit < timeline.count; unit++) {
    // Making the steps of a block again is much work at once.
    if (!timeline.isReady(unit)) {
      yield OWN_SLICE;
      timeline.trace(unit);
      yield OWN_SLICE;
    }
    const trace = timeline.trace(unit);
    if (trace === undefined) continue;
    for (let step = unit === firstUnit ? firstStep : 0; step <= trace.steps.length; step++) {
      if (found.length >= PAGE_ROWS || work++ >= MOST_LOOKED_AT) return { found, next: `${unit}.${step}` };
      if (work % PORTION === 0) yield;
      if (isWanted({ trace, step }, wanted)) found.push({ trace, step });
    }
  }
  return { found, next: undefined };
}

function isWanted({ trace, step }: Found, { kind, thread, words, names }: Wanted): boolean {
  if (kind !== 'all' && kindOf(trace.steps[step - 1]) !== kind) return false;
  if (thread !== 'all' && String(trace.threadOf(step)) !== thread) return false;
  if (words.length === 0) return true;
  const text = `${textOf(trace, step)} ${names.get(trace.threadOf(step)) ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function kindOf(step: TraceStep | undefined): string {
  return step?.kind ?? 'line';
}

function textOf(trace: UnitTrace, step: number): string {
  const own = trace.steps[step - 1];
  return own === undefined ? trace.unit.outcome.text : stepLine(own);
}

/** Kinds of steps, in the order of the emulator's own list. */
const KINDS: readonly string[] = [
  'line', 'transaction', 'fetch', 'descriptor', 'hit', 'permission', 'update', 'result', 'access', 'event', 'command', 'register', 'store', 'interrupt', 'stall', 'page request',
  'hypervisor', 'global error', 'outcome',
];

function kindsOf(found: readonly Found[]): readonly string[] {
  const seen = new Set(found.map(({ trace, step }) => kindOf(trace.steps[step - 1])));
  return [...KINDS, ...[...seen].filter((kind) => !KINDS.includes(kind))];
}

interface Paging {
  readonly wanted: Wanted;
  readonly kinds: readonly string[];
  readonly at: string;
  readonly next: string | undefined;
}

function controlsOf({ threads }: Session, { wanted, kinds, at, next }: Paging): Control[] {
  const choice = (id: string, label: string, value: string, options: readonly (readonly [value: string, name: string])[]): Control =>
    ({ id, label, kind: 'choice', value, options: [['all', 'all'] as const, ...options].map(([v, name]) => ({ value: v, name })) });
  const button = (value: string, label: string, id = 'page'): Control => ({ id, label, kind: 'button', value, options: [] });
  return [
    { id: 'text', label: 'Search all steps', kind: 'text', value: wanted.words.join(' '), options: [] },
    choice('kind', 'Kind', wanted.kind, kinds.map((kind) => [kind, kind])),
    choice('thread', 'Thread', wanted.thread, threads.map(({ id, name }) => [String(id), name])),
    ...(at === '0' ? [] : [button('0', 'First page')]),
    ...(next === undefined ? [] : [button(next, 'Next page')]),
    button('', 'Compare with...', 'compare'),
  ];
}

/** Does something with the machine near the steps that it is about, and brings it back. */
function inPlace<T>(session: Session, found: readonly Found[], make: () => T): T {
  const [first] = found;
  const { history } = session.system.machine;
  if (first !== undefined) history.seek(session.timeline.position({ unit: first.trace.unit.index, step: first.step }));
  try {
    return make();
  } finally {
    session.settle();
  }
}

function rowOf({ session, place }: ViewSource, { trace, step }: Found): Row {
  const { unit } = trace;
  const own = trace.steps[step - 1];
  const moment = { unit: unit.index, step };
  const isHere = session.moment.unit === moment.unit && session.moment.step === step;
  const changes = own === undefined ? [] : changesOf(session, trace, step);
  const isBad = own === undefined && unit.outcome.status !== 'ok';
  const more = changes.length > MOST_CHANGES ? [`and ${changes.length - MOST_CHANGES} more`] : [];
  const listed = (pick: (change: Change) => string): string => [...changes.slice(0, MOST_CHANGES).map(pick), ...more].join('; ');
  return {
    cells: [
      cell(`${unit.index}.${step}`, { act: { name: 'goTo', value: moment }, sort: unit.index * 2 ** 17 + step }),
      cell(String(unit.action.line + 1), { place: place(unit.action.at), sort: unit.action.line }),
      cell(textOf(trace, step) === '' ? 'the line begins' : textOf(trace, step)),
      cell(listed((change) => `${changeName(session, change)} ${valueOf(change, 'before')}`)), cell(listed((change) => valueOf(change, 'after'))),
      cell(kindOf(own)), cell(session.threads.find(({ id }) => id === trace.threadOf(step))?.name ?? ''),
    ],
    mark: isHere ? 'present' : isBad || own?.kind === 'outcome' ? 'warning' : null, note: isHere ? 'the present moment' : '',
  };
}

/** What a step changed; steps that touch nothing are not looked up. */
function changesOf(session: Session, trace: UnitTrace, step: number): readonly Change[] {
  const from = step === 1 ? session.timeline.range(trace.unit.index).from : trace.positions[step - 2] ?? 0;
  const to = trace.positions[step - 1] ?? from;
  return to === from ? [] : changesBetween(session.system, from, to);
}

function changeName(session: Session, change: Change): string {
  if (change.kind === 'memory') return `0x${change.address.toString(16)}:`;
  return change.kind === 'register' ? `${smmuName(session.system, change.smmu)}.${registerName(change.offset)}:` : `${change.name}:`;
}

function valueOf(change: Change, side: 'before' | 'after'): string {
  if (change.kind === 'memory') return hex(change[side]);
  return change.kind === 'register' ? hex(u64(0, change[side])) : change[side];
}
