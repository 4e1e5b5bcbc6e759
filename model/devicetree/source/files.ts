/**
 * How the front end reaches files, and how it keeps them. The front end does no I/O: whoever
 * embeds it (server, command line, browser, test) hands it a `FileHost`.
 */

/** Where sources come from. Paths are absolute and use `/`; both calls return undefined where there is no such file. */
export interface FileHost {
  /** The text of a source file. */
  readText(path: string): string | undefined;
  /** The bytes of a file named by `/incbin/`. */
  readBytes(path: string): Uint8Array | undefined;
}

/** One version of one source file. Two versions of a file are two objects; equal text may share one. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Options of one compilation, as the C preprocessor's and dtc's command lines have them. */
export interface CompileOptions {
  /** Folders searched for `#include <...>`, then for `#include "..."` and `/include/` after the includer's own folder. */
  readonly includeRoots: readonly string[];
  /** `-D` definitions: name to replacement text. `__DTS__` is always defined as 1. */
  readonly defines?: Readonly<Record<string, string>>;
  /** dtc's `-@`: write `__symbols__`, and keep labelled `/omit-if-no-ref/` nodes. */
  readonly symbols?: boolean;
  /** Caps on hostile input; see `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
}

/** The caps of the front end. Each has a diagnostic of its own, `limit-<name in kebab case>`. */
export interface Limits {
  /** Depth of nested `#include` and `/include/`. */
  includeDepth: number;
  /** Files included in one compilation, counting each time. */
  inclusions: number;
  /** Depth of nested macro expansion. */
  macroDepth: number;
  /** Tokens that one top-level macro invocation may produce. */
  macroTokens: number;
  /** Characters of preprocessed text of one compilation. */
  expandedChars: number;
  /** Depth of nested nodes. */
  nodeDepth: number;
  /** Nodes in one tree. */
  nodes: number;
  /** Cells in one property. */
  cells: number;
  /** Characters of one string literal. */
  stringChars: number;
  /** Digits of one number literal. */
  numberDigits: number;
  /** Depth of nested expressions, in cells and in `#if`. */
  expressionDepth: number;
  /** Problems reported for one file. */
  problemsPerFile: number;
  /** Characters of one file up to which an editor gets more than its problems: hover, completion, colours ... */
  editorChars: number;
}

/** Caps that no real board comes near. */
export const DEFAULT_LIMITS: Limits = {
  includeDepth: 200,
  inclusions: 10_000,
  macroDepth: 200,
  macroTokens: 250_000,
  expandedChars: 64 * 1024 * 1024,
  nodeDepth: 200,
  nodes: 200_000,
  cells: 200_000,
  stringChars: 1024 * 1024,
  numberDigits: 128,
  expressionDepth: 200,
  problemsPerFile: 1000,
  editorChars: 1_000_000,
};
