/** Problems of one merge, up to a cap: what is beyond it would not be shown. */
import type { SyntaxProblem } from '../syntax/problem.ts';

/** Problems of several files full of them are kept. */
const KEPT = 4000;

/** The problems of one merge. */
export class ProblemList {
  readonly found: SyntaxProblem[] = [];

  /** Adds a problem. */
  add(problem: SyntaxProblem): void {
    if (this.found.length < KEPT) this.found.push(problem);
  }
}
