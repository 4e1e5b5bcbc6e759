/**
 * A bound scenario: what the lines of a `.smmu` file mean, checked against the catalog of actions, as
 * plain data. The interpreter executes it; nothing here knows machines. Binding is total: a line that
 * is wrong is a problem, and its action lacks the values that are wrong.
 */
import type { Expression } from '../expression/ast.ts';
import type { Problem, SourceRange } from '../../model/problem.ts';

/** A field given a value: `Config=5`. */
export interface FieldValue {
  readonly name: string;
  readonly value: Expression;
  readonly at: SourceRange;
}

/** What stands in the place of a parameter. */
export type Value =
  /** A number, computed when the action runs; sizes and addresses in bytes. */
  | { readonly kind: 'number'; readonly expression: Expression; readonly at: SourceRange }
  /** A name: a device, a domain, a register, a keyword. As written. */
  | { readonly kind: 'word'; readonly text: string; readonly at: SourceRange }
  /** Numbers separated by commas: the StreamIDs of a device. */
  | { readonly kind: 'numbers'; readonly expressions: readonly Expression[]; readonly at: SourceRange }
  /** A string with values in it: what is between the parts is text, escapes resolved. */
  | { readonly kind: 'template'; readonly parts: readonly (string | Expression)[]; readonly at: SourceRange }
  /** A string literal, escapes resolved. */
  | { readonly kind: 'text'; readonly text: string; readonly at: SourceRange }
  /** `name=value` pairs, in the order written. */
  | { readonly kind: 'fields'; readonly fields: readonly FieldValue[]; readonly at: SourceRange }
  /** A condition or value to be computed when the action runs. */
  | { readonly kind: 'expression'; readonly expression: Expression; readonly at: SourceRange };

/** One action: a line, with the lines below it where it opens a block. */
export interface Action {
  /** The name in the catalog, for example `dma` or `expect.fault`. */
  readonly verb: string;
  /** The line without indentation and comment. */
  readonly at: SourceRange;
  /** Zero-based line in its file. */
  readonly line: number;
  /** By the parameter names of the catalog; absent where an optional one was not given. */
  readonly values: ReadonlyMap<string, Value>;
  /** For blocks (`in`, `repeat`, `parallel`): what is inside. Empty otherwise. */
  readonly body: readonly Action[];
}

/** A text that took part: the scenario itself or an included one. */
export interface ScenarioText {
  readonly path: string;
  readonly text: string;
}

/** A scenario ready to run. */
export interface Program {
  readonly path: string;
  /** Declarations (`board`, `guest`, `hypervisor`, `smmu`, ...) in the order written. */
  readonly setup: readonly Action[];
  /** What is done, in the order written; includes are in place. */
  readonly actions: readonly Action[];
  readonly texts: readonly ScenarioText[];
  /** An error among them means: do not run. */
  readonly problems: readonly Problem[];
}

/** How scenarios reach files. Paths are absolute and use `/`; undefined where there is no such file. */
export interface ScenarioFiles {
  readText(path: string): string | undefined;
  readBytes(path: string): Uint8Array | undefined;
  /** Resolves a name written in the file `from`. */
  resolve(from: string, name: string): string;
}
