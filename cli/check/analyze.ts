/**
 * One piece of work from its files to its problems: compiled, then looked at by all rules. A `.dtsi` that
 * is compiled alone only has its own faults: what it refers to is elsewhere. It is what a worker
 * does, so its results are plain data.
 */
import { type CheckedScenario, checkSteps } from '../../debugger/scenario/check/check.ts';
import { sourcesOfSteps } from '../../debugger/scenario/declarations.ts';
import { finish } from '../../debugger/scenario/pace.ts';
import { boardNames, NO_BOARD } from '../../debugger/scenario/machine.ts';
import type { ScenarioFiles } from '../../debugger/scenario/program.ts';
import { readScenarioSteps } from '../../debugger/scenario/read.ts';
import { setupProblems } from '../../debugger/system/check.ts';
import { DTC_RULES } from '../../model/devicetree/checks/index.ts';
import { CheckTree } from '../../model/devicetree/checks/view.ts';
import type { Compilation } from '../../model/devicetree/compile.ts';
import { DEFAULT_LIMITS } from '../../model/devicetree/source/files.ts';
import { toProblems } from '../../model/devicetree/syntax/problem.ts';
import { PlatformContext } from '../../model/platform/context.ts';
import { SYSTEM_RULES } from '../../model/platform/guests/rules/index.ts';
import { platform } from '../../model/platform/platform.ts';
import { PLATFORM_RULES } from '../../model/platform/rules/index.ts';
import { worthTelling } from '../../model/echoes.ts';
import type { Level, Problem, SourceRange } from '../../model/problem.ts';
import { XL_RULES } from '../../model/xl/rules/index.ts';
import type { CommandFiles } from '../command.ts';
import { Compiler, type CompilerOptions } from '../compiler.ts';
import { nodeScenarioFiles } from '../scenarioFiles.ts';
import { readSystem, type SystemSource } from '../system.ts';
import type { Job } from './roots.ts';

/** How to compile and what to report, the same for all sources of a run. */
export interface AnalyzeOptions extends CompilerOptions {
  /** Leave out what other checkers report too. */
  readonly iommuOnly: boolean;
  readonly levels: readonly Level[];
}

/** What became of one piece of work. */
export interface Analysis {
  readonly problems: readonly Problem[];
  /** How many device trees and guest configurations were checked. */
  readonly trees: number;
  readonly guests: number;
  /** How many scenarios. */
  readonly scenarios: number;
  /** Every file that was read for it. */
  readonly files: readonly string[];
}

/** What a part need not have, because the board that includes it has: a version, headers, macros. */
const OF_THE_BOARD = new Set(['dts-version-tag', 'dts-order', 'dts-undefined-name', 'error-directive']);

function partProblems({ expanded, parsed, preprocessed }: Compilation): Problem[] {
  const found = [...preprocessed.problems, ...toProblems(expanded, parsed.problems, DEFAULT_LIMITS.problemsPerFile)];
  return found.filter((p) => !OF_THE_BOARD.has(p.id));
}

function* boardProblems({ tree, expanded, problems }: Compilation, iommuOnly: boolean): Iterable<Problem> {
  const context = new PlatformContext(platform(tree), expanded);
  for (const rule of PLATFORM_RULES) yield* rule.check(context);
  if (iommuOnly) return;
  yield* problems;
  const checked = new CheckTree(tree, expanded);
  for (const rule of DTC_RULES) yield* rule.check(checked);
}

/** Analyses sources one after the other, and keeps what they share. */
export class Analyzer {
  readonly #compiler: Compiler;
  readonly #real = new Map<string, string>();

  constructor(readonly options: AnalyzeOptions, readonly files: CommandFiles) {
    this.#compiler = new Compiler(options, files);
  }

  analyze(job: Job): Analysis {
    if (job.kind === 'system') return this.#system(job.source);
    return job.kind === 'tree' ? this.#tree(job.path) : this.#scenario(job.path);
  }

  /** A scenario on its board; what is wrong with the board itself is that board's business. */
  #scenario(path: string): Analysis {
    const files = nodeScenarioFiles(this.files);
    const reading = finish(readScenarioSteps(path, files));
    const { board, project, guests } = finish(sourcesOfSteps(reading, (from, name) => files.resolve(from, name)));
    const isThere = (file: string): boolean => this.files.readText(file) !== undefined;
    const source: SystemSource | undefined = project !== undefined ? { project: project.path }
      : board === undefined ? undefined : { trees: [board.path], configs: guests.map((one) => one.path).filter(isThere) };
    const [system] = source === undefined || !isThere(project?.path ?? board?.path ?? '') ? [] : readSystem(source, this.#compiler, this.files).systems;
    const checked = finish(checkSteps(reading, system === undefined ? NO_BOARD : boardNames(system), { files }));
    return { ...this.#analysis([...checked.problems, ...this.#machineProblems(checked, files)], []), scenarios: 1 };
  }

  /**
   * What is wrong with the machine of a scenario that has no errors otherwise. Only where all of it is known:
   * a scenario that is made to be included has a part of a machine, and \`run\` finds no headers by options.
   */
  #machineProblems({ reading, machine, sources, problems }: CheckedScenario, files: ScenarioFiles): readonly Problem[] {
    const isKnown = machine.isComplete || sources.image !== undefined || machine.hypervisor === 'grant-dma';
    const hasErrors = problems.some((one) => one.level === 'error');
    const { includeRoots, defines } = this.options;
    return !isKnown || hasErrors || includeRoots.length > 0 || Object.keys(defines).length > 0 ? [] : setupProblems(reading.program, files);
  }

  #tree(path: string): Analysis {
    const compiled = this.#compiler.compile(path);
    return this.#analysis(this.#compiledProblems(compiled), [compiled]);
  }

  #system(source: SystemSource): Analysis {
    const { systems, compiled, guests, problems } = readSystem(source, this.#compiler, this.files);
    const found = [...problems, ...compiled.flatMap((one) => this.#compiledProblems(one))];
    for (const guest of guests) for (const rule of XL_RULES) found.push(...rule.check(guest));
    for (const system of systems) for (const rule of SYSTEM_RULES) found.push(...rule.check(system));
    return { ...this.#analysis(found, compiled), guests: guests.length };
  }

  #compiledProblems(compiled: Compilation): readonly Problem[] {
    const { iommuOnly } = this.options;
    if (compiled.root.endsWith('.dtsi')) return iommuOnly ? [] : partProblems(compiled);
    return worthTelling([...boardProblems(compiled, iommuOnly)]);
  }

  #analysis(problems: readonly Problem[], compiled: readonly Compilation[]): Analysis {
    return {
      problems: problems.filter((p) => this.options.levels.includes(p.level)).map((p) => this.#settle(p)),
      trees: compiled.length,
      guests: 0,
      scenarios: 0,
      files: compiled.flatMap(({ files }) => [...files.keys()].map((file) => this.#realPath(file))),
    };
  }

  /** A header reached through a symbolic link is the same file. */
  #realPath(path: string): string {
    let real = this.#real.get(path);
    if (real === undefined) this.#real.set(path, (real = this.files.real(path)));
    return real;
  }

  #settle(problem: Problem): Problem {
    const settle = (range: SourceRange): SourceRange => ({ ...range, file: this.#realPath(range.file) });
    const { related, fixes } = problem;
    return {
      ...problem,
      range: settle(problem.range),
      ...(related === undefined ? {} : { related: related.map((r) => ({ ...r, range: settle(r.range) })) }),
      ...(fixes === undefined ? {} : { fixes: fixes.map((fix) => ({ ...fix, edits: fix.edits.map((edit) => ({ ...edit, range: settle(edit.range) })) })) }),
    };
  }
}
