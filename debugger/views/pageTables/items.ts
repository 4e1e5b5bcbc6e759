/**
 * What stands below one row of a tree of page tables: the entries of a table that lead to further tables,
 * and ranges, each a run of neighbours that say the same and changed the same way since the stop before.
 * What is gone stands where it was.
 */
import { isContinued, listRanges, partOf, rangesOf, type Space, type TableRange } from '../../inspect/ranges.ts';
import { kindOfChange, type RangeChange } from '../../inspect/rangeChanges.ts';
import { entriesOfTable, entryCount, spanOf, type TablePlace, type TableStep } from '../../inspect/tableEntries.ts';

/** One thing below a row, by its first input address. */
export type Item =
  | { readonly kind: 'table'; readonly input: number; readonly size: number; readonly step: TableStep & { readonly next: TablePlace } }
  /** `range` is the first of the neighbours that are joined here; `size` that of all. */
  | { readonly kind: 'range'; readonly input: number; size: number; readonly range: TableRange; readonly change: RangeChange | undefined }
  | { readonly kind: 'gone'; readonly input: number; readonly size: number; readonly change: RangeChange };

/** Entries that are read without a pause. */
const PORTION = 256;

/** All that stands in one table. */
export function* itemsOfTable(space: Space, place: TablePlace, changes: readonly RangeChange[]): Generator<void, Item[]> {
  const { regime } = space.tables;
  const end = place.base + entryCount(regime, place.level) * spanOf(regime, place.level);
  const items: Item[] = [];
  const tables: Item[] = [];
  let read = 0;
  for (const step of entriesOfTable(space.tables, place)) {
    if (++read % PORTION === 0) yield;
    const { next, input, size } = step;
    if (next !== undefined) {
      const item: Item = { kind: 'table', input, size, step: { ...step, next } };
      items.push(item);
      tables.push(item);
    } else for (const range of rangesOf(space, step, 0, { left: Infinity, stopped: undefined })) addRange(items, range, changes);
  }
  return inOrder([...items, ...goneWithin(changes, { from: place.base, to: end, tables })]);
}

/** A page of the ranges of a part that is shown without its tables. */
export function itemsOfList(space: Space, from: number, page: { readonly most: number; readonly changes: readonly RangeChange[] }): { readonly items: readonly Item[]; readonly next: number | undefined } {
  const { ranges, next } = listRanges(space, from, page.most);
  const items: Item[] = [];
  for (const range of ranges) addRange(items, range, page.changes);
  return { items: inOrder([...items, ...goneWithin(page.changes, { from, to: next ?? Infinity, tables: [] })]), next };
}

function inOrder(items: Item[]): Item[] {
  return items.sort((a, b) => a.input - b.input);
}

/** Adds a range in pieces that changed the same way each, joined to what it continues. */
function addRange(items: Item[], whole: TableRange, changes: readonly RangeChange[]): void {
  const end = whole.input + whole.size;
  for (let at = whole.input, i = firstBehind(changes, at); at < end; ) {
    const next = changes[i];
    const isIn = next !== undefined && next.input <= at;
    const until = Math.min(end, next === undefined ? end : isIn ? next.input + next.size : next.input);
    // What was there before has a row of its own beside what is wrong there now.
    addPiece(items, partOf(whole, at, until), isIn && kindOfChange(next) !== 'gone' ? next : undefined);
    if (isIn) i++;
    at = until;
  }
}

function addPiece(items: Item[], range: TableRange, change: RangeChange | undefined): void {
  const last = items.at(-1);
  if (last?.kind === 'range' && last.change === change && isContinued(last.range, range, last.size)) last.size += range.size;
  else items.push({ kind: 'range', input: range.input, size: range.size, range, change });
}

/** Index of the first change that ends behind an address. */
export function firstBehind(changes: readonly RangeChange[], address: number): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const change = changes[middle];
    if (change !== undefined && change.input + change.size <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Region {
  readonly from: number;
  readonly to: number;
  /** What is shown below these is not shown here. */
  readonly tables: readonly Item[];
}

function goneWithin(changes: readonly RangeChange[], { from, to, tables }: Region): Item[] {
  const found: Item[] = [];
  const add = (change: RangeChange, start: number, end: number): void => {
    if (end > start) found.push({ kind: 'gone', input: start, size: end - start, change });
  };
  let t = 0;
  for (let i = firstBehind(changes, from); i < changes.length; i++) {
    const change = changes[i];
    if (change === undefined || change.input >= to) break;
    if (kindOfChange(change) !== 'gone') continue;
    const end = Math.min(to, change.input + change.size);
    let at = Math.max(from, change.input);
    // Both are in order: a table that ends before this change matters to none that follows.
    for (let table = tables[t]; table !== undefined && table.input < end; table = tables[t]) {
      add(change, at, Math.min(end, table.input));
      at = Math.max(at, table.input + table.size);
      if (at >= end) break;
      t++;
    }
    add(change, at, end);
  }
  return found;
}
