/** Workspace symbols of one board: its labels and macros that match what the user types. */
import type { SourceRange } from '../../model/problem.ts';
import { type Board, pathOf } from './board.ts';
import { labelName } from './navigation.ts';

/** One symbol, with the place of its definition. */
export interface BoardSymbol {
  readonly name: string;
  readonly kind: 'label' | 'macro';
  readonly detail: string;
  readonly range: SourceRange;
}

/** More matches are of no use: the user types on. */
const MAX_SYMBOLS = 300;

/** Labels and macros whose names hold the letters of `query` in order. */
export function boardSymbols(board: Board, query: string): BoardSymbol[] {
  const wanted = query.toLowerCase();
  const found: BoardSymbol[] = [];
  for (const [name, node] of board.tree.labels) {
    const label = node.labels.find((candidate) => candidate.name === name);
    if (label === undefined || !matches(name, wanted) || found.length >= MAX_SYMBOLS) continue;
    found.push({ name, kind: 'label', detail: pathOf(node), range: board.range(labelName(label)) });
  }
  for (const name of wanted === '' ? [] : board.macroNames()) {
    const range = matches(name, wanted) && found.length < 2 * MAX_SYMBOLS ? board.macro(name)?.range : undefined;
    if (range !== undefined) found.push({ name, kind: 'macro', detail: 'macro', range });
  }
  return found;
}

function matches(name: string, wanted: string): boolean {
  const lower = name.toLowerCase();
  let at = 0;
  for (const char of wanted) {
    at = lower.indexOf(char, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
