/** Runs scenarios from strings: files in memory (over those of the checkout), all units to the end. */
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { createRun, type Run } from '../../../debugger/run/index.ts';
import type { Unit } from '../../../debugger/run/unit.ts';
import { readScenario } from '../../../debugger/scenario/read.ts';
import type { ScenarioFiles } from '../../../debugger/scenario/program.ts';
import type { Step } from '../../../emulator/index.ts';
import { nodeScenarioFiles } from '../../../cli/scenarioFiles.ts';
import { nodeFiles } from '../../../cli/files.ts';

/** Files in memory first, then those of the disk. */
export function scenarioFiles(files: Readonly<Record<string, string>> = {}): ScenarioFiles {
  const disk = nodeScenarioFiles(nodeFiles);
  const own = new Map(Object.entries(files));
  return {
    readText: (path) => own.get(path) ?? disk.readText(path),
    readBytes: (path) => (own.has(path) ? new TextEncoder().encode(own.get(path)) : disk.readBytes(path)),
    resolve: (from, name) => disk.resolve(from, name),
  };
}

export type Ran = Omit<Unit, 'index' | 'steps'>;

/** A scenario of these lines, ready to run; throws what is wrong with it. */
export function prepare(text: string, files: Readonly<Record<string, string>> = {}, path = '/s/test.smmu'): Run {
  const host = scenarioFiles({ [path]: text, ...files });
  const run = createRun(readScenario(path, host), host);
  if (!('runner' in run)) throw new Error(run.problems.map((p) => `${p.id}: ${p.message}`).join('\n'));
  return run;
}

/** What is wrong with a scenario. */
export function problemsOf(text: string, files: Readonly<Record<string, string>> = {}, path = '/s/test.smmu'): string[] {
  const host = scenarioFiles({ [path]: text, ...files });
  return createRun(readScenario(path, host), host).problems.map((p) => p.message);
}

/** Runs to the end. */
export function play({ runner }: Run, most = 100_000): Ran[] {
  const units: Ran[] = [];
  for (let unit = runner.run(); unit !== undefined && units.length < most; unit = runner.run()) units.push(unit);
  return units;
}

/** Runs lines to the end: what each unit came to. */
export function outcomes(text: string, files: Readonly<Record<string, string>> = {}): string[] {
  return play(prepare(text, files)).map(({ action, outcome }) => `${outcome.status} ${action.verb}: ${outcome.text}`);
}

/** The outcomes that are not ok, with both sides of expectations. */
export function failures(run: Run): string[] {
  return play(run).filter((u) => u.outcome.status !== 'ok').map(({ action, outcome }) => {
    const sides = outcome.expected === undefined ? '' : ` (expected ${outcome.expected}; got ${outcome.actual ?? ''})`;
    return `line ${action.line + 1}: ${outcome.text}${sides}`;
  });
}

/** All steps of a run. */
export function stepsOf(run: Run): Step[] {
  const steps: Step[] = [];
  run.system.observe({ step: (step) => steps.push(step) });
  play(run);
  run.system.observe(null);
  return steps;
}

/** A file of the checkout. */
export function checkout(path: string): string {
  const found = posix.resolve(path);
  if (!existsSync(found)) throw new Error(`no ${path}`);
  return readFileSync(found, 'utf8');
}
