/**
 * One debug session: where we are in the time of a scenario, and every way to go elsewhere. What is
 * recorded is the timeline's business, where to stop that of breakpoints and goals. Nothing here knows
 * protocols, files or clocks: `perform` gives an iterator, and whoever drives it keeps time.
 */
import type { SourceRange } from '../../model/problem.ts';
import type { RunnerState } from '../run/unit.ts';
import type { Program } from '../scenario/program.ts';
import type { System } from '../system/system.ts';
import { changesBetween, lastChange, type Change } from '../trace/cells.ts';
import { exceptionOf } from '../trace/exceptions.ts';
import { targetsAt } from '../trace/navigate.ts';
import { stepLine } from '../trace/stepText.ts';
import { stepValues, transactionOf } from '../trace/stepValues.ts';
import type { Thread } from '../trace/threads.ts';
import type { TraceStep } from '../trace/traceStep.ts';
import { frameTitle } from '../trace/tree.ts';
import { Breakpoints, type Active } from './breakpoints.ts';
import { goalOf } from './goals.ts';
import { Lines } from './lines.ts';
import { backward, forward, type Arrival, type Motion, type MotionPlace } from './motion.ts';
import { compareMoments, isSameMoment } from './moments.ts';
import { Output } from './output.ts';
import { framesAt } from './stack.ts';
import { Timeline, type NextUnit } from './timeline.ts';
import type { UnitTrace } from './trace.ts';
import type { Boot, Breakpoint, BreakpointRequest, BreakpointScope, Command, DataTarget, Direction, Evaluator, Frame, Moment, SessionOptions, SessionView, StepTarget, Stop, StopReason } from './types.ts';

/** How many targets of `step in` are offered at most. */
const MOST_TARGETS = 40;
const START: Moment = { unit: 0, step: 0 };

/** Who wrote something last. */
export interface LastWriter {
  /** The moment right after the change. */
  readonly moment: Moment;
  /** One sentence. */
  readonly text: string;
  readonly at: SourceRange | undefined;
  /** Line for people, from 1. */
  readonly line: number | undefined;
}

/** Where the session stood, in moments and in the undo log. */
export interface Standing {
  readonly moment: Moment;
  /** Position of the history. */
  readonly position: number;
}

/** A debug session. */
export class Session implements SessionView, MotionPlace {
  readonly #options: SessionOptions;
  readonly breakpoints: Breakpoints;
  timeline: Timeline;
  program: Program;
  lines: Lines;
  isSilent = false;
  #evaluator: Evaluator | undefined;
  #output: Output;
  #moment: Moment = START;
  /** The last moment that was shown: before it is the past. */
  #frontier: Moment = START;
  #thread: number | undefined;
  #stop: Stop;
  #standing: Standing;
  #before: Standing | undefined;
  #previous: Timeline | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const boot = options.boot();
    this.program = boot.program;
    this.timeline = new Timeline(boot, options.limits);
    this.lines = this.#linesOf(boot);
    this.#output = new Output(this.timeline, options.output);
    this.breakpoints = new Breakpoints(this);
    this.#evaluator = options.evaluator?.(this);
    this.#stop = this.#stopAt({ reason: 'entry', breakpoints: [] });
    this.#standing = { moment: START, position: this.system.machine.history.position };
  }

  #linesOf(boot: Boot): Lines {
    return new Lines(boot.program, (path) => this.#options.readText?.(path));
  }

  /** Builds the scenario anew and stands at its first line; breakpoints stay, their counts start again. */
  restart(): Stop {
    const boot = this.#options.boot();
    this.program = boot.program;
    this.#previous = this.timeline;
    this.timeline = new Timeline(boot, this.#options.limits);
    this.lines = this.#linesOf(boot);
    this.#output = new Output(this.timeline, this.#options.output);
    this.breakpoints.move(this);
    this.#evaluator = this.#options.evaluator?.(this);
    this.#moment = this.#frontier = START;
    const stop = this.#settled({ reason: 'entry', breakpoints: [] });
    // The stop before was one of another machine.
    this.#before = undefined;
    return stop;
  }

  /** The run before the last restart. */
  get previous(): Timeline | undefined {
    return this.#previous;
  }

  /** Where the session stood at the stop before this one, later or earlier in time; undefined at the first. */
  get before(): Standing | undefined {
    return this.#before;
  }

  get system(): System {
    return this.timeline.system;
  }

  get moment(): Moment {
    return this.#moment;
  }

  set moment(moment: Moment) {
    this.#moment = moment;
  }

  /** The present stop. */
  get stop(): Stop {
    return this.#stop;
  }

  /** Whether later moments have been shown already: changing something here begins another future. */
  get isPast(): boolean {
    return compareMoments(this.#moment, this.#frontier) < 0;
  }

  /** The last moment that was shown. */
  get frontier(): Moment {
    return this.#frontier;
  }

  /** The unit of the present moment with its steps; undefined before it ran for the first time. */
  get trace(): UnitTrace | undefined {
    return this.timeline.trace(this.#moment.unit);
  }

  get step(): TraceStep | undefined {
    return this.#moment.step <= 0 ? undefined : this.trace?.steps[this.#moment.step - 1];
  }

  get state(): RunnerState {
    return this.timeline.state(this.#moment.unit);
  }

  /** What stands on the present line; undefined at the end of the scenario. */
  get action(): NextUnit | undefined {
    return this.timeline.action(this.#moment.unit);
  }

  /** All threads that have been seen. */
  get threads(): readonly Thread[] {
    return this.timeline.threads.all;
  }

  /** The thread that made the present step, or is about to act. */
  get thread(): number {
    const { unit, step } = this.#moment;
    const trace = this.timeline.trace(unit);
    return trace === undefined ? this.timeline.threads.ofActor(this.action?.actor) : trace.threadOf(step);
  }

  /** The stack of a thread at the present moment, innermost first. */
  frames(thread = this.thread): readonly Frame[] {
    return framesAt(this, thread);
  }

  /** Brings the machine to the present moment. */
  settle(): void {
    const { history } = this.system.machine;
    const position = this.timeline.position(this.#moment);
    if (history.position !== position) history.seek(position);
  }

  /**
   * Carries out a command: each `next` goes on for one unit at most, or a part of a long one, the last one gives the stop. A
   * motion may be left where it is at any time; `interrupted` then says where that was.
   */
  *perform(command: Command): Motion<Stop> {
    this.#thread = command.kind === 'continue' ? command.thread : undefined;
    this.timeline.isRoaming = true;
    try {
      if (command.kind === 'to writer') return this.#toWriter(command.target);
      if (command.kind === 'to' && command.isJump === true) return yield* this.#jump(command.moment, command.reason ?? 'goto');
      const goal = goalOf(command, this.#moment, this);
      const arrival = yield* this.#directionOf(command) === 'forward' ? forward(this, goal) : backward(this, goal);
      return yield* this.#arrived(arrival);
    } finally {
      // Also where the motion is left before its end.
      this.timeline.isRoaming = this.isSilent = false;
    }
  }

  /** Carries out a command without a pause. */
  run(command: Command): Stop {
    const motion = this.perform(command);
    for (;;) {
      const result = motion.next();
      if (result.done === true) return result.value;
    }
  }

  #directionOf(command: Command): Direction {
    if (command.kind === 'to') return compareMoments(command.moment, this.#moment) >= 0 ? 'forward' : 'backward';
    return command.kind === 'continue' || command.kind === 'step' ? command.direction : 'forward';
  }

  /** The stop of a motion that was left. */
  interrupted(): Stop {
    return this.#settled({ reason: 'pause', breakpoints: [] });
  }

  /** To a moment without stopping on the way; passes all moments one by one only where hits are counted. */
  *#jump(moment: Moment, reason: StopReason): Motion<Stop> {
    while (this.timeline.count < moment.unit + (moment.step > 0 ? 1 : 0) && (yield* this.timeline.runSteps())) yield;
    const target = this.#within(moment);
    if (!this.breakpoints.isCounting) {
      this.#moment = target;
      return yield* this.#arrived({ reason, breakpoints: [] });
    }
    this.isSilent = true;
    const command: Command = { kind: 'to', moment: target, reason };
    const goal = goalOf(command, this.#moment, this);
    if (!isSameMoment(target, this.#moment)) yield* this.#directionOf(command) === 'forward' ? forward(this, goal) : backward(this, goal);
    return yield* this.#arrived({ reason, breakpoints: [] });
  }

  /** Stands at the present moment, once its steps are there. */
  *#arrived(arrival: Arrival): Motion<Stop> {
    yield* this.timeline.traceSteps(this.#moment.unit);
    return this.#settled(arrival);
  }

  /** The nearest moment that there is. */
  #within(moment: Moment): Moment {
    const unit = Math.max(this.timeline.oldest, Math.min(moment.unit, this.timeline.count));
    return { unit, step: unit === moment.unit ? Math.max(0, Math.min(moment.step, this.timeline.stepsOf(unit))) : 0 };
  }

  #toWriter(target: DataTarget): Stop {
    this.timeline.isRoaming = false;
    const writer = this.writer(target);
    if (writer === undefined) return this.#settled({ reason: 'writer', breakpoints: [] }, 'Nothing in the recorded time has changed this.');
    this.#moment = writer.moment;
    return this.#settled({ reason: 'writer', breakpoints: [] }, writer.text);
  }

  /** The last change of something before the present moment, that moment included. */
  writer(target: DataTarget): LastWriter | undefined {
    this.settle();
    const position = lastChange(this.system, target, this.system.machine.history.position);
    return position < 0 ? undefined : this.writerAt(position);
  }

  /** Who made the change right after a position of the history. */
  writerAt(position: number): LastWriter {
    const moment = this.timeline.momentAfter(position);
    const trace = this.timeline.trace(moment.step === 0 ? moment.unit - 1 : moment.unit);
    const step = trace?.steps[moment.step - 1];
    const action = trace?.unit.action;
    const text = step === undefined ? 'Changed at the end of this line.' : stepLine(step);
    return { moment, text, at: action?.at, line: action === undefined ? undefined : action.line + 1 };
  }

  /** What changed between the moment before and the present one; on a line, what the line before did. */
  changes(): readonly Change[] {
    const { unit, step } = this.#moment;
    if (step === 0 && unit <= this.timeline.oldest) return [];
    const before: Moment = step > 0 ? { unit, step: step - 1 } : { unit: unit - 1, step: 0 };
    this.settle();
    return changesBetween(this.system, this.timeline.position(before), this.timeline.position(this.#moment));
  }

  /** Changes the machine by hand: what came later is forgotten, and the future begins here. */
  edit(apply: () => void): Stop {
    this.timeline.edit(this.#moment, apply);
    this.#moment = this.#within(this.#moment);
    this.#frontier = this.#moment;
    this.#output.rewind(this.#moment);
    return this.#settled({ reason: 'edit', breakpoints: [] });
  }

  /** To the moment before a frame began. */
  restartFrame(frame: Frame): Stop {
    const { unit, step } = frame.first;
    return this.run({ kind: 'to', moment: { unit, step: Math.max(0, step - 1) }, isJump: true, reason: 'restart' });
  }

  /** Where `step in` could go from here: frames that lie ahead, nested walks too. */
  stepTargets(): StepTarget[] {
    const { unit, step } = this.#moment;
    if (unit >= this.timeline.count) this.#lookAhead();
    const trace = this.timeline.trace(unit);
    if (trace === undefined) return [];
    return targetsAt(trace.tree, step, MOST_TARGETS).map((node) => ({
      label: `${'  '.repeat(Math.max(0, node.depth - 1))}${frameTitle(node, trace.steps)}`, moment: { unit, step: node.first },
    }));
  }

  /** Runs the line that is next, so that it is known what lies ahead; nothing moves. */
  #lookAhead(): void {
    if (this.timeline.run()) this.settle();
  }

  /** Moments at which a line was about to run, the latest first. */
  momentsOfLine(file: string, line: number, most: number): Moment[] {
    const found: Moment[] = [];
    for (let unit = this.timeline.count; unit >= this.timeline.oldest && found.length < most; unit--) {
      const action = this.timeline.line(unit);
      if (action?.line === line && action.at.file === file) found.push({ unit, step: 0 });
    }
    return found;
  }

  /** Sets all breakpoints of a scope. */
  setBreakpoints(scope: BreakpointScope, requests: readonly BreakpointRequest[]): readonly Breakpoint[] {
    return this.breakpoints.set(scope, requests);
  }

  /** Those of some breakpoints whose conditions hold at the present moment. */
  holding(candidates: readonly Active[]): Active[] {
    if (this.#thread !== undefined && this.thread !== this.#thread) return [];
    return candidates.filter((a) => a.request.condition === undefined || a.request.condition.trim() === '' || this.#isTrue(a.request.condition, a));
  }

  #isTrue(condition: string, active: Active): boolean {
    const value = this.#here((values) => this.#evaluator?.condition(condition, values)) ?? { error: 'conditions cannot be computed here' };
    if (typeof value === 'boolean') return value;
    // A condition that cannot be computed stops, so that it can be mended.
    this.#output.print(`Breakpoint ${active.id}: ${condition}: ${value.error}`, 'problem', this.#moment);
    return true;
  }

  /** Asks something with the machine at the present moment, whatever steps are made again for the answer. */
  #here<T>(ask: (values: ReturnType<typeof stepValues>) => T): T {
    const { isRoaming } = this.timeline;
    this.settle();
    this.timeline.isRoaming = false;
    try {
      return ask(this.#values());
    } finally {
      this.timeline.isRoaming = isRoaming;
    }
  }

  #values(): ReturnType<typeof stepValues> {
    const { step, trace } = this;
    return step === undefined || trace === undefined ? new Map() : stepValues(step, transactionOf(trace.tree, trace.steps, this.#moment.step));
  }

  /** Prints the message of a log point. */
  log(active: Active): void {
    const message = active.request.logMessage ?? '';
    const text = this.#here((values) => message.replace(/\{([^{}]*)\}/g, (_, expression: string) => this.#evaluator?.text(expression, values) ?? expression));
    this.#output.print(text, 'log', this.#moment);
  }

  reveal(): void {
    const { unit } = this.#moment;
    this.#output.reveal({ unit: unit + 1, step: 0 });
  }

  #settled(arrival: Arrival, text?: string): Stop {
    this.timeline.isRoaming = false;
    this.settle();
    this.#output.reveal(this.#moment);
    if (compareMoments(this.#moment, this.#frontier) > 0) this.#frontier = this.#moment;
    this.#stop = this.#stopAt(arrival, text);
    this.#before = this.#standing;
    this.#standing = { moment: this.#moment, position: this.system.machine.history.position };
    return this.#stop;
  }

  #stopAt({ reason, breakpoints }: Arrival, text?: string): Stop {
    const { step, trace } = this;
    const isException = breakpoints.some((a) => a.request.kind === 'exception');
    const exception = isException && step !== undefined ? exceptionOf(step, trace?.steps.slice(this.#moment.step) ?? []) : undefined;
    return {
      reason, moment: this.#moment, thread: this.thread, breakpoints: breakpoints.map((a) => a.id), exception,
      text: text ?? exception?.text ?? (step === undefined ? '' : stepLine(step)),
    };
  }
}
