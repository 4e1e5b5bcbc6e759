/**
 * Text without effect, for editors to fade: branches that no inclusion of a file takes, and values
 * that a later statement of the same file replaces. These are no findings: only editors show them.
 */
import type { Compilation } from '../../model/devicetree/compile.ts';
import { inactiveRanges } from '../../model/devicetree/preprocess/inactive.ts';
import type { Problem } from '../../model/problem.ts';
import type { Board } from '../features/board.ts';

/** Stretches and values that are looked at; more are not faded. */
const MAX_HINTS = 2000;

/** A file that is too large for all but diagnostics says so in its first line. */
export function largeFileNotice(path: string, length: number, limit: number): Problem[] {
  if (length <= limit) return [];
  const message = `This file has more than ${limit} characters: only its problems are shown`;
  return [{ id: 'limit-editor-chars', level: 'information', message, range: { file: path, start: 0, end: 1 } }];
}

/** The faded text of one file of a board. */
export function hintsOf(compilation: Compilation, board: Board, path: string): Problem[] {
  const hints = inactiveRanges(compilation.preprocessed, path).map((range): Problem => ({
    id: 'inactive-code', level: 'hint', message: 'This board leaves this branch out', range, unnecessary: true,
  }));
  return [...hints, ...overridden(board, path)].slice(0, MAX_HINTS);
}

/** Values of the file that the same file sets again for the same node. */
function overridden(board: Board, path: string): Problem[] {
  const found: Problem[] = [];
  for (const node of board.nodes()) {
    for (const property of node.properties.values()) {
      if (property.overridden.length === 0 || found.length >= MAX_HINTS) continue;
      const range = board.range(property.syntax);
      if (range.file !== path) continue;
      for (const syntax of property.overridden) {
        const before = board.range(syntax);
        if (before.file !== path) continue;
        found.push({
          id: 'overridden-value', level: 'hint', message: `"${property.name}" is set again further down`, range: before, unnecessary: true,
          related: [{ range, message: 'The value in force' }],
        });
      }
    }
  }
  return found;
}
