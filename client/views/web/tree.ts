/**
 * A table whose rows are a tree: the arrow keys go from row to row, open and close; Enter does what the
 * row is for; Tab goes on to what can be pressed in the row. One row at a time is a stop of the Tab key.
 * What is open is the host's to know, since it reads only that.
 */
import { type Tree, toCsv, toMarkdown, type TreeRow } from '../model/tables.ts';
import { effectOfKey, type KeyEffect } from '../model/treeKeys.ts';
import { type CellHost, cellContent, headingOf } from './cells.ts';
import { button, element, redraw } from './dom.ts';
import { t } from './host.ts';

/** Depths that are told apart by how far a row is set in. */
const MOST_DEPTH = 8;

/** What a tree needs from its view. */
export interface TreeHost extends CellHost {
  copy(what: string, text: string): void;
  fold(id: string, isOpen: boolean): void;
}

/** One tree on the page. */
export class TreeElement {
  readonly root: HTMLElement = element('section', { class: 'table' });
  readonly #host: TreeHost;
  #tree: Tree;
  /** The row that the Tab key comes to, by its id, and its place for when it is gone. */
  #active = '';
  #index = 0;

  constructor(tree: Tree, host: TreeHost) {
    [this.#tree, this.#host] = [tree, host];
  }

  /** Shows new data; the row that had the focus keeps it, or the one that took its place. */
  show(tree: Tree): void {
    this.#tree = tree;
    const hadFocus = this.root.contains(document.activeElement);
    const known = tree.rows.findIndex(({ id }) => id === this.#active);
    this.#index = known >= 0 ? known : Math.max(0, Math.min(this.#index, tree.rows.length - 1));
    this.#active = tree.rows[this.#index]?.id ?? '';
    this.#draw();
    if (hadFocus && !this.root.contains(document.activeElement)) this.#rowElements()[this.#index]?.focus({ preventScroll: true });
  }

  #draw(): void {
    const { id, title, columns, rows, empty } = this.#tree;
    const heading = element('h2', { id: headingOf(id) }, title);
    if (rows.length === 0) return redraw(this.root, heading, element('p', {}, empty));
    const copy = (format: string, write: typeof toCsv): HTMLElement => button(t('Copy as {0}', format), () =>
      this.#host.copy(t('{0} as {1}', title, format), write(columns, rows)), { 'data-key': `${id} ${format}`, class: 'quiet' });
    redraw(this.root, element('div', { class: 'heading' }, heading, copy('Markdown', toMarkdown), copy('CSV', toCsv)), this.#grid());
  }

  #grid(): HTMLElement {
    const { id, columns, rows } = this.#tree;
    const head = element('tr', {}, ...columns.map(({ title }) => element('th', { scope: 'col' }, title)));
    const body = element('tbody', {}, ...rows.map((row, index) => this.#row(row, index)));
    const grid = element('table', { role: 'treegrid', class: 'tree', 'aria-labelledby': headingOf(id), keydown: (event) => this.#key(event) }, element('thead', {}, head), body);
    return element('div', { class: 'scroll' }, grid);
  }

  #row(row: TreeRow, index: number): HTMLElement {
    const { id, depth, fold, mark, note } = row;
    const isActive = index === this.#index;
    const cells = this.#tree.columns.map(({ kind, title }, column) => {
      const cell = row.cells[column];
      return element('td', { role: 'gridcell', class: kind, 'data-label': title }, ...(cell === undefined ? [] : cellContent(cell, `${this.#tree.id} ${id} ${column}`, this.#host)));
    });
    const twistie = element('span', { class: 'twistie', 'aria-hidden': 'true' }, fold === null ? '' : fold === 'open' ? '▾' : '▸');
    cells[0]?.prepend(twistie);
    if (note !== '') cells[0]?.append(element('span', { class: 'note' }, note));
    const made = element('tr', {
      class: `depth-${Math.min(depth, MOST_DEPTH)} ${mark ?? ''}`, role: 'row', 'aria-level': depth, tabindex: isActive ? 0 : -1, 'data-key': `${this.#tree.id} row ${id}`, focusin: () => this.#enter(index), click: (event) => this.#click(event, index),
      ...(fold === null ? {} : { 'aria-expanded': String(fold === 'open') }),
    }, ...cells);
    setReachable(made, isActive);
    return made;
  }

  #rowElements(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>('tbody > tr')];
  }

  /** Makes a row the one that the Tab key comes to. */
  #enter(index: number): void {
    if (index === this.#index && this.#active !== '') return;
    const rows = this.#rowElements();
    const old = rows[this.#index];
    if (old !== undefined) {
      old.tabIndex = -1;
      setReachable(old, false);
    }
    [this.#index, this.#active] = [index, this.#tree.rows[index]?.id ?? ''];
    const now = rows[index];
    if (now === undefined) return;
    now.tabIndex = 0;
    setReachable(now, true);
  }

  /** Anywhere on a row but on what can be pressed, a click folds. */
  #click(event: Event, index: number): void {
    if (event.target instanceof Element && event.target.closest('a, button') !== null) return;
    const row = this.#tree.rows[index];
    this.#rowElements()[index]?.focus({ preventScroll: true });
    if (row !== undefined && row.fold !== null) this.#host.fold(row.id, row.fold === 'closed');
  }

  #key(event: Event): void {
    if (!(event instanceof KeyboardEvent) || event.altKey || event.ctrlKey || event.metaKey) return;
    // What can be pressed takes Enter and the space bar itself.
    const isOnRow = event.target instanceof HTMLElement && event.target.getAttribute('role') === 'row';
    if (!isOnRow && (event.key === 'Enter' || event.key === ' ')) return;
    const effect = effectOfKey(event.key, this.#tree.rows, this.#index);
    if (effect === undefined) return;
    event.preventDefault();
    this.#carryOut(effect);
  }

  #carryOut(effect: KeyEffect): void {
    const row = this.#rowElements()[effect.index];
    if (effect.kind === 'fold') this.#host.fold(this.#tree.rows[effect.index]?.id ?? '', effect.isOpen);
    else if (effect.kind === 'press') row?.querySelector<HTMLElement>('a, button')?.click();
    else {
      row?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }
}

/** Lets the Tab key come to what can be pressed in a row, or not. */
function setReachable(row: HTMLElement, isReachable: boolean): void {
  for (const one of row.querySelectorAll<HTMLElement>('a, button')) one.tabIndex = isReachable ? 0 : -1;
}
