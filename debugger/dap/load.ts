/**
 * From a launch configuration to a scenario that can run, in slices: reads it and builds its machine. What
 * is wrong with it is written to the console, line by line.
 */
import type { Problem } from '../../model/problem.ts';
import { createRunSteps } from '../run/index.ts';
import { inspectScope } from '../inspect/runScope.ts';
import { readScenarioSteps } from '../scenario/read.ts';
import type { ScenarioFiles } from '../scenario/program.ts';
import type { Boot } from '../session/types.ts';
import type { Context } from './context.ts';
import { withTexts } from './files.ts';
import { problemText } from './problems.ts';
import { type LaunchArguments, Refusal } from './protocol.ts';

/** Makes a scenario ready to run; a refusal says why it cannot. */
export function* loadSteps(context: Context, launch: LaunchArguments): Generator<void, Boot | Refusal> {
  if (typeof launch.program !== 'string' || launch.program === '') return new Refusal('The launch configuration names no scenario ("program").', true);
  const path = context.client.fromPath(launch.program);
  const files = filesFor(context, path, launch.scenario);
  if (files.readText(path) === undefined) return new Refusal(`There is no scenario ${path}.`, true);
  const { program } = yield* readScenarioSteps(path, files);
  const run = yield* createRunSteps(program, files, { scope: inspectScope });
  if (!('runner' in run)) return refuse(context, run.problems, files);
  for (const problem of run.problems) context.output(problemText(problem, files), 'console', problem.range);
  return { program, system: run.system, runner: run.runner };
}

function filesFor(context: Context, path: string, scenario: unknown): ScenarioFiles {
  if (typeof scenario !== 'string') return context.files;
  context.sources.make(path, scenario);
  return withTexts(context.files, new Map([[path, scenario]]));
}

function refuse(context: Context, problems: readonly Problem[], files: ScenarioFiles): Refusal {
  for (const problem of problems) context.output(problemText(problem, files), 'stderr', problem.range);
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more in the debug console)` : '';
  return new Refusal(first === undefined ? 'The scenario cannot run.' : `${problemText(first, files)}${more}`, true);
}
