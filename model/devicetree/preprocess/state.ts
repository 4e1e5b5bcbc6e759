/**
 * What one run of the preprocessor holds: macros, output, the stack of files being read, problems.
 * The directives and the invocations work on it; the engine turns the crank.
 */
import type { Problem, QuickFix, Related, SourceRange } from '../../problem.ts';
import { type CompileOptions, DEFAULT_LIMITS, type FileHost, type Limits, type SourceFile } from '../source/files.ts';
import type { Inclusion } from '../source/origin.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Output } from './output.ts';
import { scanFile, type ScannedFile } from './scan.ts';
import { Sources } from './sources.ts';
import { MacroTable } from './table.ts';

/** One file being read. */
export interface Frame {
  scan: ScannedFile;
  /** Its index among the inclusions. */
  inclusion: number;
  /** The next directive, name and `/include/` of the scan. */
  directive: number;
  name: number;
  dtcInclude: number;
  /** How far the text has been read. */
  pos: number;
  /** How far it has been looked at, which may be further. */
  peek: number;
  /** The innermost open conditional. */
  condition: Condition | undefined;
  /** What `#line` says about the text from here: `__LINE__` and `__FILE__` follow it. */
  presumed: Presumed | undefined;
  /** What `#line` or a linemarker says: origins follow it, as dtc's messages do. */
  marked: Presumed | undefined;
  /** The include root it was found in. */
  root: number;
  /** The length of the macro log when it was entered. */
  entered: number;
}

/** What `#line` or a linemarker says. */
export interface Presumed {
  /** Physical line (from 0) of the text after the directive, and the line (from 1) it is said to be. */
  readonly physical: number;
  readonly line: number;
  readonly name: string | undefined;
  /** The named file's inclusion, where that file exists. */
  readonly inclusion: number;
}

/** One open conditional. Never changed, so that checkpoints share them however deep they are nested. */
export interface Condition {
  /** A branch of it has been taken. */
  readonly taken: boolean;
  /** Its `#else` has been seen. */
  readonly elseSeen: boolean;
  /** The index of the directive that opened it. */
  readonly opener: number;
  readonly outer: Condition | undefined;
}

/** A stretch that conditionals left out. Offsets are into the cooked text. */
export interface InactiveStretch {
  readonly inclusion: number;
  readonly start: number;
  readonly end: number;
}

/** What else a problem may say. */
export interface ProblemDetails {
  readonly level?: Problem['level'];
  readonly advice?: string;
  readonly related?: readonly Related[];
  readonly fixes?: readonly QuickFix[];
}

/** What a range of one inclusion's cooked text is in the file. */
export function rangeIn(scan: ScannedFile, start: number, end: number): SourceRange {
  const from = scan.cooked.raw(start);
  return { file: scan.file.path, start: from, end: Math.max(from, scan.cooked.rawEnd(end)) };
}

/** A run in progress. */
export class State {
  readonly options: CompileOptions;
  readonly limits: Limits;
  readonly sources: Sources;
  readonly inclusions: Inclusion[] = [];
  readonly frames: Frame[] = [];
  readonly problems: Problem[] = [];
  readonly inactive: InactiveStretch[] = [];
  /** Files with `#pragma once` or come by `#import`. */
  readonly once = new Set<string>();
  /** Where a later run may resume, in the order in which they were passed. */
  readonly checkpoints: Checkpoint[] = [];
  /** How many of the checkpoints may be used: what the run does after the others depends on more than they hold. */
  usableCheckpoints = Infinity;
  /** How many runs in a row began at a checkpoint of the one before. */
  resumed = 0;
  table = new MacroTable();
  output = new Output();
  /** The next value of `__COUNTER__`. */
  counter = 0;
  /** A cap was hit that ends the run. */
  stopped = false;
  /** So many files have been included that no more are. */
  full = false;
  private readonly problemCounts = new Map<string, number>();

  constructor(host: FileHost, options: CompileOptions) {
    this.options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.sources = new Sources(host, options.includeRoots);
  }

  /** Starts reading a file. */
  enter(file: SourceFile, from: { parent: Inclusion | undefined; directive: SourceRange | undefined; root: number }): void {
    const inclusion = this.include(file, from.parent, from.directive);
    this.frames.push({
      scan: scanFile(file), inclusion, directive: 0, name: 0, dtcInclude: 0, pos: 0, peek: 0,
      condition: undefined, presumed: undefined, marked: undefined, root: from.root, entered: this.table.log.length,
    });
  }

  /** Notes an inclusion. Answers its index. */
  include(file: SourceFile, parent: Inclusion | undefined, directive: SourceRange | undefined): number {
    return this.inclusions.push({ file, parent, directive }) - 1;
  }

  /** Says that from here on the run depends on caps that it has hit, so no later one may resume beyond. */
  unsettle(): void {
    this.usableCheckpoints = Math.min(this.usableCheckpoints, this.checkpoints.length);
  }

  /** Reports a problem at a place of a file. */
  report(id: string, message: string, range: SourceRange, details: ProblemDetails = {}): void {
    const count = (this.problemCounts.get(range.file) ?? 0) + 1;
    this.problemCounts.set(range.file, count);
    const cap = this.limits.problemsPerFile;
    if (count > cap + 1) return;
    if (count === cap + 1) {
      this.problems.push({
        id: 'limit-problems-per-file', level: 'warning', range,
        message: `The file has more than ${cap} problems; the rest are not shown`,
      });
      return;
    }
    this.problems.push({ id, level: 'error', message, range, ...details });
  }

  /** Forgets all problems but the first few. */
  keepProblems(length: number): void {
    this.problems.length = length;
    this.problemCounts.clear();
    for (const { range } of this.problems) this.problemCounts.set(range.file, (this.problemCounts.get(range.file) ?? 0) + 1);
  }
}
