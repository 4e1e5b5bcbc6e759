/**
 * Where preprocessed text came from. The preprocessor turns a root file and everything it
 * includes into one expanded text, as `cpp` does, and the device-tree lexer reads that text, as
 * `dtc` does. Offsets into the expanded text are the coin of the syntax tree: small, and stable
 * for the part of a board before an edit. This file says how such an offset leads back to the
 * file, the includes and the macros that it came from; the answer is computed when asked for.
 */
import type { SourceRange } from '../../problem.ts';
import type { SourceFile } from './files.ts';

/** One inclusion of one file: the same file included twice has two. */
export interface Inclusion {
  readonly file: SourceFile;
  /** The inclusion that holds the `#include` or `/include/`, undefined for the root file. */
  readonly parent: Inclusion | undefined;
  /** The range of the directive in the parent's file. */
  readonly directive: SourceRange | undefined;
}

/** One macro expansion that a piece of text came through, innermost first when followed by `parent`. */
export interface Expansion {
  readonly macro: string;
  /** The name in the `#define`, undefined for `-D` and built-in macros. */
  readonly definition: SourceRange | undefined;
  /** The whole invocation, with arguments: for a nested expansion this lies in a macro body. */
  readonly invocation: SourceRange;
  readonly parent: Expansion | undefined;
}

/** The origin of a range of expanded text. */
export interface Origin {
  readonly inclusion: Inclusion;
  /** Where the characters themselves are written: for text from a macro, inside the macro's body or an argument. */
  readonly spelling: SourceRange;
  /** Where a person would point: the outermost macro invocation, or the spelling where no macro was involved. */
  readonly range: SourceRange;
  readonly expansion: Expansion | undefined;
}

/** Preprocessed text of one root file with its way back. */
export interface ExpandedText {
  readonly text: string;
  readonly root: Inclusion;
  /** Every file read, by path, in the order in which they were first included. */
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly inclusions: readonly Inclusion[];
  /** The origin of `[start, end)`; a range that spans several pieces covers from the first to the last that share the outermost file. */
  origin(start: number, end: number): Origin;
  /** All offsets of expanded text that came from one offset of a file: several where a file is included or a macro used more than once, none where it is inactive. */
  offsetsOf(file: string, offset: number): number[];
}
