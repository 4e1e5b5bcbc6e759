/**
 * Everything that is said of a scenario beyond its single lines: whether names exist on its machine,
 * whether values fit, and whether the order makes sense. When a board is not known, what depends on it
 * is left out: a false alarm is worse than a miss.
 */
import type { Problem } from '../../../model/problem.ts';
import { linesOf, machineNamesSteps, type Sources, sourcesOfSteps } from '../declarations.ts';
import { SCENARIO_LIMITS, type ScenarioLimits } from '../limits.ts';
import type { BoardNames, MachineNames } from '../machine.ts';
import { Pace } from '../pace.ts';
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

/** Checks a scenario on a board, in slices. */
export function* checkSteps(reading: ScenarioReading, board: BoardNames, { files, limits }: { files: ScenarioFiles; limits?: Partial<ScenarioLimits> }): Generator<void, CheckedScenario> {
  const sources = yield* sourcesOfSteps(reading, (from, name) => files.resolve(from, name));
  const input: CheckInput = { reading, sources, files, machine: yield* machineNamesSteps(reading, board, sources) };
  const perFile = limits?.problemsPerFile ?? SCENARIO_LIMITS.problemsPerFile;
  const found = new Found(perFile);
  found.add(reading.program.problems);
  yield* checkLines(input, found);
  for (const check of WHOLE_CHECKS) {
    for (const one of check(input)) {
      if (one !== undefined) found.add([one]);
      yield;
    }
  }
  return { ...input, problems: capped(found.problems, perFile) };
}

/** What is found: of each file no more than is shown, and one so that it can be said that there are more. */
class Found {
  readonly problems: Problem[] = [];
  readonly #counts = new Map<string, number>();

  constructor(readonly perFile: number) {}

  isFull(file: string): boolean {
    return (this.#counts.get(file) ?? 0) > this.perFile;
  }

  add(problems: readonly Problem[]): void {
    for (const one of problems) {
      const { file } = one.range;
      if (this.isFull(file)) continue;
      this.#counts.set(file, (this.#counts.get(file) ?? 0) + 1);
      this.problems.push(one);
    }
  }
}

/** Lines one by one; a file that has more problems than are shown is left. */
function* checkLines(input: CheckInput, found: Found): Generator<void, void> {
  const pace = new Pace();
  for (const line of linesOf(input.reading)) {
    for (const check of LINE_CHECKS) {
      if (found.isFull(line.file)) break;
      yield* take(check(line, input), line.file, found);
    }
    if (pace.isDue(line.bound.line.end - line.bound.line.start)) yield;
  }
}

/** To find a problem may take long, as names are compared. */
function* take(problems: Iterable<Problem>, file: string, found: Found): Generator<void, void> {
  for (const one of problems) {
    found.add([one]);
    if (found.isFull(file)) return;
    yield;
  }
}
