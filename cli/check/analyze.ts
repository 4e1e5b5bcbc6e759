/**
 * One source from its file to its problems: compiled, then looked at by all rules. It is what a
 * worker does, so its results are plain data.
 */
import { DTC_RULES } from '../../model/devicetree/checks/index.ts';
import { CheckTree } from '../../model/devicetree/checks/view.ts';
import { PlatformContext } from '../../model/platform/context.ts';
import { platform } from '../../model/platform/platform.ts';
import { PLATFORM_RULES } from '../../model/platform/rules/index.ts';
import type { Level, Problem } from '../../model/problem.ts';
import type { CommandFiles } from '../command.ts';
import { type Compiled, Compiler, type CompilerOptions } from '../compiler.ts';

/** How to compile and what to report, the same for all sources of a run. */
export interface AnalyzeOptions extends CompilerOptions {
  /** Leave out what other checkers report too. */
  readonly iommuOnly: boolean;
  readonly levels: readonly Level[];
}

/** What became of one source. */
export interface Analysis {
  readonly root: string;
  readonly problems: readonly Problem[];
  /** Every file that was read for it. */
  readonly files: readonly string[];
}

function* problemsOf({ tree, text, problems }: Compiled, iommuOnly: boolean): Iterable<Problem> {
  const context = new PlatformContext(platform(tree), text);
  for (const rule of PLATFORM_RULES) yield* rule.check(context);
  if (iommuOnly) return;
  yield* problems;
  const checked = new CheckTree(tree, text);
  for (const rule of DTC_RULES) yield* rule.check(checked);
}

/** Analyses sources one after the other, and keeps what they share. */
export class Analyzer {
  readonly #compiler: Compiler;

  constructor(readonly options: AnalyzeOptions, files: CommandFiles) {
    this.#compiler = new Compiler(options, files);
  }

  analyze(root: string): Analysis {
    const compiled = this.#compiler.compile(root);
    const problems = [...problemsOf(compiled, this.options.iommuOnly)].filter((p) => this.options.levels.includes(p.level));
    return { root, problems, files: [...compiled.text.files.keys()] };
  }
}
