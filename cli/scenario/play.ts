/** Runs one scenario to its end, and keeps what the formats of `vsmmu run` tell: failures, echoes, and with `trace` the steps. */
import type { Problem } from '../../model/problem.ts';
import { createRun } from '../../debugger/run/index.ts';
import type { Unit } from '../../debugger/run/unit.ts';
import { readScenario } from '../../debugger/scenario/read.ts';
import type { ScenarioFiles } from '../../debugger/scenario/program.ts';
import type { Step } from '../../emulator/steps/step.ts';
import type { System } from '../../debugger/system/system.ts';

/** A line that was carried out and is worth telling. */
export interface PlayedUnit {
  readonly unit: Omit<Unit, 'index' | 'steps'>;
  /** Empty unless steps are traced. */
  readonly steps: readonly Step[];
}

/** What came of a scenario. */
export interface Played {
  readonly path: string;
  /** `wrong`: it could not be run. */
  readonly status: 'passed' | 'failed' | 'wrong';
  readonly problems: readonly Problem[];
  readonly actions: number;
  /** How many expectations were looked at; `expectations` keeps the first of them only. */
  readonly expected: number;
  readonly expectations: readonly PlayedUnit[];
  readonly failures: readonly PlayedUnit[];
  readonly echoes: readonly PlayedUnit[];
  /** What was done, with its steps: as much as was asked for. */
  readonly trace: readonly PlayedUnit[];
}

/** Which lines are kept with their steps. */
export type Traced = 'none' | 'last' | 'all';

/** Lines kept of each kind, expectations for example: beyond this they are only counted. */
const MOST_KEPT = 10_000;
/** Steps kept for a trace. */
const MOST_STEPS = 500_000;

function isExpectation(verb: string): boolean {
  return verb === 'expect' || verb.startsWith('expect.');
}

/** Keeps what a run tells. */
class Recorder {
  actions = 0;
  expected = 0;
  readonly expectations: PlayedUnit[] = [];
  readonly failures: PlayedUnit[] = [];
  readonly echoes: PlayedUnit[] = [];
  readonly trace: PlayedUnit[] = [];
  #steps = 0;

  /** Whether the steps of what comes are wanted: those that nobody is shown cost more than all else. */
  wantsSteps(traced: Traced): boolean {
    return traced === 'last' || (traced === 'all' && this.trace.length < MOST_KEPT && this.#steps < MOST_STEPS);
  }

  take(played: PlayedUnit, traced: Traced): void {
    const { action, outcome } = played.unit;
    this.actions++;
    if (traced === 'last') this.trace.length = 0;
    if (this.wantsSteps(traced)) {
      this.trace.push(played);
      this.#steps += played.steps.length;
    }
    if (outcome.status !== 'ok') keep(this.failures, played);
    if (isExpectation(action.verb)) {
      this.expected++;
      keep(this.expectations, played);
    } else if (action.verb === 'echo' && outcome.status === 'ok') keep(this.echoes, played);
  }
}

function keep(list: PlayedUnit[], played: PlayedUnit): void {
  if (list.length < MOST_KEPT) list.push(played);
}

/** What a scenario that cannot be run comes to. */
export function wrong(path: string, problems: readonly Problem[]): Played {
  return { path, status: 'wrong', problems, actions: 0, expected: 0, expectations: [], failures: [], echoes: [], trace: [] };
}

/** Plays a scenario. It ends at the first line that cannot be carried out, and goes on after an expectation that does not hold. */
export function play(path: string, files: ScenarioFiles, options: { readonly traced: Traced }): Played {
  const run = createRun(readScenario(path, files), files);
  if (!('runner' in run)) return wrong(path, run.problems);
  const recorder = new Recorder();
  const { expectations, failures, echoes, trace } = recorder;
  const { runner, system } = run;
  for (;;) {
    const steps: Step[] = [];
    const unit = stepped(system, recorder.wantsSteps(options.traced) ? steps : undefined, () => runner.run());
    if (unit === undefined) break;
    recorder.take({ unit, steps }, options.traced);
    if (unit.outcome.status === 'error') break;
  }
  return { path, status: failures.length === 0 ? 'passed' : 'failed', problems: run.problems, actions: recorder.actions, expected: recorder.expected, expectations, failures, echoes, trace };
}

function stepped<T>(system: System, steps: Step[] | undefined, run: () => T): T {
  system.observe(steps === undefined ? null : { step: (step) => void steps.push(step) });
  return run();
}
