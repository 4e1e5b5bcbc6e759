/**
 * The view of a page of tables: one filter over all of them, each sorted by itself. Every view whose
 * data is tables is shown by it.
 */
import { SORTING, type Sorting, type Table, TABLES, type Tables } from '../model/tables.ts';
import { list, nullable, object, type ShapeOf, text } from '../shape.ts';
import { element, labelled, redraw } from './dom.ts';
import { type Stage, t, type ViewScript } from './host.ts';
import { TableElement } from './table.ts';

const UI = object({ filter: text, sortings: list(object({ id: text, sorting: nullable(SORTING) })) });
type Ui = ShapeOf<typeof UI>;

class TablesPage {
  readonly #stage: Stage<Ui>;
  readonly #shown = new Map<string, TableElement>();
  readonly #heading = element('h1', {});
  readonly #facts = element('p', { class: 'facts' });
  readonly #tables = element('div', {});
  readonly #filter: HTMLInputElement;
  readonly #sortings: Map<string, Sorting | null>;
  #data: Tables | undefined;

  constructor(stage: Stage<Ui>) {
    this.#stage = stage;
    this.#sortings = new Map(stage.ui.sortings.map(({ id, sorting }) => [id, sorting]));
    this.#filter = element('input', { type: 'search', input: () => this.#filtered(), placeholder: t('Words that a row must have') });
    this.#filter.value = stage.ui.filter;
    stage.root.replaceChildren(this.#heading, this.#facts, element('div', { class: 'toolbar', role: 'search' }, labelled(t('Filter'), this.#filter)), this.#tables);
  }

  show(data: Tables): void {
    this.#data = data;
    this.#heading.textContent = data.title;
    redraw(this.#facts, data.facts.join(' · '));
    const elements = data.tables.map((table) => this.#elementOf(table));
    const isSame = elements.length === this.#tables.children.length && elements.every(({ root }, index) => root === this.#tables.children[index]);
    if (!isSame) redraw(this.#tables, ...elements.map(({ root }) => root));
    this.#draw();
  }

  #elementOf(table: Table): TableElement {
    const known = this.#shown.get(table.id);
    if (known !== undefined) return known;
    const made = new TableElement(table, this.#sortings.get(table.id) ?? null, {
      open: (place) => this.#stage.open(place),
      copy: (what, copied) => this.#stage.copy(what, copied),
      sorted: (id, sorting) => {
        this.#sortings.set(id, sorting);
        this.#keep();
      },
    });
    this.#shown.set(table.id, made);
    return made;
  }

  #filtered(): void {
    this.#keep();
    this.#draw();
  }

  #draw(): void {
    for (const table of this.#data?.tables ?? []) this.#shown.get(table.id)?.show(table, this.#filter.value);
  }

  #keep(): void {
    this.#stage.keep({ filter: this.#filter.value, sortings: [...this.#sortings].map(([id, sorting]) => ({ id, sorting })) });
  }
}

/** The script of every view of tables. */
export const tablesView: ViewScript<Tables, Ui> = {
  data: TABLES,
  ui: UI,
  initial: { filter: '', sortings: [] },
  mount(stage) {
    const page = new TablesPage(stage);
    return (data) => page.show(data);
  },
};
