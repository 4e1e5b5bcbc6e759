/**
 * What is wrong with the machine of a scenario, for the editor: the language server knows text and tables
 * only, and to find this out takes the emulator. The editor's extension host asks while one writes, with
 * the texts that are not saved yet; places come as lines and columns from 0.
 */
import type { Problem } from '../../model/problem.ts';
import { readScenarioSteps } from '../scenario/read.ts';
import type { ScenarioFiles } from '../scenario/program.ts';
import { setupProblemsSteps } from '../system/check.ts';
import { nodeFiles, withTexts } from './files.ts';
import { inSlices } from './slices.ts';

/** A place in a text, from 0. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

/** Something wrong with a setup. */
export interface SetupProblem {
  readonly id: string;
  readonly level: Problem['level'];
  /** What is wrong, and on a line of its own what to do. */
  readonly message: string;
  readonly path: string;
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** What is to be looked at. */
export interface SetupCheck {
  readonly path: string;
  /** Texts of the editor by path, over the files on disk. */
  readonly texts: ReadonlyMap<string, string>;
  isCancelled(): boolean;
}

/** Resolves to what is wrong, or undefined where it was cancelled. A scenario that cannot be read, or describes no machine, has nothing wrong here. */
export async function checkSetup({ path, texts, isCancelled }: SetupCheck, files: ScenarioFiles = nodeFiles): Promise<readonly SetupProblem[] | undefined> {
  const slashed = new Map([...texts].map(([name, text]) => [name.replaceAll('\\', '/'), text]));
  return await inSlices(steps(path.replaceAll('\\', '/'), withTexts(files, slashed)), isCancelled);
}

function* steps(path: string, files: ScenarioFiles): Generator<void, readonly SetupProblem[]> {
  const { program } = yield* readScenarioSteps(path, files);
  if (program.setup.length === 0 || program.problems.some(({ level }) => level === 'error')) return [];
  const found = yield* setupProblemsSteps(program, files);
  return found.map((one) => placed(one, files.readText(one.range.file) ?? ''));
}

function placed({ id, level, message, advice, range }: Problem, text: string): SetupProblem {
  return {
    id, level, message: advice === undefined ? message : `${message}\n${advice}`, path: range.file, start: positionAt(text, range.start), end: positionAt(text, range.end),
  };
}

function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}
