/** One scenario file by itself: its lines as a tree, and each line bound. What it includes is not looked at. */
import type { Problem } from '../../model/problem.ts';
import { bindLine, type BoundLine } from './bind/line.ts';
import { Report } from './bind/report.ts';
import type { ScenarioLimits } from './limits.ts';
import { finish, Pace } from './pace.ts';
import { problem } from './problem.ts';
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

/** How much of a file is looked at to tell whether it is text, and how much of that may be none: a slip of the keyboard is no blob. */
const LOOKED_AT = 4096;
const FEW = { count: 4, share: 0.1 };

/** Whether a file can be a scenario at all: a blob or an image, read as text, would give one error after the other. */
function isText(text: string): boolean {
  const head = text.slice(0, LOOKED_AT);
  const odd = [...head].filter((char) => char === '\0' || char === '\ufffd').length;
  return odd <= FEW.count || odd <= head.length * FEW.share;
}

function notText(path: string): Problem {
  return problem('scenario-syntax', { file: path, start: 0, end: 1 }, 'This file is no text, so it is no scenario.', 'Name a `.smmu` file; a board is named in one with `board "FILE"`.');
}

/** Reads one file in slices. */
export function* readFileSteps(path: string, text: string, limits: ScenarioLimits): Generator<void, ScenarioFile> {
  if (!isText(text)) return { path, text, tree: { path, text, lines: [], nodes: [], problems: [] }, bound: new Map(), problems: [notText(path)] };
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
