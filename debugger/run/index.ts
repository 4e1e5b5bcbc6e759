/** From a bound scenario to something that runs: its machine and its interpreter. */
import type { Problem } from '../../model/problem.ts';
import type { Program, ScenarioFiles } from '../scenario/program.ts';
import { finish } from '../scenario/pace.ts';
import { describeSteps } from '../system/describe.ts';
import { buildSystem } from '../system/build.ts';
import type { System } from '../system/system.ts';
import { DEFAULT_LIMIT, ScenarioRunner, type ScopeMaker } from './runner.ts';
import type { Runner } from './unit.ts';

export type { ScopeMaker } from './runner.ts';
export { DEFAULT_LIMIT } from './runner.ts';

/** A scenario that is ready to run. */
export interface Run {
  readonly system: System;
  readonly runner: Runner;
  /** Warnings about boards and guests that took part. */
  readonly problems: readonly Problem[];
}

/** What expressions of the scenario can name beyond its own variables. */
export interface RunOptions {
  readonly scope?: ScopeMaker;
}

/** A run, or why there is none. */
export type Created = Run | { readonly problems: readonly Problem[] };

/** Makes the machine of a program and its interpreter; with errors among the problems there is no run. */
export function createRun(program: Program, files: ScenarioFiles, options: RunOptions = {}): Created {
  return finish(createRunSteps(program, files, options));
}

/** The same in slices. */
export function* createRunSteps(program: Program, files: ScenarioFiles, options: RunOptions = {}): Generator<void, Created> {
  const wrong = program.problems.filter((p) => p.level === 'error');
  if (wrong.length > 0) return { problems: wrong };
  const described = yield* describeSteps(program, files);
  yield;
  if (described.description === undefined) return { problems: described.problems };
  const built = buildSystem(described.description);
  if (!('machine' in built)) return { problems: [...described.problems, ...built.problems] };
  const runner = new ScenarioRunner(program, built, { limit: described.limit ?? DEFAULT_LIMIT, scope: options.scope });
  return { system: built, runner, problems: described.problems };
}
