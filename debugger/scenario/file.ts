/** One scenario file by itself: its lines as a tree, and each line bound. What it includes is not looked at. */
import type { Problem } from '../../model/problem.ts';
import { bindLine, type BoundLine } from './bind/line.ts';
import { Report } from './bind/report.ts';
import type { ScenarioLimits } from './limits.ts';
import { Pace } from './pace.ts';
import { parseSteps, type SyntaxLine, type SyntaxTree } from './syntax/tree.ts';

/** A scenario file, bound. */
export interface ScenarioFile {
  readonly path: string;
  readonly text: string;
  readonly tree: SyntaxTree;
  /** By line of the tree; lines with nothing but a comment are not there. */
  readonly bound: ReadonlyMap<SyntaxLine, BoundLine>;
  /** What is wrong with its lines, each by itself. */
  readonly problems: readonly Problem[];
}

/** Reads one file in slices. */
export function* readFileSteps(path: string, text: string, limits: ScenarioLimits): Generator<void, ScenarioFile> {
  const tree = yield* parseSteps(path, text, limits);
  const report = new Report(path, limits.problemsPerFile + 1);
  const bound = new Map<SyntaxLine, BoundLine>();
  const pace = new Pace();
  for (const line of tree.lines) {
    if (line.chunks.length === 0) continue;
    bound.set(line, bindLine(text, line, report));
    if (pace.isDue(line.end - line.start)) yield;
  }
  return { path, text, tree, bound, problems: [...tree.problems, ...report.problems] };
}

/** Reads one file at once. */
export function readFile(path: string, text: string, limits: ScenarioLimits): ScenarioFile {
  return finish(readFileSteps(path, text, limits));
}

/** Runs work in slices to its end. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
