/** Where the binder puts what it finds wrong in one file. */
import type { Problem, SourceRange } from '../../../model/problem.ts';

/** Problems of one file. */
export class Report {
  readonly problems: Problem[] = [];

  constructor(readonly path: string) {}

  add(problem: Problem): void {
    this.problems.push(problem);
  }

  range(start: number, end: number): SourceRange {
    return { file: this.path, start, end };
  }
}
