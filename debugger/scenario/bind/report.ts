/** Where the binder puts what it finds wrong in one file. */
import type { Problem, SourceRange } from '../../../model/problem.ts';

/** Problems of one file. */
export class Report {
  readonly problems: Problem[] = [];

  /** More than `most` problems are not kept: nobody is shown them. */
  constructor(readonly path: string, readonly most = Number.POSITIVE_INFINITY) {}

  /** Whether nothing more is kept, so that nobody need put it into words. */
  get isFull(): boolean {
    return this.problems.length >= this.most;
  }

  add(problem: Problem): void {
    if (!this.isFull) this.problems.push(problem);
  }

  range(start: number, end: number): SourceRange {
    return { file: this.path, start, end };
  }
}
