/**
 * One part of a stream's page tables as rows of a tree: its tables with the entries that lead to further
 * ones, and the ranges in them. Only what is open is read, and long lists come in pages, so that no table
 * is too large. Who wrote what is filled in later.
 */
import { partOf, type Space, type TableRange } from '../../inspect/ranges.ts';
import { type ChangeKind, kindOfChange, type RangeChange } from '../../inspect/rangeChanges.ts';
import { addressWords, sizeWords } from '../../inspect/rangeWords.ts';
import { rootTable, spanOf, type TablePlace, type TableStep, walkEnd } from '../../inspect/tableEntries.ts';
import type { Stretch } from '../../trace/writers.ts';
import { cell, type Row, type TreeRow } from '../page.ts';
import { type Cells, descriptorCell, rangeCells, rangeWords, spanWords } from './columns.ts';
import { firstBehind, type Item, itemsOfList, itemsOfTable } from './items.ts';

/** Rows below one row that come at once. */
const PAGE = 100;
/** A table with that many entries and ranges at most is open unless somebody closed it. */
const FEW = 8;

/** Rows of a part up to which tables open by themselves, and rows that are made without a pause. */
const ROWS_BY_THEMSELVES = 200;
const PAUSE = 32;

/** A row, but for who wrote its entry. */
export interface Draft extends Omit<TreeRow, 'cells'> {
  readonly cells: Cells;
  /** What must have been written for the row to say this. */
  readonly stretches: readonly Stretch[];
  /** The address that is looked for is in its range. */
  readonly isWanted: boolean;
}

/** What the user opened and closed, by the ids of rows. */
export interface Folds {
  readonly opened: ReadonlySet<string>;
  readonly closed: ReadonlySet<string>;
}

/** What a tree is made from. */
export interface TreeOptions {
  /** Begins the ids of all rows. */
  readonly id: string;
  readonly space: Space;
  /** Stage 2 below stage 1. */
  readonly second: Space | undefined;
  /** The first row: what the tables hang on. */
  readonly root: { readonly name: string; readonly entry: Stretch | undefined };
  readonly changes: readonly RangeChange[];
  readonly folds: Folds;
  /** The input address that is looked for. */
  readonly wanted: number | undefined;
  /** What is wrong with where a range leads; empty where nothing is. */
  readonly objection: (range: TableRange) => string;
  /** Rows that may still be made. */
  readonly budget: { left: number };
}

/**
 * The entries at which the walks of an input address end: that of the tables themselves, and that of stage
 * 2 for where they lead (`via`). Where stage 2 hides a table, its entry for that table is the end.
 */
export function entriesAt({ space, second }: Pick<TreeOptions, 'space' | 'second'>, input: number, via: number | undefined): number[] {
  const end = walkEnd(space.tables, input);
  const behind = end !== undefined && end.descriptor === undefined ? end.at : via;
  const beyond = second === undefined || behind === undefined ? undefined : walkEnd(second.tables, behind)?.descriptor;
  return [end?.descriptor, beyond].filter((address) => address !== undefined);
}

interface Node {
  readonly id: string;
  readonly depth: number;
}

/** Makes the rows of a part, a few at a time. */
export function* treeRows(options: TreeOptions): Generator<void, Draft[]> {
  const builder = new Builder(options);
  yield* builder.root();
  return builder.drafts;
}

const NOTES: Readonly<Record<ChangeKind, (change: RangeChange) => string>> = {
  new: () => 'new', gone: () => 'gone', changed: ({ before }) => `was ${rangeWords(before)}`,
};

class Builder {
  readonly drafts: Draft[] = [];
  readonly #options: TreeOptions;
  /** Something was left out, and that was said. */
  #isFull = false;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  *root(): Generator<void> {
    const { id, space, root } = this.#options;
    const { regime } = space.tables;
    const isList = space.stage === 'combined';
    const node: Node = { id, depth: 1 };
    const table = rootTable(space.tables);
    const cells: Cells = {
      input: cell(root.name), size: cell(sizeWords(2 ** regime.ia)), descriptor: descriptorCell(...(root.entry === undefined ? [] : [root.entry.base])),
      ...(isList ? {} : { what: cell(`level ${regime.start}, ${sizeWords(2 ** regime.page)} pages`), output: cell(`table ${addressWords(table.table)}`) }),
    };
    const isOpen = this.#isOpen(id, true);
    this.#add({ ...node, fold: isOpen ? 'open' : 'closed', cells, stretches: root.entry === undefined ? [] : [root.entry], ...this.#below(isOpen, 0, 2 ** regime.ia) });
    if (!isOpen) return;
    if (isList) yield* this.#list(node);
    else yield* this.#items(node, yield* itemsOfTable(space, table, this.#options.changes));
  }

  /** A tree without tables: page after page of ranges. */
  *#list(node: Node): Generator<void> {
    const { space, changes, wanted } = this.#options;
    for (let from = 0; ; ) {
      const { items, next } = itemsOfList(space, from, { most: PAGE, changes });
      for (const item of items) if (!(yield* this.#item(node, item, false))) return;
      if (next === undefined) return;
      const more = `${node.id}/more:${next.toString(16)}`;
      if (!this.#isOpen(more, wanted !== undefined && wanted >= next)) return this.#more(node, more, `more from ${addressWords(space.base + BigInt(next))}`);
      from = next;
      yield;
    }
  }

  *#items(node: Node, items: readonly Item[]): Generator<void> {
    const { wanted } = this.#options;
    const isFew = items.length <= FEW;
    for (const [i, item] of items.entries()) {
      if (i > 0 && i % PAGE === 0) {
        const more = `${node.id}/more:${item.input.toString(16)}`;
        const isAhead = wanted !== undefined && items.slice(i).some((one) => isIn(wanted, one));
        if (!this.#isOpen(more, isAhead)) return this.#more(node, more, `${items.length - i} more from ${this.#address(item.input)}`);
      }
      if (!(yield* this.#item(node, item, isFew))) return;
      if (i % PAUSE === PAUSE - 1) yield;
    }
  }

  #more({ depth }: Node, id: string, text: string): void {
    this.#add({ id, depth: depth + 1, fold: 'closed', mark: 'muted', note: '', cells: { input: cell(text) }, stretches: [] });
  }

  /** A row with all that is open below it; false where there is no room for it. */
  *#item(parent: Node, item: Item, isFew: boolean): Generator<void, boolean> {
    const { budget } = this.#options;
    const depth = parent.depth + 1;
    if (this.#isFull) return false;
    if (budget.left <= 0) {
      this.#isFull = true;
      this.#add({ id: `${parent.id}/full`, depth, fold: null, mark: 'warning', note: 'Too many rows are open: close some to see what follows.', cells: { input: cell(`from ${this.#address(item.input)}`) }, stretches: [] });
      return false;
    }
    if (item.kind === 'table') yield* this.#table(depth, item.step, isFew);
    else if (item.kind === 'gone') this.#gone(depth, item);
    else this.#range(depth, item);
    return true;
  }

  *#table(depth: number, step: TableStep & { readonly next: TablePlace }, isFew: boolean): Generator<void> {
    const { id: root, space, changes } = this.#options;
    const { input, size, level, index, descriptor, next } = step;
    const id = `${root}/${level}:${input.toString(16)}`;
    const { wanted } = this.#options;
    const isSmall = this.drafts.length < ROWS_BY_THEMSELVES && (isFew || this.#changesBelow(input, size) > 0);
    const isOpen = this.#isOpen(id, isSmall || (wanted !== undefined && isIn(wanted, step)));
    const cells: Cells = {
      input: cell(spanWords(space.base, input, size)), size: cell(sizeWords(size)), what: cell(`level ${level} [0x${index.toString(16)}], a table`),
      output: cell(`table ${addressWords(next.table)}`), access: cell(limitWords(next.limits)), descriptor: descriptorCell(descriptor),
    };
    this.#add({ id, depth, fold: isOpen ? 'open' : 'closed', cells, stretches: [{ base: descriptor, size: 8 }], ...this.#below(isOpen, input, size) });
    if (isOpen) yield* this.#items({ id, depth }, yield* itemsOfTable(space, next, changes));
  }

  #range(depth: number, { input, size, range: first, change }: Item & { readonly kind: 'range' }): void {
    const { id, space, objection, wanted } = this.#options;
    const range = { ...first, size };
    const count = range.size / spanOf(space.tables.regime, range.level);
    const entries = space.stage === 'combined' || range.problem !== undefined ? this.#entries(input, range.via) : [range.descriptor];
    const isWanted = wanted !== undefined && isIn(wanted, range);
    const wrong = range.problem ?? objection(range);
    const notes = [change === undefined ? '' : NOTES[kindOfChange(change)](change), wrong, isWanted ? `${this.#address(wanted)} is here` : ''].filter((text) => text !== '');
    this.#add({
      id: `${id}/range:${input.toString(16)}`, depth, fold: null, isWanted, mark: wrong !== '' ? 'warning' : notes.length > 0 ? 'present' : null, note: notes.join('; '),
      cells: { ...rangeCells(space.base, range), what: cell(range.problem === undefined ? entryWords(range.level, count) : `level ${range.level}, ${count === 1 ? 'an entry' : `${count} entries`}`), descriptor: descriptorCell(...entries) },
      stretches: entries.map((base) => ({ base, size: space.stage === 'combined' ? 8 : 8 * Math.max(1, Math.ceil(count)) })),
    });
  }

  #gone(depth: number, { input, size, change }: Item & { readonly kind: 'gone' }): void {
    const { id, space } = this.#options;
    const { before } = change;
    const entries = this.#entries(input, before?.via);
    const cells = before === undefined ? {} : rangeCells(space.base, partOf(before, input, input + size));
    this.#add({
      id: `${id}/gone:${input.toString(16)}`, depth, fold: null, mark: 'muted', note: NOTES.gone(change), cells: { ...cells, descriptor: descriptorCell(...entries) },
      stretches: entries.map((base) => ({ base, size: 8 })),
    });
  }

  /** The entries at which the walk of an address ends: that of stage 1, and that of stage 2 for where it leads. */
  #entries(input: number, via: number | undefined): number[] {
    return entriesAt(this.#options, input, via);
  }

  #add(draft: Omit<Draft, 'isWanted'> & { readonly isWanted?: boolean }): void {
    this.drafts.push({ isWanted: false, ...draft });
    this.#options.budget.left--;
  }

  #address(input: number): string {
    return addressWords(this.#options.space.base + BigInt(input));
  }

  #isOpen(id: string, otherwise: boolean): boolean {
    const { opened, closed } = this.#options.folds;
    return opened.has(id) || (!closed.has(id) && otherwise);
  }

  #changesBelow(input: number, size: number): number {
    const { changes } = this.#options;
    let count = 0;
    for (let i = firstBehind(changes, input); (changes[i]?.input ?? Infinity) < input + size; i++) count++;
    return count;
  }

  /** What a closed row says of what it hides. */
  #below(isOpen: boolean, input: number, size: number): Pick<Row, 'mark' | 'note'> {
    const count = isOpen ? 0 : this.#changesBelow(input, size);
    return count === 0 ? { mark: null, note: '' } : { mark: 'present', note: `${count} ${count === 1 ? 'difference' : 'differences'} below` };
  }
}

function isIn(address: number, { input, size }: { readonly input: number; readonly size: number }): boolean {
  return address >= input && address < input + size;
}

function entryWords(level: number, count: number): string {
  const word = level === 3 ? 'page' : 'block';
  if (count < 1) return `level ${level}, part of a ${word}`;
  return `level ${level}, ${Number.isInteger(count) ? count : `about ${Math.ceil(count)}`} ${count === 1 ? word : `${word}s`}`;
}

const LIMITS: readonly (readonly [bit: number, words: string])[] = [
  [0x4000_0000, 'no writing'], [0x2000_0000, 'privileged only'], [0x1000_0000, 'no execution by users'], [0x0800_0000, 'no privileged execution'],
];

/** What the table bits of an entry and those above it take away from all that is below. */
function limitWords(limits: number): string {
  return LIMITS.filter(([bit]) => (limits & bit) !== 0).map(([, words]) => words).join(', ');
}
