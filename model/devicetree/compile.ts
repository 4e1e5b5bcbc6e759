/**
 * One compilation, from the path of a root file to the merged tree with all problems at their
 * places in the user's files: preprocess, parse, merge. It can be done in slices, and it takes
 * over from an earlier compilation what stands before an edit. dtc's checks are not part of it.
 */
import type { Problem } from '../problem.ts';
import { type Preprocessed, preprocessSteps } from './preprocess/preprocess.ts';
import { type CompileOptions, DEFAULT_LIMITS, type FileHost, type SourceFile } from './source/files.ts';
import type { ExpandedText } from './source/origin.ts';
import { folderOf, joinPath } from './source/paths.ts';
import type { DtsSyntax } from './syntax/ast.ts';
import { type ParsedDts, parseSteps } from './syntax/parse.ts';
import { type SyntaxProblem, toProblemsSteps } from './syntax/problem.ts';
import type { ReadBinary } from './syntax/state.ts';
import { mergeSteps } from './tree/merge.ts';
import type { DtTree } from './tree/tree.ts';

/** The result of compiling one root file. */
export interface Compilation {
  readonly root: string;
  readonly expanded: ExpandedText;
  readonly syntax: DtsSyntax;
  readonly tree: DtTree;
  /** All problems of preprocessor, parser and merge. */
  readonly problems: readonly Problem[];
  /** Every file read, by path. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** What the preprocessor knows besides: macros, inactive stretches. */
  readonly preprocessed: Preprocessed;
  /** For the next compilation. */
  readonly parsed: ParsedDts;
}

/** Compiles in slices: each `next` does a piece of the work. `previous` is an earlier compilation of the same root. */
export function* compileSteps(root: string, host: FileHost, options: CompileOptions, previous?: Compilation): Generator<void, Compilation> {
  const preprocessed = yield* preprocessSteps(root, host, options, previous?.preprocessed);
  yield;
  const { expanded } = preprocessed;
  const readBinary = binaryReader(expanded, host, options);
  const parsed = yield* parseSteps(expanded.text, { limits: options.limits ?? {}, readBinary, ...reuse(expanded, previous) });
  yield;
  const merged = yield* mergeSteps(parsed.syntax, { symbols: options.symbols === true });
  const perFile = options.limits?.problemsPerFile ?? DEFAULT_LIMITS.problemsPerFile;
  const problems = yield* toProblemsSteps(expanded, both(parsed.problems, merged.problems), perFile);
  return {
    root, expanded, syntax: parsed.syntax, tree: merged.tree, problems: [...preprocessed.problems, ...problems],
    files: expanded.files, preprocessed, parsed,
  };
}

/** Compiles in one go. */
export function compile(root: string, host: FileHost, options: CompileOptions, previous?: Compilation): Compilation {
  const steps = compileSteps(root, host, options, previous);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function* both(a: readonly SyntaxProblem[], b: readonly SyntaxProblem[]): Generator<SyntaxProblem> {
  yield* a;
  yield* b;
}

function reuse(expanded: ExpandedText, previous: Compilation | undefined): { previous?: { parse: ParsedDts; reusedChars: number } } {
  if (previous === undefined) return {};
  return { previous: { parse: previous.parsed, reusedChars: commonPrefix(previous.expanded.text, expanded.text) } };
}

/** How many characters two texts have in common at their start. */
function commonPrefix(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  for (let size = shorter; size > 0;) {
    if (same + size <= shorter && a.slice(same, same + size) === b.slice(same, same + size)) same += size;
    else size >>= 1;
  }
  return same;
}

/** `/incbin/` looks beside the file that names it, then in the include roots. */
function binaryReader(expanded: ExpandedText, host: FileHost, options: CompileOptions): ReadBinary {
  return (path, offset) => {
    const own = folderOf(expanded.origin(offset, offset + 1).inclusion.file.path);
    for (const folder of [own, ...options.includeRoots]) {
      const bytes = host.readBytes(joinPath(folder, path));
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  };
}
