/** Document highlight: the other places in this file of what the cursor is on. */
import type { Board } from './board.ts';
import { boardUses, targetAt } from './navigation.ts';
import { occurrences } from './occurrences.ts';
import type { RawDocument } from './raw/document.ts';

/** One highlighted range; `write` where the thing is defined or set. */
export interface Highlight {
  readonly start: number;
  readonly end: number;
  readonly write: boolean;
}

/** The highlights for a cursor. */
export function highlights(board: Board, document: RawDocument, offset: number): Highlight[] {
  const target = targetAt(board, document, offset);
  if (target === undefined || target.kind === 'file') return [];
  if (target.kind === 'label' || target.kind === 'macro') {
    return occurrences(document, target).map(({ start, end, definition }) => ({ start, end, write: definition }));
  }
  return boardUses(board, target).filter((range) => range.file === document.path).map(({ start, end }) => ({ start, end, write: true }));
}
