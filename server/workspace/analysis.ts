/**
 * One board from its root file to its problems, in slices: preprocess, parse, merge, platform,
 * rules. What stands before an edit is taken over from the previous analysis. A file that no board
 * includes is compiled alone as a fragment, and only what can be wrong with it alone is reported.
 */
import { DTC_RULES } from '../../model/devicetree/checks/index.ts';
import { CheckTree } from '../../model/devicetree/checks/view.ts';
import { type Preprocessed, preprocessSteps } from '../../model/devicetree/preprocess/preprocess.ts';
import { type CompileOptions, DEFAULT_LIMITS, type FileHost, type SourceFile } from '../../model/devicetree/source/files.ts';
import { type ParsedDts, parseSteps } from '../../model/devicetree/syntax/parse.ts';
import { toProblems } from '../../model/devicetree/syntax/problem.ts';
import { mergeSteps } from '../../model/devicetree/tree/merge.ts';
import { PlatformContext } from '../../model/platform/context.ts';
import { platformSteps } from '../../model/platform/platform.ts';
import { PLATFORM_RULES } from '../../model/platform/rules/index.ts';
import type { Level, Problem } from '../../model/problem.ts';
import { Board } from '../features/board.ts';
import { macrosOf } from '../features/macros.ts';
import type { Context } from './contexts.ts';

/** How boards are analysed. */
export interface AnalysisOptions {
  readonly files: FileHost;
  readonly compile: CompileOptions;
  readonly checks: 'all' | 'iommu';
  readonly levels: ReadonlyMap<string, Level | 'off'>;
}

/** An analysed board. */
export interface Analysis {
  /** Counts analyses, so that two of them can be told apart. */
  readonly serial: number;
  readonly board: Board;
  /** Every file that was read. */
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  readonly reuse: { readonly preprocessed: Preprocessed; readonly parsed: ParsedDts };
}

let serial = 0;

/** Analyses a board in slices; `previous` is its last analysis. */
export function* analyseBoard(context: Context, options: AnalysisOptions, previous: Analysis | undefined): Generator<void, Analysis> {
  const preprocessed = yield* preprocessSteps(context.root, options.files, options.compile);
  const { expanded } = preprocessed;
  const reusedChars = previous === undefined ? 0 : commonStart(previous.reuse.preprocessed.expanded.text, expanded.text);
  const parsed = yield* parseSteps(expanded.text, {
    limits: options.compile.limits ?? {},
    ...(previous === undefined ? {} : { previous: { parse: previous.reuse.parsed, reusedChars } }),
  });
  const merged = yield* mergeSteps(parsed.syntax);
  const platform = new PlatformContext(yield* platformSteps(merged.tree), expanded);
  const board = new Board({ text: expanded, syntax: parsed.syntax, tree: merged.tree, platform, macros: macrosOf(expanded) });
  const perFile = options.compile.limits?.problemsPerFile ?? DEFAULT_LIMITS.problemsPerFile;
  const found: Problem[] = [];
  if (options.checks === 'all' || context.fragment) {
    const syntax = context.fragment ? parsed.problems.filter((problem) => !ONLY_IN_ROOTS.has(problem.id)) : [...parsed.problems, ...merged.problems];
    found.push(...preprocessed.problems, ...toProblems(expanded, syntax, perFile));
  }
  if (!context.fragment) yield* runRules(board, options, found);
  return {
    serial: (serial += 1), board, files: expanded.files, problems: byFile(found, options.levels, perFile), reuse: { preprocessed, parsed },
  };
}

/** Problems that a file which is meant to be included does not have. */
const ONLY_IN_ROOTS = new Set(['dts-version-tag', 'dts-order']);

function* runRules(board: Board, options: AnalysisOptions, found: Problem[]): Generator<void, void> {
  for (const rule of PLATFORM_RULES) {
    if (options.levels.get(rule.id) === 'off') continue;
    for (const problem of rule.check(board.platform)) found.push(problem);
    yield;
  }
  if (options.checks === 'iommu') return;
  const tree = new CheckTree(board.tree, board.text);
  for (const rule of DTC_RULES) {
    if (options.levels.get(rule.id) === 'off') continue;
    for (const problem of rule.check(tree)) found.push(problem);
    yield;
  }
}

/** Problems by file, with the levels that the user wants; more than `perFile` of one file are left out. */
function byFile(found: readonly Problem[], levels: AnalysisOptions['levels'], perFile: number): Map<string, Problem[]> {
  const files = new Map<string, Problem[]>();
  for (const problem of found) {
    const level = levels.get(problem.id);
    if (level === 'off') continue;
    const list = files.get(problem.range.file) ?? [];
    files.set(problem.range.file, list);
    if (list.length <= perFile) list.push(level === undefined ? problem : { ...problem, level });
  }
  return files;
}

/** How many characters two texts begin with in common, found by halving. */
function commonStart(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let same = 0;
  for (let step = 1 << 16; step > 0; step = Math.floor(step / 2)) {
    while (same + step <= end && a.slice(same, same + step) === b.slice(same, same + step)) same += step;
  }
  return same;
}
