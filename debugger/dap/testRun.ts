/**
 * Scenarios as tests: which lines can fail, and a run of one without a debugger around it, in slices so
 * that the editor's extension host stays responsive.
 */
import { createRunSteps } from '../run/index.ts';
import { inspectScope } from '../inspect/runScope.ts';
import type { Unit } from '../run/unit.ts';
import { readFile } from '../scenario/file.ts';
import { isSteps } from '../scenario/pace.ts';
import { SCENARIO_LIMITS } from '../scenario/limits.ts';
import type { ScenarioFiles } from '../scenario/program.ts';
import { readScenarioSteps } from '../scenario/read.ts';
import { nodeFiles } from './files.ts';
import { problemText } from './problems.ts';
import { inSlices } from './slices.ts';

/** A line that can fail. */
export interface ScenarioTest {
  /** From 0. */
  readonly line: number;
  readonly label: string;
}

/** What came of a line. */
export interface LineOutcome {
  readonly path: string;
  /** From 0. */
  readonly line: number;
  readonly status: 'ok' | 'failed' | 'error';
  readonly text: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** A run, and who hears of it. */
export interface TestRun {
  readonly path: string;
  onLine(outcome: LineOutcome): void;
  isCancelled(): boolean;
}

/** Whether a line is there to be checked, rather than to do something. */
export function isExpectation(verb: string): boolean {
  return verb === 'expect' || verb.startsWith('expect.');
}

/** The expectations of one file, in their order; those of included files are theirs. */
export function scenarioTests(path: string, text: string): ScenarioTest[] {
  const file = readFile(path.replaceAll('\\', '/'), text, SCENARIO_LIMITS);
  const expectations = [...file.bound.values()].filter(({ verb }) => verb !== undefined && isExpectation(verb.name));
  return expectations.map(({ line }) => ({ line: line.line, label: text.slice(line.chunks[0]?.start ?? line.end, line.end) }));
}

/** What a unit came to, for people who look at lines. */
export function lineOutcome({ action, outcome }: Unit | Omit<Unit, 'index' | 'steps'>): LineOutcome {
  const { status, text, expected, actual } = outcome;
  return {
    path: action.at.file, line: action.line, status, text,
    ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }),
  };
}

/** Runs a scenario to its end; resolves to why it could not, or undefined. */
export async function runScenario({ path, onLine, isCancelled }: TestRun, files: ScenarioFiles = nodeFiles): Promise<string | undefined> {
  return await inSlices(steps({ path: path.replaceAll('\\', '/'), onLine, isCancelled }, files), isCancelled) ?? undefined;
}

function* steps({ path, onLine }: TestRun, files: ScenarioFiles): Generator<void, string | undefined> {
  const { program } = yield* readScenarioSteps(path, files);
  const run = yield* createRunSteps(program, files, { scope: inspectScope });
  if (!('runner' in run)) return run.problems.map((problem) => problemText(problem, files)).join('\n') || 'The scenario cannot run.';
  for (;;) {
    const work = run.runner.start();
    if (work === undefined) return undefined;
    const unit = isSteps(work) ? yield* work : work;
    if (isExpectation(unit.action.verb) || unit.outcome.status !== 'ok') onLine(lineOutcome(unit));
    yield;
  }
}
