/**
 * Expanded text of a file that is not preprocessed: every offset is its own origin. For sources
 * without directives and macros, and for tests of what stands behind the preprocessor.
 */
import type { SourceFile } from './files.ts';
import type { ExpandedText, Inclusion } from './origin.ts';

/** A file taken as it is. */
export function identityText(file: SourceFile): ExpandedText {
  const root: Inclusion = { file, parent: undefined, directive: undefined };
  return {
    text: file.text,
    root,
    files: new Map([[file.path, file]]),
    inclusions: [root],
    origin(start, end) {
      const range = { file: file.path, start, end };
      return { inclusion: root, spelling: range, range, expansion: undefined };
    },
    offsetsOf: (path, offset) => (path === file.path && offset <= file.text.length ? [offset] : []),
  };
}
