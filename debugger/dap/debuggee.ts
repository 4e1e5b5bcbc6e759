/**
 * A scenario being debugged, as the handlers see it: the session, which knows where in time we are, and
 * an inspector of the machine as it is at that moment.
 */
import type { SourceRange } from '../../model/problem.ts';
import type { Step } from '../../emulator/steps/step.ts';
import { inlineText, type ExpressionValue } from '../expression/value.ts';
import { applyEdits, type Edit } from '../inspect/edit.ts';
import { Inspector } from '../inspect/inspector.ts';
import type { Writer } from '../inspect/context.ts';
import type { Unit } from '../run/unit.ts';
import { Session } from '../session/session.ts';
import type { Boot, Evaluator, Moment, SessionView, Stop } from '../session/types.ts';
import type { TraceStep } from '../trace/traceStep.ts';
import { NotingRunner, Outcomes } from './outcomes.ts';

/** Text for the console, with the line that it is about. */
export type Print = (text: string, category: 'log' | 'console' | 'problem', at: SourceRange | undefined) => void;

/** What a debuggee needs from outside. */
export interface Surroundings {
  readonly print: Print;
  readonly readText: (path: string) => string | undefined;
}

/** How far back the outcomes of lines are looked for, in units. */
const MOST_UNITS = 512;

type Names = ReadonlyMap<string, ExpressionValue>;

/** A scenario and where in its time we are. */
export class Debuggee {
  readonly session: Session;
  #boot: Boot;
  #outcomes = new Outcomes();
  #inspected: { readonly stop: Stop; readonly inspector: Inspector } | undefined;

  constructor(boot: Boot, { print, readText }: Surroundings) {
    this.#boot = boot;
    this.session = new Session({
      boot: () => this.#start(), readText,
      evaluator: (view) => evaluatorOf((names) => this.#at(view, names)),
      output: (text, category, moment) => print(text, category, this.#lineOf(moment)),
    });
  }

  /** Starts over with what may be another program; breakpoints stay. */
  restart(boot: Boot): Stop {
    this.#boot = boot;
    return this.session.restart();
  }

  #start(): Boot {
    const { program, system, runner } = this.#boot;
    this.#outcomes = new Outcomes();
    return { program, system, runner: new NotingRunner(runner, this.#outcomes) };
  }

  /** What came of the lines that can fail. */
  get outcomes(): Outcomes {
    return this.#outcomes;
  }

  /** Whether there is nothing more to run. */
  get isAtEnd(): boolean {
    return this.session.action === undefined;
  }

  /** Where in time we are, for people. */
  get timeText(): string {
    const { moment, timeline } = this.session;
    const { action } = this.session;
    if (action === undefined) return 'the end';
    const line = `line ${action.action.line + 1}`;
    return moment.step === 0 ? line : `${line}, step ${moment.step} of ${timeline.stepsOf(moment.unit)}`;
  }

  /** A look at the present moment; the same until something moves. */
  get inspector(): Inspector {
    const { stop } = this.session;
    if (this.#inspected?.stop !== stop) {
      this.session.settle();
      this.#inspected = { stop, inspector: this.#at(this.session, new Map()) };
    }
    return this.#inspected.inspector;
  }

  #at(view: SessionView, names: Names): Inspector {
    // While the session is being made there is no way to ask it more.
    const session = this.session as Session | undefined;
    const { state } = view;
    return new Inspector(view.system, {
      variables: new Map([...state.variables, ...names]), last: state.last,
      steps: session?.trace?.steps.slice(0, view.moment.step).filter(isMachineStep) ?? [],
      who: (address) => this.#writer(address),
      changes: () => session?.changes() ?? [],
    });
  }

  #writer(address: number): Writer | undefined {
    const found = this.session.writer({ kind: 'memory', address, size: 8 });
    return found === undefined ? undefined : { text: found.text, at: found.at, line: found.line, step: found.moment.step };
  }

  /** Changes the machine by hand. */
  edit(edits: readonly Edit[]): Stop {
    return this.session.edit(() => void applyEdits(this.session.system.machine, edits));
  }

  /** The last time that each of some lines ran before the present moment. */
  unitsBefore(path: string, start: number, end: number): Unit[] {
    const { timeline, moment } = this.session;
    const wanted = new Set(this.session.breakpoints.locations(path, start, end));
    const found: Unit[] = [];
    const last = moment.step > 0 && moment.step === timeline.stepsOf(moment.unit) ? moment.unit : moment.unit - 1;
    for (let index = last; index >= Math.max(timeline.oldest, last - MOST_UNITS) && wanted.size > 0; index--) {
      const unit = timeline.trace(index)?.unit;
      if (unit?.action.at.file === path && wanted.delete(unit.action.line)) found.push(unit);
    }
    return found;
  }

  #lineOf({ unit }: Moment): SourceRange | undefined {
    return (this.session as Session | undefined)?.timeline.action(unit)?.action.at;
  }
}

function isMachineStep(step: TraceStep): step is Step {
  return step.kind !== 'outcome';
}

/** Conditions and messages of breakpoints, computed where they are met. */
function evaluatorOf(at: (names: Names) => Inspector): Evaluator {
  return {
    condition: (text, names) => {
      const value = at(names).condition(text);
      return typeof value === 'string' ? { error: value } : value;
    },
    text: (text, names) => {
      const result = at(names).value(text);
      return result.ok ? inlineText(result.value) : `<${result.message}>`;
    },
  };
}
