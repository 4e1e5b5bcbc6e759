/**
 * Going through time, one unit after the other, until a breakpoint holds or the goal is reached. Both
 * directions see the same moments. A motion is an iterator: it pauses after each unit, so that whoever
 * drives it can keep time and stop it anywhere. Each ends in one stop.
 */
import type { Active, Breakpoints, Hits } from './breakpoints.ts';
import type { Goal } from './goals.ts';
import type { Timeline } from './timeline.ts';
import type { Moment, StopReason } from './types.ts';

/** Where a motion ended, and why. */
export interface Arrival {
  readonly reason: StopReason;
  readonly breakpoints: readonly Active[];
}

/** Going somewhere. */
export type Motion<T> = Generator<void, T, undefined>;

/** What a motion moves, and asks. */
export interface MotionPlace {
  readonly timeline: Timeline;
  readonly breakpoints: Breakpoints;
  moment: Moment;
  /** Those of some breakpoints whose conditions hold at the present moment. */
  holding(candidates: readonly Active[]): Active[];
  /** Prints the message of a breakpoint. */
  log(active: Active): void;
  /** Moments up to the present one have been passed forwards. */
  reveal(): void;
  /** Breakpoints only count, and stop nothing. */
  readonly isSilent: boolean;
}

const NONE: readonly Active[] = [];
const NO_HITS: Hits = new Map();

/** Forwards from the present moment. */
export function* forward(place: MotionPlace, goal: Goal): Motion<Arrival> {
  const { timeline, breakpoints } = place;
  for (;;) {
    const { unit, step } = place.moment;
    if (unit >= timeline.count && !(yield* timeline.runSteps())) return { reason: 'end', breakpoints: [] };
    if (!goal.isUnitwise || breakpoints.needsSteps(unit)) yield* timeline.traceSteps(unit);
    const hits = breakpoints.inUnit(unit);
    const trace = goal.isUnitwise ? undefined : timeline.trace(unit);
    const target = trace === undefined ? undefined : goal.inUnit(trace, step);
    const last = target ?? timeline.stepsOf(unit);
    for (const at of stepsOf(hits, step + 1, last)) {
      place.moment = { unit, step: at };
      const holding = arrive(place, hits.get(at) ?? NONE);
      if (holding.length > 0) return { reason: reasonOf(holding), breakpoints: holding };
    }
    if (target !== undefined) {
      place.moment = { unit, step: target };
      return { reason: goal.reason, breakpoints: [] };
    }
    place.reveal();
    place.moment = { unit: unit + 1, step: 0 };
    const holding = arrive(place, atStart(place, unit + 1, hits));
    if (holding.length > 0) return { reason: reasonOf(holding), breakpoints: holding };
    if (goal.atUnit(unit + 1)) return { reason: timeline.action(unit + 1) === undefined ? 'end' : goal.reason, breakpoints: [] };
    yield;
  }
}

/** Backwards from the present moment. */
export function* backward(place: MotionPlace, goal: Goal): Motion<Arrival> {
  const { timeline, breakpoints } = place;
  const { moment } = place;
  if (moment.step === 0 && moment.unit <= timeline.oldest) return { reason: 'start', breakpoints: [] };
  leave(place, momentHits(place));
  let isEntering = false;
  for (;;) {
    const { unit, step } = place.moment;
    if (unit < timeline.count && (!goal.isUnitwise || breakpoints.needsSteps(unit))) yield* timeline.traceSteps(unit);
    const trace = unit < timeline.count && !goal.isUnitwise ? timeline.trace(unit) : undefined;
    const entered = isEntering && trace !== undefined ? goal.enter(trace) : undefined;
    const target = entered ?? (trace === undefined ? undefined : goal.inUnit(trace, step));
    // A unit that was come to from behind can be stopped at right after its last step.
    const from = isEntering ? step + 1 : step;
    const hits = from > 1 ? breakpoints.inUnit(unit) : NO_HITS;
    for (const at of stepsOf(hits, Math.max(1, target ?? 1), from - 1).reverse()) {
      place.moment = { unit, step: at };
      const holding = pass(place, hits.get(at) ?? NONE, at === target);
      if (holding.length > 0) return { reason: reasonOf(holding), breakpoints: holding };
    }
    if (target !== undefined && target > 0) {
      place.moment = { unit, step: target };
      return { reason: goal.reason, breakpoints: [] };
    }
    if (from > 0) {
      place.moment = { unit, step: 0 };
      // At the start of time one stands still as well.
      const holding = pass(place, atStart(place, unit), target === 0 || unit <= timeline.oldest);
      if (holding.length > 0) return { reason: reasonOf(holding), breakpoints: holding };
      if (target === 0) return { reason: goal.reason, breakpoints: [] };
    }
    if (unit <= timeline.oldest) return { reason: 'start', breakpoints: [] };
    place.moment = { unit: unit - 1, step: timeline.stepsOf(unit - 1) };
    isEntering = true;
    yield;
  }
}

/** The steps that have hits, from one to another, ascending. */
function stepsOf(hits: Hits, first: number, last: number): number[] {
  return hits.size === 0 ? [] : [...hits.keys()].filter((at) => at >= first && at <= last).sort((a, b) => a - b);
}

function reasonOf(holding: readonly Active[]): StopReason {
  return holding.some((a) => a.request.kind === 'exception') ? 'exception' : 'breakpoint';
}

/** Breakpoints of the moment before a unit: its line, and what the unit before it changed after its last step. */
function atStart(place: MotionPlace, unit: number, before?: Hits): readonly Active[] {
  const { timeline, breakpoints } = place;
  const watched = before ?? (unit > 0 && breakpoints.isWatching ? breakpoints.inUnit(unit - 1) : undefined);
  const after = watched?.get(timeline.stepsOf(unit - 1) + 1) ?? NONE;
  const line = breakpoints.hasLines ? breakpoints.atLine(timeline.line(unit)) : NONE;
  return after.length === 0 ? line : [...new Set([...line, ...after])];
}

/** Breakpoints of the present moment. */
function momentHits(place: MotionPlace): readonly Active[] {
  const { unit, step } = place.moment;
  return step <= 0 ? atStart(place, unit) : place.breakpoints.inUnit(unit).get(step) ?? NONE;
}

/** Comes to a moment forwards: counts, prints, and gives what stops there. */
function arrive(place: MotionPlace, candidates: readonly Active[]): Active[] {
  if (candidates.length === 0) return [];
  const holding = place.holding(candidates);
  for (const active of holding) active.hits++;
  const stopping = stops(place, holding);
  for (const active of stopping) if (active.request.logMessage !== undefined) place.log(active);
  return stopping.filter((a) => a.request.logMessage === undefined);
}

/** Comes to a moment backwards: gives what stops there. A moment that is only passed no longer counts. */
function pass(place: MotionPlace, candidates: readonly Active[], isTarget: boolean): Active[] {
  if (candidates.length === 0) return [];
  const holding = place.holding(candidates);
  const stopping = stops(place, holding).filter((a) => a.request.logMessage === undefined);
  if (stopping.length === 0 && !isTarget) for (const active of holding) active.hits--;
  return stopping;
}

/** Goes from a moment backwards: it no longer counts. */
function leave(place: MotionPlace, candidates: readonly Active[]): void {
  if (candidates.length > 0) for (const active of place.holding(candidates)) active.hits--;
}

function stops(place: MotionPlace, holding: readonly Active[]): Active[] {
  return place.isSilent ? [] : holding.filter((a) => a.hitTest?.(a.hits) ?? true);
}
