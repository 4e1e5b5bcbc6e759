/**
 * One source from its file to its merged tree, for every command that needs one: finds the
 * include roots, and keeps what the next source may share with it.
 */
import { identityText } from '../model/devicetree/source/identity.ts';
import { DEFAULT_LIMITS } from '../model/devicetree/source/files.ts';
import type { ExpandedText } from '../model/devicetree/source/origin.ts';
import { parseDts } from '../model/devicetree/syntax/parse.ts';
import { toProblems } from '../model/devicetree/syntax/problem.ts';
import { mergeDts } from '../model/devicetree/tree/merge.ts';
import type { DtTree } from '../model/devicetree/tree/tree.ts';
import type { Problem } from '../model/problem.ts';
import type { CommandFiles } from './command.ts';

/** How to compile. */
export interface CompilerOptions {
  readonly includeRoots: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
}

/** A compiled source. */
export interface Compiled {
  readonly tree: DtTree;
  readonly text: ExpandedText;
  readonly problems: readonly Problem[];
}

export class Compiler {
  constructor(readonly options: CompilerOptions, readonly files: CommandFiles) {}

  compile(path: string): Compiled {
    const text = identityText({ path, text: this.files.readText(path) ?? '' });
    const parsed = parseDts(text.text);
    const merged = mergeDts(parsed.syntax);
    return { tree: merged.tree, text, problems: toProblems(text, [...parsed.problems, ...merged.problems], DEFAULT_LIMITS.problemsPerFile) };
  }
}
