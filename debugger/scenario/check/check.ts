/**
 * Everything that is said of a scenario beyond its single lines: whether names exist on its machine,
 * whether values fit, and whether the order makes sense. When a board is not known, what depends on it
 * is left out: a false alarm is worse than a miss.
 */
import type { Problem } from '../../../model/problem.ts';
import { linesOf, machineNames, type Sources, sourcesOf } from '../declarations.ts';
import { SCENARIO_LIMITS, type ScenarioLimits } from '../limits.ts';
import type { BoardNames, MachineNames } from '../machine.ts';
import type { ScenarioFiles } from '../program.ts';
import { capped, type ScenarioReading } from '../read.ts';
import { checkDuplicates } from './duplicates.ts';
import { checkExpressions } from './expressions.ts';
import { checkFields } from './fields.ts';
import { checkFiles } from './files.ts';
import { checkNames } from './names.ts';
import { checkOrder } from './order.ts';
import { checkStreams } from './streams.ts';

/** What the checks read. */
export interface CheckInput {
  readonly reading: ScenarioReading;
  readonly machine: MachineNames;
  readonly sources: Sources;
  readonly files: ScenarioFiles;
}

/** A checked scenario. */
export interface CheckedScenario extends CheckInput {
  /** Those of reading and those of the checks, in the order of their places. */
  readonly problems: readonly Problem[];
}

const LINE_CHECKS = [checkNames, checkFields, checkStreams, checkExpressions] as const;
const WHOLE_CHECKS = [checkOrder, checkDuplicates, checkFiles] as const;

/** Lines between two pauses. */
const SLICE = 100;

/** Checks a scenario on a board, in slices. */
export function* checkSteps(reading: ScenarioReading, board: BoardNames, { files, limits }: { files: ScenarioFiles; limits?: Partial<ScenarioLimits> }): Generator<void, CheckedScenario> {
  const sources = sourcesOf(reading, (from, name) => files.resolve(from, name));
  const input: CheckInput = { reading, sources, files, machine: machineNames(reading, board, sources) };
  const perFile = limits?.problemsPerFile ?? SCENARIO_LIMITS.problemsPerFile;
  const found: Problem[] = [...reading.program.problems];
  yield* checkLines(input, perFile, found);
  for (const check of WHOLE_CHECKS) {
    found.push(...check(input));
    yield;
  }
  return { ...input, problems: capped(found, perFile) };
}

/** Lines one by one; a file that has more problems than are shown is left. */
function* checkLines(input: CheckInput, perFile: number, found: Problem[]): Generator<void, void> {
  const counts = new Map<string, number>();
  let count = 0;
  for (const line of linesOf(input.reading)) {
    const before = found.length;
    const inFile = counts.get(line.file) ?? 0;
    if (inFile <= perFile) for (const check of LINE_CHECKS) found.push(...check(line, input));
    counts.set(line.file, inFile + found.length - before);
    count += 1;
    if (count % SLICE === 0 || found.length > before) yield;
  }
}
