/** Files that the setup names and that are not there. Included scenarios are looked for when they are read. */
import type { Problem } from '../../../model/problem.ts';
import type { SourceFile } from '../declarations.ts';
import { problem, shorten } from '../problem.ts';
import type { CheckInput } from './check.ts';

/** Checks the files that the machine is made from, with a pause behind each. */
export function* checkFiles({ sources, files }: CheckInput): Generator<Problem | undefined> {
  const { board, project, image, guests } = sources;
  for (const one of [board, project, image, ...guests].filter((source) => source !== undefined)) {
    yield isThere(one, files) ? undefined : problem('scenario-file', one.at, `There is no file ${shorten(one.text)}.`, 'The name is relative to the scenario.');
  }
}

function isThere({ path }: SourceFile, files: CheckInput['files']): boolean {
  return files.readText(path) !== undefined || files.readBytes(path) !== undefined;
}
