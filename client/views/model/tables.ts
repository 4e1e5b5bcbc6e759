/**
 * Tables as every view shows them: cells whose parts lead to source lines, sorted and filtered as
 * the user wants, and as Markdown or CSV for the clipboard. Plain data in and out; how a table looks
 * is the business of `web/table.ts`.
 */
import { type Action, ACTION, type Place, PLACE } from '../messages.ts';
import { either, list, nullable, number, object, oneOf, optional, type Shape, type ShapeOf, text } from '../shape.ts';

/** A piece of a cell, with the line that it comes from, or what a click on it asks the host for. */
export interface Part {
  readonly text: string;
  readonly place: Place | null;
  readonly act?: Action;
}
const PLAIN = object({ text, place: nullable(PLACE) });
const ACTING = object({ act: optional(ACTION) });
const PART: Shape<Part> = (value): value is Part => PLAIN(value) && ACTING(value);
/** A cell; `sort` is what it is compared by, null to come last. */
const CELL = object({ parts: list(PART), sort: nullable(either(number, text)) });
/** A row; `note` says in words what `mark` shows. */
const FIELDS_OF_ROW = { cells: list(CELL), mark: nullable(oneOf('warning', 'muted', 'present')), note: text };
const ROW = object(FIELDS_OF_ROW);
/** A row of a tree: `depth` from 1, `fold` null where nothing is below it. What is below closed rows is not there. */
const TREE_ROW = object({ ...FIELDS_OF_ROW, id: text, depth: number, fold: nullable(oneOf('open', 'closed')) });
const COLUMN = object({ title: text, kind: oneOf('text', 'code') });
export const TABLE = object({ id: text, title: text, columns: list(COLUMN), rows: list(ROW), empty: text });
/** A table whose rows are a tree, in the order in which they are shown. */
export const TREE = object({ id: text, title: text, columns: list(COLUMN), rows: list(TREE_ROW), empty: text });
/** A page of tables. */
export const TABLES = object({ title: text, facts: list(text), tables: list(TABLE) });

export type Cell = ShapeOf<typeof CELL>;
export type Row = ShapeOf<typeof ROW>;
export type Table = ShapeOf<typeof TABLE>;
export type TreeRow = ShapeOf<typeof TREE_ROW>;
export type Tree = ShapeOf<typeof TREE>;
export type Tables = ShapeOf<typeof TABLES>;

/** By which column a table is sorted. */
export const SORTING = object({ column: number, descending: oneOf('yes', 'no') });
export type Sorting = ShapeOf<typeof SORTING>;

/** What a cell says. */
export function cellText(cell: Cell): string {
  return cell.parts.map((part) => part.text).join(' ');
}

const NATURAL = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(a: Cell['sort'], b: Cell['sort']): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return NATURAL.compare(a ?? '', b ?? '');
}

/** Rows in order; those without a value in the column come last either way, and equals stay as they were. */
export function sortRows(rows: readonly Row[], sorting: Sorting | null): readonly Row[] {
  if (sorting === null) return rows;
  const valueOf = (row: Row): Cell['sort'] => row.cells[sorting.column]?.sort ?? null;
  const sign = sorting.descending === 'yes' ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * compare(first, second);
  });
}

/** The next state of a column head that is pressed: up, down, as given. */
export function nextSorting(sorting: Sorting | null, column: number): Sorting | null {
  if (sorting?.column !== column) return { column, descending: 'no' };
  return sorting.descending === 'no' ? { column, descending: 'yes' } : null;
}

/** Whether words are all found in a text; a decimal number also finds its hexadecimal spelling. */
export function matcher(filter: string): (haystack: string) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const wanted = words.map((word) => {
    const hex = /^\d{1,15}$/.test(word) ? new RegExp(`(?<![0-9a-z])0x0*${Number(word).toString(16)}(?![0-9a-z])`) : undefined;
    return (lower: string): boolean => lower.includes(word) || hex?.test(lower) === true;
  });
  return (haystack) => {
    const lower = haystack.toLowerCase();
    return wanted.every((isIn) => isIn(lower));
  };
}

/** The rows in which every word of the filter is found. */
export function filterRows(rows: readonly Row[], filter: string): readonly Row[] {
  const matches = matcher(filter);
  return filter.trim() === '' ? rows : rows.filter((row) => matches(`${row.cells.map(cellText).join(' ')} ${row.note}`));
}

/** A table in Markdown. */
export function toMarkdown(columns: Table['columns'], rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const escape = (cell: string): string => cell.replaceAll(/[\\|<>&[\]*_`]/g, (char) => `\\${char}`).replaceAll(/\s+/g, ' ');
  const shown = (row: Row): string[] => columns.map(({ kind }, index) => {
    const cell = row.cells[index];
    const said = cell === undefined ? '' : cellText(cell);
    return kind === 'code' && said !== '' && !said.includes('`') ? `\`${said.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}\`` : escape(said);
  });
  return [line(columns.map(({ title }) => escape(title))), line(columns.map(() => '---')), ...rows.map((row) => line(shown(row)))].join('\n').concat('\n');
}

/** A table as RFC 4180 has it. A cell that a spreadsheet would take for a formula is kept from being one. */
export function toCsv(columns: Table['columns'], rows: readonly Row[]): string {
  const field = (said: string): string => {
    const safe = /^[=+\-@\t\r]/.test(said) ? `'${said}` : said;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (cells: readonly string[]): string => cells.map(field).join(',');
  const cells = (row: Row): string[] => columns.map((_, index) => {
    const cell = row.cells[index];
    return cell === undefined ? '' : cellText(cell);
  });
  return [line(columns.map(({ title }) => title)), ...rows.map((row) => line(cells(row)))].join('\r\n').concat('\r\n');
}
