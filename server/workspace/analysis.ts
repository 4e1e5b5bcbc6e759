/**
 * One board from its root file to its problems, in slices: preprocess, parse, merge, platform,
 * rules. What stands before an edit is taken over from the previous analysis. A file that no board
 * includes is compiled alone as a fragment, and only what can be wrong with it alone is reported.
 */
import { DTC_RULES } from '../../model/devicetree/checks/index.ts';
import { CheckTree } from '../../model/devicetree/checks/view.ts';
import { type Compilation, compileSteps } from '../../model/devicetree/compile.ts';
import { type CompileOptions, DEFAULT_LIMITS, type FileHost, type SourceFile } from '../../model/devicetree/source/files.ts';
import type { DtTree } from '../../model/devicetree/tree/tree.ts';
import { PlatformContext } from '../../model/platform/context.ts';
import { platformSteps } from '../../model/platform/platform.ts';
import { PLATFORM_RULES } from '../../model/platform/rules/index.ts';
import { worthTelling } from '../../model/echoes.ts';
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
  /** Told of what the compiler found where the rules will take their time: nobody waits long for the first word. */
  readonly early?: (compilation: Compilation, problems: ReadonlyMap<string, readonly Problem[]>) => void;
}

/** A compilation that takes longer than this, in ms, is one whose rules will take long too. */
const LONG_COMPILATION = 250;

/** An analysed board. */
export interface Analysis {
  /** Counts analyses, so that two of them can be told apart. */
  readonly serial: number;
  readonly board: Board;
  /** Every file that was read. */
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  readonly compilation: Compilation;
}

let serial = 0;

/** Analyses a board in slices; `previous` is its last analysis. */
export function* analyseBoard(context: Context, options: AnalysisOptions, previous: Analysis | undefined): Generator<void, Analysis> {
  const start = performance.now();
  const compilation = yield* compileSteps(context.root, options.files, options.compile, previous?.compilation);
  const { expanded, syntax, tree } = compilation;
  const perFile = options.compile.limits?.problemsPerFile ?? DEFAULT_LIMITS.problemsPerFile;
  const found: Problem[] = [];
  const isPart = context.fragment || isCompiledOverlay(tree);
  if (isPart) found.push(...compilation.problems.filter((problem) => !ONLY_IN_BOARDS.test(problem.id)));
  else if (options.checks === 'all') found.push(...compilation.problems);
  if (performance.now() - start > LONG_COMPILATION) options.early?.(compilation, byFile(found, options.levels, perFile));
  const platform = new PlatformContext(yield* platformSteps(tree), expanded);
  const board = new Board({ text: expanded, syntax, tree, platform, macros: macrosOf(compilation.preprocessed) });
  if (!isPart) yield* runRules(board, options, found);
  return {
    serial: (serial += 1), board, files: compilation.files, problems: byFile(worthTelling(found), options.levels, perFile), compilation,
  };
}

/** Whether a tree is an overlay read back from its blob: its references are placeholders that the loader fills in, so that only its form can be checked. */
function isCompiledOverlay(tree: DtTree): boolean {
  return !tree.plugin && [...tree.root.children.values()].some((node) => node.children.has('__overlay__'));
}

/** What cannot be said of a file that is meant to be included: how it begins, and what it refers to. */
const ONLY_IN_BOARDS = /^(?:dtc-|dts-(?:version-tag|order|unknown-target|undefined-name)$)/;

function* runRules(board: Board, options: AnalysisOptions, found: Problem[]): Generator<void, void> {
  for (const rule of PLATFORM_RULES) {
    if (options.levels.get(rule.id) === 'off') continue;
    yield* collect(rule.check(board.platform), found);
  }
  if (options.checks === 'iommu') return;
  const tree = yield* CheckTree.steps(board.tree, board.text);
  for (const rule of DTC_RULES) {
    if (options.levels.get(rule.id) === 'off') continue;
    yield* collect(rule.steps(tree), found);
  }
}

/** Findings of one rule beyond this say nothing new. */
const MAX_OF_A_RULE = 1000;

/** Takes what a rule finds; `undefined` is a pause of the rule's own. */
function* collect(problems: Iterable<Problem | undefined>, found: Problem[]): Generator<void, void> {
  let count = 0;
  for (const problem of problems) {
    if (problem !== undefined) {
      found.push(problem);
      count += 1;
    }
    if (count === MAX_OF_A_RULE) break;
    if (problem === undefined || count % 50 === 0) yield;
  }
  yield;
}

/** Problems by file, with the levels that the user wants; more than `perFile` of one file are left out. */
function byFile(found: readonly Problem[], levels: AnalysisOptions['levels'], perFile: number): Map<string, Problem[]> {
  const files = new Map<string, Problem[]>();
  for (const problem of found) {
    const level = levels.get(problem.id);
    if (level === 'off') continue;
    const list = files.get(problem.range.file) ?? [];
    files.set(problem.range.file, list);
    if (list.length < perFile) list.push(level === undefined ? problem : { ...problem, level });
    else if (list.length === perFile) list.push(tooMany(problem, perFile));
  }
  return files;
}

/** What stands in the place of the problems that are left out. */
export function tooMany({ range }: Problem, perFile: number): Problem {
  const message = `The file has more than ${perFile} problems; the rest are not shown`;
  return { id: 'limit-problems-per-file', level: 'warning', message, range };
}
