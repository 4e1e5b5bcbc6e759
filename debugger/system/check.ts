/**
 * What is found wrong with a setup only when its machine is made, for those that check scenarios without
 * running them. It makes the machine and lets it go; nothing is done on it.
 */
import type { Problem } from '../../model/problem.ts';
import { finish } from '../scenario/pace.ts';
import type { Program, ScenarioFiles } from '../scenario/program.ts';
import { buildSystem } from './build.ts';
import { describeSteps } from './describe.ts';

/** The `scenario-setup` problems of a program that has no errors; those of its board are that board's own and left out. */
export function setupProblems(program: Program, files: ScenarioFiles): readonly Problem[] {
  return finish(setupProblemsSteps(program, files));
}

/** The same in slices; the machine itself is made at once. None where a part of the board is not there: what is missing may be in it. */
export function* setupProblemsSteps(program: Program, files: ScenarioFiles): Generator<void, readonly Problem[]> {
  const { description, problems, isWhole } = yield* describeSteps(program, files);
  if (!isWhole) return [];
  yield;
  const built = description === undefined ? undefined : buildSystem(description);
  const found = [...problems, ...(built === undefined || 'machine' in built ? [] : built.problems)];
  return found.filter((one) => one.id === 'scenario-setup').map((one) => (one.range.file === '' ? { ...one, range: { ...one.range, file: program.path } } : one));
}
