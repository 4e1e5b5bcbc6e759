/**
 * From a scenario file and those that it includes to a program. A file is read once however often it
 * is included; the caps on inclusion, actions and nesting hold for all of them together. Whether names
 * exist on the board is checked elsewhere (`check/`), because only some callers know a board.
 */
import type { Problem, SourceRange } from '../../model/problem.ts';
import { type ScenarioFile, readFileSteps } from './file.ts';
import { SCENARIO_LIMITS, type ScenarioLimits } from './limits.ts';
import { Pace, finish } from './pace.ts';
import { problem, shorten } from './problem.ts';
import type { Action, Program, ScenarioFiles } from './program.ts';
import type { SyntaxNode } from './syntax/tree.ts';

/** An include with the file that it leads to. */
export interface Inclusion {
  readonly at: SourceRange;
  readonly path: string;
}

/** A program with the files that it was read from. */
export interface ScenarioReading {
  readonly program: Program;
  /** By path; the scenario itself first. */
  readonly files: ReadonlyMap<string, ScenarioFile>;
  readonly inclusions: readonly Inclusion[];
}

/** What reading needs besides the files. */
export interface ReadOptions {
  readonly limits?: Partial<ScenarioLimits>;
  /** An earlier reading: files whose text is the same are taken from it. */
  readonly previous?: ScenarioReading | undefined;
}

/** Reads a scenario with all that it includes. Never throws; what is wrong is in `problems`. */
export function readScenario(path: string, files: ScenarioFiles, options: ReadOptions = {}): Program {
  return finish(readScenarioSteps(path, files, options)).program;
}

/** The same in slices, with the files that took part. */
export function* readScenarioSteps(path: string, files: ScenarioFiles, options: ReadOptions = {}): Generator<void, ScenarioReading> {
  const reader = new Reader(files, options);
  yield* reader.file(path);
  yield* reader.expand(path, { chain: [path], depth: 0, repeats: 0, into: undefined });
  return reader.reading(path);
}

/** Where lines of a file go. */
interface Place {
  /** Files from the scenario to this one. */
  readonly chain: readonly string[];
  readonly depth: number;
  readonly repeats: number;
  /** The block; undefined at the top. */
  readonly into: Action[] | undefined;
}

class Reader {
  readonly #files = new Map<string, ScenarioFile>();
  readonly #setup: Action[] = [];
  readonly #actions: Action[] = [];
  readonly #inclusions = new Map<string, Inclusion>();
  readonly #problems = new Map<string, Problem>();
  /** How many there are of each file. */
  readonly #counts = new Map<string, number>();
  readonly #pace = new Pace();
  readonly #limits: ScenarioLimits;
  #count = 0;
  #included = 0;
  #isSetupFull = false;

  constructor(readonly host: ScenarioFiles, readonly options: ReadOptions) {
    this.#limits = { ...SCENARIO_LIMITS, ...options.limits };
  }

  reading(path: string): ScenarioReading {
    const files = [...this.#files.values()];
    const problems = capped([...files.flatMap((file) => file.problems), ...this.#problems.values()], this.#limits.problemsPerFile);
    const texts = files.map((file) => ({ path: file.path, text: file.text }));
    return {
      program: { path, setup: this.#setup, actions: this.#actions, texts, problems },
      files: this.#files, inclusions: [...this.#inclusions.values()],
    };
  }

  /** Reads a file that has not been read; false where there is none. */
  *file(path: string): Generator<void, boolean> {
    if (this.#files.has(path)) return true;
    const text = this.host.readText(path);
    if (text === undefined && this.#files.size > 0) return false;
    const known = this.options.previous?.files.get(path);
    const file = known !== undefined && known.text === text ? known : yield* readFileSteps(path, text ?? '', this.#limits);
    this.#files.set(path, file);
    if (text === undefined) this.#report(problem('scenario-file', { file: path, start: 0, end: 0 }, 'The scenario cannot be read.', 'Check its path.'));
    return true;
  }

  /** Puts the lines of a file in their place. */
  *expand(path: string, place: Place): Generator<void, void> {
    const file = this.#files.get(path);
    if (file !== undefined) yield* this.#nodes(file, file.tree.nodes, place);
  }

  *#nodes(file: ScenarioFile, nodes: readonly SyntaxNode[], place: Place): Generator<void, void> {
    for (const node of nodes) {
      if (this.#count > this.#limits.scenarioActions) return;
      yield* this.#node(file, node, place);
    }
  }

  *#node(file: ScenarioFile, node: SyntaxNode, place: Place): Generator<void, void> {
    const bound = file.bound.get(node.line);
    const at = { file: file.path, start: node.line.start + node.line.indent.length, end: node.line.end };
    this.#count += 1;
    if (this.#pace.isDue()) yield;
    if (this.#count > this.#limits.scenarioActions) {
      this.#report(problem('limit-scenario-actions', at, `The scenario has more than ${this.#limits.scenarioActions} actions; the rest is not read.`, 'Use `repeat`, or raise `vsmmu.limits.scenarioActions`.'));
      return;
    }
    const verb = bound?.verb;
    const body: Action[] = [];
    if (verb?.name === 'include') {
      yield* this.#include(bound?.values.get('file'), place);
      return;
    }
    const inner: Place = { ...place, depth: place.depth + 1, repeats: place.repeats + (verb?.name === 'repeat' ? 1 : 0), into: body };
    if (node.body.length > 0 && this.#mayNest(inner, at)) yield* this.#nodes(file, node.body, inner);
    if (verb === undefined || bound === undefined) return;
    const action: Action = { verb: verb.name, at, line: node.line.line, values: bound.values, body };
    this.#put(action, verb.group === 'setup', place);
  }

  #put(action: Action, isSetup: boolean, { into }: Place): void {
    if (!isSetup) (into ?? this.#actions).push(action);
    else if (into === undefined && this.#actions.length === 0) this.#putSetup(action);
    else this.#report(problem('scenario-setup-order', action.at, `\`${action.verb}\` describes the machine, which is built before anything is done on it.`, 'Move it above the first action, outside of blocks.'));
  }

  #putSetup(action: Action): void {
    if (this.#setup.length < this.#limits.scenarioSetup) return void this.#setup.push(action);
    if (this.#isSetupFull) return;
    this.#isSetupFull = true;
    this.#report(problem('limit-scenario-setup', action.at, `The scenario has more than ${this.#limits.scenarioSetup} lines that describe its machine; the rest is not read.`, 'Take the machine from a `board`, or raise `vsmmu.limits.scenarioSetup`.'));
  }

  #mayNest({ depth, repeats }: Place, at: SourceRange): boolean {
    if (depth > this.#limits.scenarioDepth) {
      this.#report(problem('limit-scenario-depth', at, `Blocks are nested more than ${this.#limits.scenarioDepth} deep; what is inside is not read.`, 'Nest less, or raise `vsmmu.limits.scenarioDepth`.'));
      return false;
    }
    if (repeats <= this.#limits.scenarioRepeats) return true;
    this.#report(problem('limit-scenario-repeats', at, `\`repeat\` is nested more than ${this.#limits.scenarioRepeats} deep; what is inside is not read.`, 'Nest less, or raise `vsmmu.limits.scenarioRepeats`.'));
    return false;
  }

  *#include(value: ReturnType<Action['values']['get']>, place: Place): Generator<void, void> {
    if (value?.kind !== 'text') return;
    yield;
    const { at } = value;
    const path = this.host.resolve(at.file, value.text);
    this.#inclusions.set(`${at.file}\0${at.start}`, { at, path });
    if (place.chain.includes(path)) {
      this.#report(problem('limit-include-cycle', at, `${shorten(value.text)} includes itself${place.chain.at(-1) === path ? '' : ', through other files'}.`, 'Remove one of the includes.'));
    } else if (place.chain.length > this.#limits.includeDepth) {
      this.#report(problem('limit-include-depth', at, `Files are included more than ${this.#limits.includeDepth} deep; this one is not read.`, 'Include less deep, or raise `vsmmu.limits.includeDepth`.'));
    } else if ((this.#included += 1) > this.#limits.inclusions) {
      this.#report(problem('limit-inclusions', at, `More than ${this.#limits.inclusions} files are included; this one is not read.`, 'Include less, or raise `vsmmu.limits.inclusions`.'));
    } else if (yield* this.file(path)) {
      yield* this.expand(path, { ...place, chain: [...place.chain, path] });
    } else {
      this.#report(problem('scenario-file', at, `There is no file ${shorten(value.text)}.`, 'The name is relative to the file that includes it.'));
    }
  }

  /** A problem of a file that is included twice is told once. */
  #report(found: Problem): void {
    const { file, start } = found.range;
    const count = this.#counts.get(file) ?? 0;
    const key = `${found.id} ${start} ${file}`;
    if (count > this.#limits.problemsPerFile || this.#problems.has(key)) return;
    this.#counts.set(file, count + 1);
    this.#problems.set(key, found);
  }
}

/** At most so many problems of each file, in the order of their places. */
export function capped(problems: readonly Problem[], perFile: number): Problem[] {
  const counts = new Map<string, number>();
  const sorted = problems.toSorted((a, b) => a.range.start - b.range.start);
  return sorted.flatMap((one) => {
    const count = (counts.get(one.range.file) ?? 0) + 1;
    counts.set(one.range.file, count);
    if (count <= perFile) return [one];
    if (count > perFile + 1) return [];
    return [problem('limit-problems-per-file', one.range, `The file has more than ${perFile} problems; the rest is not shown.`, 'Mend the first ones; most of the others are likely to follow from them.')];
  });
}
