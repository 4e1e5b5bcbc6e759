/**
 * Two listings of ranges compared: where in the input addresses they say different things. Ranges that
 * one side cuts differently and that say the same are no difference.
 */
import { isContinued, partOf, type TableRange } from './ranges.ts';

/** Ranges that are compared without a pause. */
const PORTION = 1024;

/** A stretch of input addresses that means something else than before. At least one side is there. */
export interface RangeChange {
  readonly input: number;
  readonly size: number;
  readonly before: TableRange | undefined;
  readonly after: TableRange | undefined;
}

/** What a change is called. */
export type ChangeKind = 'new' | 'gone' | 'changed';

/** Whether something was mapped, is no longer, or is mapped otherwise. */
export function kindOfChange({ before, after }: RangeChange): ChangeKind {
  return before === undefined ? 'new' : after === undefined ? 'gone' : 'changed';
}

/** Whether two parts of ranges, of the same input addresses, say the same. */
function isSame(a: TableRange, b: TableRange): boolean {
  return a.output === b.output && a.via === b.via && a.permissions === b.permissions && a.attributes === b.attributes && a.owner === b.owner && a.problem === b.problem;
}

function goesOn(a: TableRange | undefined, b: TableRange | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isContinued(a, b);
}

/** All differences, in order, neighbours of one kind that lead on joined. Both listings must be in order and without overlaps. */
export function rangeChanges(before: readonly TableRange[], after: readonly TableRange[]): RangeChange[] {
  const work = rangeChangesSteps(before, after);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** The same, some ranges at a time. */
export function* rangeChangesSteps(before: readonly TableRange[], after: readonly TableRange[]): Generator<void, RangeChange[]> {
  const changes: RangeChange[] = [];
  let [i, j, looked] = [0, 0, 0];
  for (let at = 0; i < before.length || j < after.length; ) {
    if (++looked % PORTION === 0) yield;
    const [old, now] = [before[i], after[j]];
    at = Math.max(at, Math.min(old?.input ?? Infinity, now?.input ?? Infinity));
    const [wasThere, isThere] = [old !== undefined && old.input <= at, now !== undefined && now.input <= at];
    const until = Math.min(endOf(old, wasThere), endOf(now, isThere));
    const left = wasThere && old !== undefined ? partOf(old, at, until) : undefined;
    const right = isThere && now !== undefined ? partOf(now, at, until) : undefined;
    if (left === undefined || right === undefined || !isSame(left, right)) add(changes, { input: at, size: until - at, before: left, after: right });
    at = until;
    if (wasThere && old !== undefined && old.input + old.size <= at) i++;
    if (isThere && now !== undefined && now.input + now.size <= at) j++;
  }
  return changes;
}

/** Where a range ends that has begun, or where one begins that has not. */
function endOf(range: TableRange | undefined, hasBegun: boolean): number {
  if (range === undefined) return Infinity;
  return hasBegun ? range.input + range.size : range.input;
}

function add(changes: RangeChange[], change: RangeChange): void {
  const last = changes.at(-1);
  const isJoined = last !== undefined && last.input + last.size === change.input && goesOn(last.before, change.before) && goesOn(last.after, change.after);
  if (!isJoined) return void changes.push(change);
  const grown = (a: TableRange | undefined, b: TableRange | undefined): TableRange | undefined => (a === undefined || b === undefined ? undefined : { ...a, size: a.size + b.size });
  changes[changes.length - 1] = { input: last.input, size: last.size + change.size, before: grown(last.before, change.before), after: grown(last.after, change.after) };
}
