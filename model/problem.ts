/**
 * What every layer of the model reports: a problem with a stable id, at a place in the user's
 * files, with the other places that explain it and the edits that would mend it. Knows nothing of
 * LSP; the server, the command line and SARIF output each render it in their own way.
 */

/** A half-open range of UTF-16 offsets in one file of the user's. */
export interface SourceRange {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** How much a problem matters. `error`: some program refuses it, or hardware misbehaves. */
export type Level = 'error' | 'warning' | 'information' | 'hint';

/** Another place that explains a problem. */
export interface Related {
  readonly range: SourceRange;
  readonly message: string;
}

/** One replacement of text; an empty range inserts. */
export interface TextEdit {
  readonly range: SourceRange;
  readonly text: string;
}

/** A change that mends a problem for certain (`preferred`) or is one of several ways out. */
export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  readonly preferred?: boolean;
}

/** One finding. `message` says what is wrong, `advice` what to do, each in one sentence. */
export interface Problem {
  /** The stable id, e.g. `smmu-stream-id-range`: names the page `docs/rules/<id>.md`. */
  readonly id: string;
  readonly level: Level;
  readonly message: string;
  readonly advice?: string;
  readonly range: SourceRange;
  readonly related?: readonly Related[];
  readonly fixes?: readonly QuickFix[];
  /** The text at `range` has no effect (an inactive branch, an overridden value). */
  readonly unnecessary?: boolean;
}
