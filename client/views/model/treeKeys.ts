/**
 * What a key does in a tree of rows, as the pattern for tree grids has it: up and down, to the first and
 * the last row, into what is open and out to where a row hangs, open and close. Plain data in and out.
 */
import type { TreeRow } from './tables.ts';

/** What a key asks for: another row to be at, a row to be folded, or what the row itself does. */
export type KeyEffect =
  | { readonly kind: 'at'; readonly index: number }
  | { readonly kind: 'fold'; readonly index: number; readonly isOpen: boolean }
  | { readonly kind: 'press'; readonly index: number };

/** Rows that PageUp and PageDown pass. */
const PAGE = 10;

type Rows = readonly Pick<TreeRow, 'depth' | 'fold'>[];
type Effect = (rows: Rows, index: number) => KeyEffect | undefined;

function at(index: number): KeyEffect {
  return { kind: 'at', index };
}

/** The row that a row hangs on. */
function parentOf(rows: Rows, index: number): number {
  const depth = rows[index]?.depth ?? 1;
  for (let i = index - 1; i >= 0; i--) if ((rows[i]?.depth ?? 0) < depth) return i;
  return index;
}

const EFFECTS: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ['ArrowDown', (rows, i) => at(Math.min(rows.length - 1, i + 1))],
  ['ArrowUp', (_, i) => at(Math.max(0, i - 1))],
  ['PageDown', (rows, i) => at(Math.min(rows.length - 1, i + PAGE))],
  ['PageUp', (_, i) => at(Math.max(0, i - PAGE))],
  ['Home', () => at(0)],
  ['End', (rows) => at(rows.length - 1)],
  ['ArrowRight', (rows, i) => {
    const { fold, depth } = rows[i] ?? { fold: null, depth: 0 };
    if (fold === 'closed') return { kind: 'fold', index: i, isOpen: true };
    return fold === 'open' && (rows[i + 1]?.depth ?? 0) > depth ? at(i + 1) : undefined;
  }],
  ['ArrowLeft', (rows, i) => (rows[i]?.fold === 'open' ? { kind: 'fold', index: i, isOpen: false } : at(parentOf(rows, i)))],
  ['Enter', press],
  [' ', press],
]);

function press(rows: Rows, index: number): KeyEffect {
  const fold = rows[index]?.fold ?? null;
  return fold === null ? { kind: 'press', index } : { kind: 'fold', index, isOpen: fold === 'closed' };
}

/** What a key does at a row; undefined where that is none of the tree's business. */
export function effectOfKey(key: string, rows: Rows, index: number): KeyEffect | undefined {
  return index < 0 || index >= rows.length ? undefined : EFFECTS.get(key)?.(rows, index);
}
