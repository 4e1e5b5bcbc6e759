/**
 * What the parts of a stream's page tables map now, and what of it is different from the stop before.
 * Both are listed when it is asked, so it does not matter whether anybody looked at that stop. Bounded in
 * ranges and descriptors; what that leaves out is said.
 */
import { isContinued, listRanges, partOf, type Space, type TableRange } from '../../inspect/ranges.ts';
import { rangeChangesSteps, type RangeChange } from '../../inspect/rangeChanges.ts';
import type { InspectedStream } from '../../inspect/context.ts';
import type { Session } from '../../session/session.ts';
import { inState, stateAt, type OtherState } from '../../trace/past.ts';
import { type Part, PARTS, spaceOfPart } from './parts.ts';

/** Ranges and descriptors of one part that are compared at most, and descriptors that are read without a pause. */
const MOST_RANGES = 20_000;
const MOST_DESCRIPTORS = 1 << 18;
const PORTION = 512;
/** Words that may have changed since the stop before, for the two to be compared. */
const MOST_CELLS = 1 << 18;

/** What a part maps, and what of that is different. */
export interface PartListing {
  readonly part: Part;
  /** How many ranges lead somewhere, and how much they map; and how many lead nowhere for another reason than not being mapped. */
  readonly count: number;
  readonly bytes: number;
  readonly wrong: number;
  /** Whether all of it was looked at. */
  readonly isWhole: boolean;
  readonly changes: readonly RangeChange[];
  /** Where the half begins; that of the stop before where there is none now. */
  readonly base: bigint;
}

/** All parts. */
export interface Comparison {
  readonly parts: readonly PartListing[];
  /** Why nothing was compared; empty where it was. */
  readonly why: string;
}

interface Listed {
  readonly ranges: readonly TableRange[];
  /** What lies below this was looked at. */
  readonly end: number;
  readonly base: bigint | undefined;
}

type Within = <T>(ask: () => T) => T;

/** Lists a part in portions. */
function* listPart(session: Session, { stream, part }: { readonly stream: InspectedStream; readonly part: Part }, within: Within): Generator<void, Listed> {
  const ranges: TableRange[] = [];
  let base: bigint | undefined;
  let work = 0;
  for (let from = 0; ; work += PORTION) {
    const found = within(() => {
      const space: Space | string = spaceOfPart(session.system, stream, part);
      return typeof space === 'string' ? undefined : { base: space.base, listing: listRanges(space, from, MOST_RANGES - ranges.length, PORTION) };
    });
    if (found === undefined) return { ranges, end: Infinity, base };
    ({ base } = found);
    append(ranges, found.listing.ranges);
    const { next } = found.listing;
    if (next === undefined) return { ranges, end: Infinity, base };
    if (ranges.length >= MOST_RANGES || work >= MOST_DESCRIPTORS) return { ranges, end: next, base };
    from = next;
    yield;
  }
}

/** Adds a portion; a range that was cut where it began is one again. */
function append(ranges: TableRange[], [first, ...more]: readonly TableRange[]): void {
  const last = ranges.at(-1);
  if (last !== undefined && first !== undefined && isContinued(last, first)) ranges[ranges.length - 1] = { ...last, size: last.size + first.size };
  else if (first !== undefined) ranges.push(first);
  for (const range of more) ranges.push(range);
}

/** Lists all parts now and at the stop before. */
export function* compareParts(session: Session, stream: InspectedStream): Generator<void, Comparison> {
  const { machine } = session.system;
  const { before } = session;
  const state = before === undefined ? undefined : yield* stateAt(machine.history, before.position, MOST_CELLS);
  const parts: PartListing[] = [];
  for (const part of PARTS) {
    const now = yield* listPart(session, { stream, part }, (ask) => ask());
    const then = state === undefined || state.size === 0 ? now : yield* listPart(session, { stream, part }, (ask) => inState(machine, state, ask));
    yield;
    const end = Math.min(now.end, then.end);
    // What leads nowhere is as good as not mapped: how it faults is no difference in what can be reached.
    const below = ({ ranges }: Listed): TableRange[] => ranges.filter(({ input, output }) => input < end && output !== undefined).map((range) => partOf(range, range.input, Math.min(end, range.input + range.size)));
    parts.push({
      part, ...sumOf(now.ranges), isWhole: end === Infinity,
      changes: then === now ? [] : yield* rangeChangesSteps(below(then), below(now)), base: now.base ?? then.base ?? 0n,
    });
  }
  return { parts, why: whyNot(session, state) };
}

function sumOf(ranges: readonly TableRange[]): Pick<PartListing, 'count' | 'bytes' | 'wrong'> {
  const mapped = ranges.filter(({ output }) => output !== undefined);
  return { count: mapped.length, bytes: mapped.reduce((sum, { size }) => sum + size, 0), wrong: ranges.length - mapped.length };
}

function whyNot({ before, system }: Session, state: OtherState | undefined): string {
  if (before === undefined) return 'this is the first stop';
  if (state !== undefined) return '';
  const { history } = system.machine;
  if (before.position < history.oldest) return 'the stop before is forgotten: nothing was compared with it';
  return `more than ${MOST_CELLS} words changed since the stop before: nothing was compared`;
}

/** The changes of a part. */
export function changesOf({ parts }: Comparison, id: string): readonly RangeChange[] {
  return parts.find(({ part }) => part.id === id)?.changes ?? [];
}
