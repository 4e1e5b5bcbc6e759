/**
 * Two runs side by side: the one that is being debugged as far as it went, and another that is run
 * beside it for this, line by line, until they differ. What is compared is what happened (steps and
 * outcomes in words), not how the lines are written.
 */
import type { Session } from '../session/session.ts';
import type { Timeline } from '../session/timeline.ts';
import type { UnitTrace } from '../session/trace.ts';
import { stepLine } from '../trace/stepText.ts';
import { cell, columns, type Row, type Table, type ViewSource } from './page.ts';

/** Steps that a comparison looks at. */
const MOST_STEPS = 500_000;
/** Steps that are shown before the difference and after it. */
const AROUND = 4;

/** One step of both runs; undefined where a run has none. */
export interface PairOfSteps {
  readonly step: number;
  readonly here: string | undefined;
  readonly there: string | undefined;
}

/** What came of a comparison. */
export interface Comparison {
  /** What was compared with, for people. */
  readonly name: string;
  readonly text: string;
  /** The first line of the run that differs, with the steps around the difference. */
  readonly difference: { readonly unit: number; readonly step: number; readonly steps: readonly PairOfSteps[] } | undefined;
}

/** Everything that a unit did, as lines; the last one is its outcome. */
function linesOf({ steps, unit }: UnitTrace): string[] {
  return [...steps.map(stepLine), unit.outcome.text];
}

/** Compares, a unit at a time. What the other run has not done yet it does now. */
export function* compareRuns({ timeline }: Session, other: Timeline, name: string): Generator<void, Comparison> {
  let looked = 0;
  for (let unit = 0; unit < timeline.count; unit++) {
    const hasOther = unit < other.count || other.run();
    const trace = timeline.trace(unit);
    const there = other.trace(unit);
    if (trace === undefined) continue;
    const [mine, theirs] = [linesOf(trace), hasOther && there !== undefined ? linesOf(there) : []];
    const at = mine.findIndex((line, i) => line !== theirs[i]);
    const first = at >= 0 ? at : theirs.length > mine.length ? mine.length : -1;
    if (first >= 0) return { name, text: `first difference in line ${trace.unit.action.line + 1}, step ${first + 1}`, difference: { unit, step: first + 1, steps: around(mine, theirs, first) } };
    looked += mine.length;
    if (looked > MOST_STEPS) return { name, text: `no difference in the first ${looked} steps; the rest was not looked at`, difference: undefined };
    yield;
  }
  return { name, text: 'no difference so far', difference: undefined };
}

function around(mine: readonly string[], theirs: readonly string[], first: number): PairOfSteps[] {
  const from = Math.max(0, first - AROUND);
  const count = Math.min(Math.max(mine.length, theirs.length), first + AROUND + 1) - from;
  return Array.from({ length: count }, (_, i) => ({ step: from + i + 1, here: mine[from + i], there: theirs[from + i] }));
}

/** The comparison as a table of the timeline. */
export function comparisonTable({ session }: ViewSource, { name, text, difference }: Comparison): Table {
  const base = { id: 'comparison', title: `Compared with ${name}: ${text}`, columns: columns('Moment', 'This run', 'The other run'), empty: 'Both runs did the same.' };
  if (difference === undefined) return { ...base, rows: [] };
  const last = session.timeline.stepsOf(difference.unit);
  const rows = difference.steps.map(({ step, here, there }): Row => {
    const moment = { unit: difference.unit, step: Math.min(step, last) };
    const isDifferent = here !== there;
    return {
      cells: [cell(`${difference.unit}.${step}`, { act: { name: 'goTo', value: moment }, sort: step }), cell(here ?? '(nothing)'), cell(there ?? '(nothing)')],
      mark: step === difference.step ? 'warning' : isDifferent ? null : 'muted', note: step === difference.step ? 'the first difference' : '',
    };
  });
  return { ...base, rows };
}
