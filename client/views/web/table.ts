/**
 * A table that can be sorted by each column, narrowed by a filter and copied, for eyes and for screen
 * readers: heads are buttons with `aria-sort`, links are links, counts are announced. A table longer
 * than anybody reads is drawn in part, and says so.
 */
import { filterRows, nextSorting, type Row, type Sorting, sortRows, type Table, toCsv, toMarkdown } from '../model/tables.ts';
import { type CellHost, cellContent, headingOf } from './cells.ts';
import { button, element, redraw } from './dom.ts';
import { t } from './host.ts';

const MAX_DRAWN = 1500;

/** What a table needs from its view. */
export interface TableHost extends CellHost {
  copy(what: string, text: string): void;
  /** The sorting was changed by the user. */
  sorted(id: string, sorting: Sorting | null): void;
}

/** One table on the page. */
export class TableElement {
  readonly root: HTMLElement = element('section', { class: 'table' });
  readonly #host: TableHost;
  #table: Table;
  #sorting: Sorting | null;
  #filter = '';

  constructor(table: Table, sorting: Sorting | null, host: TableHost) {
    [this.#table, this.#sorting, this.#host] = [table, sorting, host];
  }

  /** Shows new data, or the same under another filter. */
  show(table: Table, filter: string): void {
    [this.#table, this.#filter] = [table, filter];
    this.#draw();
  }

  #rows(): readonly Row[] {
    return sortRows(filterRows(this.#table.rows, this.#filter), this.#sorting);
  }

  #draw(): void {
    const { id, title, rows, empty } = this.#table;
    const shown = this.#rows();
    const heading = element('h2', { id: headingOf(id) }, title);
    if (rows.length === 0) return redraw(this.root, heading, element('p', {}, empty));
    const count = shown.length === rows.length ? String(rows.length) : t('{0} of {1}', shown.length, rows.length);
    redraw(
      this.root,
      element('div', { class: 'heading' }, heading, element('span', { class: 'count', role: 'status' }, count), ...this.#copyButtons()),
      shown.length === 0 ? element('p', {}, t('No row matches the filter.')) : this.#grid(shown),
      ...(shown.length > MAX_DRAWN ? [element('p', {}, t('The first {0} rows are drawn; narrow the filter to see others.', MAX_DRAWN))] : []),
    );
  }

  #copyButtons(): HTMLElement[] {
    const { columns, title, id } = this.#table;
    const copy = (format: string, write: typeof toCsv): HTMLElement => button(t('Copy as {0}', format), () =>
      this.#host.copy(t('{0} as {1}', title, format), write(columns, this.#rows())), { 'data-key': `${id} ${format}`, class: 'quiet' });
    return [copy('Markdown', toMarkdown), copy('CSV', toCsv)];
  }

  #grid(rows: readonly Row[]): HTMLElement {
    const { id, columns } = this.#table;
    const head = element('tr', {}, ...columns.map(({ title }, column) => this.#columnHead(title, column)));
    const body = rows.slice(0, MAX_DRAWN).map((row, index) => this.#row(row, index));
    const grid = element('table', { 'aria-labelledby': headingOf(id) }, element('thead', {}, head), element('tbody', {}, ...body));
    return element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': headingOf(id), 'data-key': `${id} scroll` }, grid);
  }

  #columnHead(title: string, column: number): HTMLElement {
    const isSorted = this.#sorting?.column === column;
    const isDown = isSorted && this.#sorting?.descending === 'yes';
    const direction = isDown ? 'descending' : 'ascending';
    const arrow = element('span', { class: 'arrow', 'aria-hidden': 'true' }, isSorted ? (isDown ? '▼' : '▲') : '');
    const press = button(title, () => this.#sort(column), { 'data-key': `${this.#table.id} head ${column}` });
    press.append(arrow);
    return element('th', { scope: 'col', 'aria-sort': isSorted ? direction : 'none' }, press);
  }

  #sort(column: number): void {
    this.#sorting = nextSorting(this.#sorting, column);
    this.#host.sorted(this.#table.id, this.#sorting);
    this.#draw();
  }

  #row(row: Row, index: number): HTMLElement {
    const cells = this.#table.columns.map(({ kind }, column) => {
      const cell = row.cells[column];
      return element('td', { class: kind }, ...(cell === undefined ? [] : cellContent(cell, `${this.#table.id} ${index} ${column}`, this.#host)));
    });
    if (row.note !== '') cells[0]?.append(element('span', { class: 'note' }, row.note));
    return element('tr', { class: row.mark ?? '' }, ...cells);
  }
}
