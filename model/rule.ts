/**
 * What a rule is. One rule is one file that exports one `Rule`: its words and its check. The
 * words become `docs/rules/<id>.md`, `vsmmu explain` and the SARIF rule table, so they exist once.
 * `Context` is whatever the check reads: a merged tree for dtc's checks, the platform for ours.
 */
import type { Level, Problem } from './problem.ts';

/** The words of a rule, for its page and for `vsmmu explain`. All are Markdown. */
export interface RuleText {
  /** One line, no full stop: `StreamID does not fit the SMMU`. */
  readonly title: string;
  /** What is wrong and what happens on the board because of it. */
  readonly explanation: string;
  /** What to do. */
  readonly remedy: string;
  /** Source that fires the rule. */
  readonly bad: string;
  /** The same, mended. */
  readonly good: string;
  /** Which program or document says so: specification section, binding, dtc check, or a program with when it refuses and its message. */
  readonly sources: readonly string[];
}

/** A check with its stable id and its usual level. */
export interface Rule<Context> extends RuleText {
  readonly id: string;
  readonly level: Level;
  /** Yields each finding; never throws, whatever the user wrote. */
  check(context: Context): Iterable<Problem>;
}

/** A rule's words with its id and usual level; also for problems that no rule finds, such as a syntax error. */
export interface RuleInfo extends RuleText {
  readonly id: string;
  readonly level: Level;
}
