/**
 * Where a command leads, if no breakpoint comes first: questions that the motion asks at each unit.
 * A goal knows frames, threads and blocks, and nothing of breakpoints.
 */
import { openAt, outBackward, outForward, overBackward, overForward, phaseBackward, phaseForward } from '../trace/navigate.ts';
import type { Lines } from './lines.ts';
import type { NextUnit, Timeline } from './timeline.ts';
import type { UnitTrace } from './trace.ts';
import type { Command, Granularity, Moment, StopReason } from './types.ts';

/** Where a command leads. */
export interface Goal {
  readonly reason: StopReason;
  /** Whether it takes no interest in steps: whole units are passed then without making their steps again. */
  readonly isUnitwise: boolean;
  /** Forward: the step to stop at behind `from`; backward: before it, 0 being the unit's line. Undefined: none in this unit. */
  inUnit(trace: UnitTrace, from: number): number | undefined;
  /** Forward: whether to stop before a unit that was come to. */
  atUnit(unit: number): boolean;
  /** Backward: the step of a unit that was come to from behind. Undefined: look with `inUnit`. */
  enter(trace: UnitTrace): number | undefined;
}

const NOWHERE: Goal = { reason: 'step', isUnitwise: true, inUnit: () => undefined, atUnit: () => false, enter: () => undefined };

type Step = Command & { readonly kind: 'step' };

/** The goal of a command, from a moment. */
export function goalOf(command: Command, from: Moment, around: { readonly timeline: Timeline; readonly lines: Lines }): Goal {
  if (command.kind === 'to') return toMoment(command.moment, command.reason ?? 'goto');
  if (command.kind === 'to line') {
    const isThere = (unit: number): boolean => isLine(around.timeline.line(unit), command);
    return { ...NOWHERE, reason: 'goto', atUnit: isThere };
  }
  if (command.kind !== 'step') return NOWHERE;
  const forward = command.direction === 'forward';
  const goal = forward ? FORWARD[command.how](command.granularity, from) : BACKWARD[command.how](command.granularity, from);
  const withBlocks = command.how === 'out' && from.step === 0 ? outOfBlock(from, around, forward) : goal;
  return command.thread === undefined ? withBlocks : ofThread(command, around.timeline);
}

function isLine(action: NextUnit['action'] | undefined, place: { readonly file: string; readonly line: number }): boolean {
  return action !== undefined && action.line === place.line && action.at.file === place.file;
}

function toMoment(moment: Moment, reason: StopReason): Goal {
  const inUnit = (trace: UnitTrace): number | undefined => (trace.unit.index === moment.unit ? moment.step : undefined);
  return { reason, isUnitwise: false, inUnit, atUnit: (unit) => unit === moment.unit && moment.step === 0, enter: inUnit };
}

type Maker = (granularity: Granularity, from: Moment) => Goal;

/** A step that comes to the next line when the unit has no more. */
function toNext(inUnit: Goal['inUnit']): Goal {
  return { ...NOWHERE, isUnitwise: false, inUnit, atUnit: () => true };
}

const FORWARD: Readonly<Record<Step['how'], Maker>> = {
  in: (granularity) => toNext((trace, k) => (k >= trace.steps.length ? undefined : granularity === 'line' ? phaseForward(trace.tree, k) : k + 1)),
  over: (granularity, from) => toNext((trace, k) => {
    if (granularity === 'statement' && from.step === 0) return undefined;
    if (granularity === 'line') return lineOver(trace, k);
    return overForward(trace.tree, k);
  }),
  out: () => toNext((trace, k) => outForward(trace.tree, k)),
};

/** Over the next frame, or over the rest of the present phase. */
function lineOver(trace: UnitTrace, k: number): number | undefined {
  const over = overForward(trace.tree, k);
  if (over === undefined || over > k + 1 || trace.tree.owner[k]?.first === k + 1) return over;
  return phaseForward(trace.tree, k);
}

const BACKWARD: Readonly<Record<Step['how'], Maker>> = {
  in: (granularity) => ({
    ...NOWHERE, isUnitwise: false, enter: (trace) => trace.steps.length,
    inUnit: (trace, k) => (k <= 0 ? undefined : granularity === 'line' ? phaseBackward(trace.tree, k) : k - 1),
  }),
  over: (granularity, from) => ({
    ...NOWHERE, isUnitwise: false, enter: (trace) => (granularity === 'statement' && from.step === 0 ? 0 : trace.steps.length),
    inUnit: (trace, k) => overBackward(trace.tree, k),
  }),
  out: () => ({ ...NOWHERE, isUnitwise: false, enter: () => 0, inUnit: (trace, k) => (k <= 0 ? undefined : outBackward(trace.tree, k) ?? 0) }),
};

/** Out of the block that a line stands in; at the top of the scenario that is its end, or its start. */
function outOfBlock(from: Moment, around: { readonly timeline: Timeline; readonly lines: Lines }, forward: boolean): Goal {
  const { timeline, lines } = around;
  const here = timeline.action(from.unit);
  const path = here === undefined ? [] : blocksOf(here, lines);
  const isIn = (unit: number, depth: number): boolean => {
    const there = timeline.action(unit);
    const blocks = there === undefined ? [] : blocksOf(there, lines);
    const block = path[depth];
    if (there === undefined || here === undefined || block === undefined || blocks[depth] !== block) return false;
    const rounds = path.slice(0, depth).filter((b) => b.verb === 'repeat').length;
    return here.iterations.slice(0, rounds).every((n, i) => there.iterations[i] === n);
  };
  let depth = path.length - 1;
  if (forward) return { ...NOWHERE, atUnit: (unit) => depth >= 0 && !isIn(unit, depth) };
  // The first line of a block is already where the way out of it leads: go on with the block around it.
  while (depth >= 0 && from.unit > timeline.oldest && !isIn(from.unit - 1, depth)) depth--;
  const isFirst = (unit: number): boolean => depth >= 0 && (unit === timeline.oldest || !isIn(unit - 1, depth));
  return { ...NOWHERE, isUnitwise: false, enter: (trace) => (isFirst(trace.unit.index) ? 0 : undefined) };
}

/** The blocks around an action, outermost first. */
function blocksOf(unit: NextUnit, lines: Lines): NextUnit['action'][] {
  const blocks: NextUnit['action'][] = [];
  for (let block = lines.parent(unit.action); block !== undefined; block = lines.parent(block)) blocks.unshift(block);
  return blocks;
}

/** To the next step of one thread; over what it enters where that was asked for. */
function ofThread(command: Step, timeline: Timeline): Goal {
  const { thread, how } = command;
  if (command.direction === 'forward') {
    const inUnit = (trace: UnitTrace, k: number): number | undefined => {
      for (let step = k + 1; step <= trace.steps.length; step++) {
        if (trace.threadOf(step) === thread) return reached(trace, step, how);
      }
      return undefined;
    };
    // A line without steps is still a step of the thread that it is of.
    return { ...NOWHERE, isUnitwise: false, inUnit, atUnit: (unit) => unit > 0 && timeline.stepsOf(unit - 1) === 0 && timeline.trace(unit - 1)?.threadOf(0) === thread };
  }
  const inUnit = (trace: UnitTrace, k: number): number | undefined => {
    for (let step = k; step >= 1; step--) if (trace.threadOf(step) === thread) return how === 'over' ? overBackward(trace.tree, step) ?? step - 1 : step - 1;
    return undefined;
  };
  return { ...NOWHERE, isUnitwise: false, inUnit, enter: (trace) => inUnit(trace, trace.steps.length) ?? (trace.steps.length === 0 && trace.threadOf(0) === thread ? 0 : undefined) };
}

function reached(trace: UnitTrace, step: number, how: Step['how']): number {
  if (how === 'over') return overForward(trace.tree, step - 1) ?? step;
  if (how === 'out') return openAt(trace.tree, step)?.last ?? step;
  return step;
}
