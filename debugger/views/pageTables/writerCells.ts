/**
 * Who wrote the entries that a page of tables shows: the line, and the moment right after. All are looked
 * for in one go; how far back, and how many moments are made again for it, is bounded.
 */
import { OWN_SLICE, type Pause } from '../../scenario/pace.ts';
import type { Session } from '../../session/session.ts';
import { lastWrites, type Stretch } from '../../trace/writers.ts';
import { type Cell, cell, type Part, type ViewSource } from '../page.ts';

/** Records of the undo log that are looked through, and moments that are told of, at most. */
const MOST_RECORDS = 1 << 21;
const MOST_UNITS = 64;

/** The cell of who wrote some stretches last. */
export type WriterCells = (stretches: readonly Stretch[]) => Cell;

/** Looks for the writers of all stretches of a page. */
export function* writerCells({ session, place }: ViewSource, stretches: readonly Stretch[]): Generator<Pause, WriterCells> {
  const { timeline, system } = session;
  const { positions, isWhole } = yield* lastWrites(system.machine.history, stretches, MOST_RECORDS);
  const parts = new Map<number, readonly Part[]>();
  const units = new Set<number>();
  for (const position of [...new Set(positions.values())].sort((a, b) => b - a)) {
    const unit = timeline.unitAfter(position);
    if (!units.has(unit) && units.size >= MOST_UNITS) continue;
    units.add(unit);
    // Steps that have to be made again are work enough for one slice.
    if (!timeline.isReady(unit)) yield OWN_SLICE;
    parts.set(position, partsOf(session, { position, unit, place }));
    session.settle();
    if (units.size % 16 === 15) yield;
  }
  session.settle();
  const unknown = isWhole ? 'before the first line' : 'long ago';
  return (wanted) => {
    if (wanted.length === 0) return cell('');
    const last = Math.max(...wanted.map((stretch) => positions.get(stretch) ?? -1));
    return { parts: parts.get(last) ?? [{ text: last < 0 ? unknown : 'not looked up', place: null }], sort: last };
  };
}

interface Found {
  readonly position: number;
  readonly unit: number;
  readonly place: ViewSource['place'];
}

function partsOf({ timeline }: Session, { position, unit, place }: Found): Part[] {
  const action = timeline.line(unit);
  // What lies before the first change of its unit was changed by hand.
  if (action === undefined || timeline.range(unit).from > position) return [{ text: 'by hand', place: null }];
  const moment = timeline.momentAfter(position);
  return [{ text: `line ${action.line + 1}`, place: place(action.at) }, { text: `at ${moment.unit}.${moment.step}`, place: null, act: { name: 'goTo', value: moment } }];
}
