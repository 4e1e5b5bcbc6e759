/**
 * One source from its file to its problems: compiled, then looked at by all rules. It is what a
 * worker does, so its results are plain data.
 */
import { DTC_RULES } from '../../model/devicetree/checks/index.ts';
import { CheckTree } from '../../model/devicetree/checks/view.ts';
import { identityText } from '../../model/devicetree/source/identity.ts';
import { parseDts } from '../../model/devicetree/syntax/parse.ts';
import { mergeDts } from '../../model/devicetree/tree/merge.ts';
import { toProblems } from '../../model/devicetree/syntax/problem.ts';
import { DEFAULT_LIMITS } from '../../model/devicetree/source/files.ts';
import type { Level, Problem } from '../../model/problem.ts';
import type { CommandFiles } from '../command.ts';

/** How to compile and what to report, the same for all sources of a run. */
export interface AnalyzeOptions {
  readonly includeRoots: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
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

/** Analyses sources one after the other, and keeps what they share. */
export class Analyzer {
  constructor(readonly options: AnalyzeOptions, readonly files: CommandFiles) {}

  analyze(root: string): Analysis {
    const text = identityText({ path: root, text: this.files.readText(root) ?? '' });
    const parsed = parseDts(text.text);
    const merged = mergeDts(parsed.syntax);
    const tree = new CheckTree(merged.tree, text);
    const problems = [...toProblems(text, [...parsed.problems, ...merged.problems], DEFAULT_LIMITS.problemsPerFile)];
    if (!this.options.iommuOnly) for (const rule of DTC_RULES) problems.push(...rule.check(tree));
    return { root, problems: problems.filter((p) => this.options.levels.includes(p.level)), files: [root] };
  }
}
