/**
 * The script of every view of the debugger: controls that the host answers with new data, the picture
 * of a walk, rings of queues, tables. What is open and what is looked for stays over hiding and stops.
 */
import type { Action } from '../messages.ts';
import { type Control, DEBUG_PAGE, DEBUG_UI, type DebugPage, type DebugUi } from '../model/debugPage.ts';
import { drawRing } from '../model/ringLayout.ts';
import { cardsIn, drawWalk } from '../model/walkLayout.ts';
import type { Sorting, Table, Tree } from '../model/tables.ts';
import { button, element, labelled, redraw } from './dom.ts';
import { draw } from './draw.ts';
import { type Stage, t, type ViewScript } from './host.ts';
import { TableElement } from './table.ts';
import { TreeElement } from './tree.ts';

/** Changes of a text come in bursts while the user types. */
const QUIET_MS = 250;

class DebugView {
  readonly #stage: Stage<DebugUi>;
  readonly #heading = element('h1', {});
  readonly #facts = element('p', { class: 'facts', role: 'status' });
  readonly #controls = element('div', { class: 'toolbar' });
  readonly #picture = element('div', { class: 'scroll picture' });
  readonly #rings = element('div', { class: 'rings' });
  readonly #trees = element('div', {});
  readonly #tables = element('div', {});
  readonly #shown = new Map<string, TableElement>();
  readonly #shownTrees = new Map<string, TreeElement>();
  readonly #sortings: Map<string, Sorting | null>;
  readonly #open: Set<string>;
  readonly #filter: HTMLInputElement;
  readonly #filterField: HTMLElement;
  #perRow = 4;
  /** The entry that the present moment is at, by its key. */
  #now = '';
  #drawn = '';
  #data: DebugPage | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(stage: Stage<DebugUi>) {
    this.#stage = stage;
    this.#open = new Set(stage.ui.open);
    this.#sortings = new Map(stage.ui.sortings.map(({ id, sorting }) => [id, sorting]));
    this.#filter = element('input', { type: 'search', input: () => this.#filtered(), placeholder: t('Words that a row must have') });
    this.#filter.value = stage.ui.filter;
    this.#filterField = labelled(t('Filter'), this.#filter);
    const tools = element('div', { class: 'toolbar', role: 'search' }, this.#filterField, this.#controls);
    new ResizeObserver(() => this.#resized()).observe(stage.root);
    stage.root.replaceChildren(this.#heading, this.#facts, tools, this.#picture, this.#rings, this.#trees, this.#tables);
  }

  show(data: DebugPage): void {
    this.#data = data;
    this.#heading.textContent = data.title;
    this.#facts.textContent = data.facts.join(' · ');
    this.#drawControls(data.controls);
    // A view that searches everything needs no filter of what is on the page.
    this.#filterField.hidden = data.controls.some(({ kind }) => kind === 'text') || data.tables.length === 0;
    this.#perRow = cardsIn(this.#stage.root.clientWidth);
    this.#drawWalk(data);
    redraw(this.#rings, ...data.rings.map((ring) => element('figure', {}, draw(drawRing(ring), { open: (place) => this.#stage.open(place) }), element('figcaption', {}, ring.title))));
    this.#picture.hidden = data.phases.length === 0;
    this.#rings.hidden = data.rings.length === 0;
    this.#trees.hidden = data.trees.length === 0;
    this.#drawTrees(data.trees);
    this.#drawTables(data.tables);
  }

  /** Controls are made anew only when they change, so that typing is not disturbed. */
  #drawControls(controls: readonly Control[]): void {
    const text = JSON.stringify(controls.map(({ kind, value, ...rest }) => (kind === 'text' ? { kind, ...rest } : { kind, value, ...rest })));
    if (text === this.#drawn) return;
    this.#drawn = text;
    redraw(this.#controls, ...controls.map((control) => this.#control(control)));
  }

  #control({ id, label, kind, value, options }: Control): HTMLElement {
    const key = `control ${id} ${kind === 'button' ? label : ''}`;
    if (kind === 'button') return button(label, () => this.#set(id, value), { 'data-key': key });
    if (kind === 'choice') {
      const select = element('select', { 'data-key': key, change: () => this.#set(id, select.value) }, ...options.map((option) => element('option', { value: option.value, selected: option.value === value }, option.name)));
      return labelled(label, select);
    }
    const input = element('input', { type: 'search', 'data-key': key, value, input: () => this.#setLater(id, input) });
    return labelled(label, input);
  }

  #setLater(id: string, input: HTMLInputElement): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#set(id, input.value), QUIET_MS);
  }

  #set(id: string, value: string): void {
    this.#stage.act('set', { id, value });
  }

  /** As many cards beside one another as fit. */
  #resized(): void {
    const fitting = cardsIn(this.#stage.root.clientWidth);
    if (fitting === this.#perRow || this.#data === undefined) return;
    this.#perRow = fitting;
    this.#drawWalk(this.#data);
  }

  #drawWalk(data: DebugPage): void {
    if (data.phases.length === 0) return;
    redraw(this.#picture, draw(drawWalk({ page: data, open: this.#open, perRow: this.#perRow, t }), { open: (place) => this.#stage.open(place), act: (action) => this.#act(action, data) }));
    this.#follow(data);
  }

  /** Brings the present moment into sight when it has moved. */
  #follow({ phases }: DebugPage): void {
    const now = phases.flatMap(({ entries }) => entries).find(({ reach }) => reach === 'now')?.key ?? '';
    if (now === this.#now) return;
    this.#now = now;
    this.#picture.querySelector('.card.now')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #act(action: Action, data: DebugPage): void {
    if (action.name !== 'toggle') return this.#stage.act(action.name, action.value);
    const key = String(action.value);
    if (!this.#open.delete(key)) this.#open.add(key);
    this.#keep();
    this.#drawWalk(data);
  }

  #drawTrees(trees: readonly Tree[]): void {
    setChildren(this.#trees, trees.map((tree) => this.#treeOf(tree).root));
    for (const tree of trees) this.#shownTrees.get(tree.id)?.show(tree);
  }

  #treeOf(tree: Tree): TreeElement {
    const known = this.#shownTrees.get(tree.id);
    if (known !== undefined) return known;
    const made = new TreeElement(tree, {
      open: (place) => this.#stage.open(place), act: ({ name, value }) => this.#stage.act(name, value),
      copy: (what, copied) => this.#stage.copy(what, copied), fold: (id, isOpen) => this.#stage.act('fold', { id, isOpen }),
    });
    this.#shownTrees.set(tree.id, made);
    return made;
  }

  #drawTables(tables: readonly Table[]): void {
    setChildren(this.#tables, tables.map((table) => this.#elementOf(table).root));
    for (const table of tables) this.#shown.get(table.id)?.show(table, this.#filter.value);
  }

  #elementOf(table: Table): TableElement {
    const known = this.#shown.get(table.id);
    if (known !== undefined) return known;
    const made = new TableElement(table, this.#sortings.get(table.id) ?? null, {
      open: (place) => this.#stage.open(place), act: ({ name, value }) => this.#stage.act(name, value),
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
    for (const table of this.#data?.tables ?? []) this.#shown.get(table.id)?.show(table, this.#filter.value);
  }

  #keep(): void {
    const sortings = [...this.#sortings].map(([id, sorting]) => ({ id, sorting }));
    this.#stage.keep({ open: [...this.#open], filter: this.#filter.value, sortings });
  }
}

/** Puts elements in place, and leaves them alone where they are there already. */
function setChildren(target: HTMLElement, children: readonly HTMLElement[]): void {
  const isSame = children.length === target.children.length && children.every((child, index) => child === target.children[index]);
  if (!isSame) redraw(target, ...children);
}

/** The script of the views. */
export const debugView: ViewScript<DebugPage, DebugUi> = {
  data: DEBUG_PAGE,
  ui: DEBUG_UI,
  initial: { open: [], filter: '', sortings: [] },
  mount(stage) {
    const view = new DebugView(stage);
    return (data) => view.show(data);
  },
};
