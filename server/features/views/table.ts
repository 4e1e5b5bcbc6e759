/**
 * Tables as the editor's views take them: cells whose parts lead to source lines. The editor sorts,
 * filters and copies; nothing here knows how a table looks.
 */

/** A line of a file for the editor, counted from 1. */
export interface Place {
  readonly uri: string;
  readonly line: number;
}

/** A piece of a cell. */
export interface Part {
  readonly text: string;
  readonly place: Place | null;
}

/** A cell; `sort` is what it is compared by, null to come last. */
export interface Cell {
  readonly parts: readonly Part[];
  readonly sort: string | number | null;
}

/** A row; `note` says in words what `mark` shows. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly mark: 'warning' | 'muted' | null;
  readonly note: string;
}

/** One table; `empty` is said where there are no rows. */
export interface Table {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly kind: 'text' | 'code' }[];
  readonly rows: readonly Row[];
  readonly empty: string;
}

/** A page of tables. */
export interface Tables {
  readonly title: string;
  readonly facts: readonly string[];
  readonly tables: readonly Table[];
}

/** More rows than any board has; those beyond are left out, so that a hostile file cannot fill the editor's memory. */
const MAX_ROWS = 20_000;
const MAX_TEXT = 200;

/** A table of at most so many rows as an editor can hold. */
export function tableOf(table: Omit<Table, 'columns'> & { readonly columns: readonly string[] }): Table {
  const columns = table.columns.map((title) => (title.startsWith('`') ? { title: title.slice(1), kind: 'code' as const } : { title, kind: 'text' as const }));
  return { ...table, columns, rows: table.rows.slice(0, MAX_ROWS) };
}

/** A cell of one piece of text, compared by it or by `sort`. */
export function cell(text: string, place: Place | null = null, sort: Cell['sort'] = text === '' ? null : text): Cell {
  return { parts: text === '' ? [] : [{ text: clipped(text), place }], sort };
}

/** A cell of several pieces, compared by the first. */
export function cellOf(parts: readonly Part[], sort: Cell['sort'] = parts[0]?.text ?? null): Cell {
  return { parts: parts.map((part) => ({ ...part, text: clipped(part.text) })), sort };
}

function clipped(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

/** `file.dts:12` as a link to itself. */
export function placeCell(file: string, place: Place | null): Cell {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return place === null ? cell(name) : cell(`${name}:${place.line}`, place);
}

/** The last part of a path of a node. */
export function lastName(path: string): string {
  return path === '/' ? path : path.slice(path.lastIndexOf('/') + 1);
}
