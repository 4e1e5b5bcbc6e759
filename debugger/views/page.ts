/**
 * What a view of the debugger shows, as plain data: facts, controls, pictures and tables. The same
 * shape for all views, checked again by whoever draws it. Nothing here knows a protocol or a browser;
 * places are given by a function, so that each client gets them as it opens them.
 */
import type { SourceRange } from '../../model/problem.ts';
import type { Pause } from '../scenario/pace.ts';
import type { Inspector } from '../inspect/inspector.ts';
import type { Moment } from '../session/types.ts';
import type { Session } from '../session/session.ts';

/** A source line as the client opens it, from 1. */
export interface Place {
  readonly uri: string;
  readonly line: number;
}

/** Something that a click does: go to a moment, find who wrote an address, or set a control. */
export type Act =
  | { readonly name: 'goTo'; readonly value: Moment }
  | { readonly name: 'writer'; readonly value: { readonly address: number } }
  | { readonly name: 'set'; readonly value: { readonly id: string; readonly value: string } }
  | { readonly name: 'fold'; readonly value: { readonly id: string; readonly isOpen: boolean } };

/** A piece of a cell, and where a click on it leads. */
export interface Part {
  readonly text: string;
  readonly place: Place | null;
  readonly act?: Act;
}

/** A cell; `sort` is what it is compared by, null to come last. */
export interface Cell {
  readonly parts: readonly Part[];
  readonly sort: number | string | null;
}

/** A row; `note` says in words what `mark` shows. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly mark: 'warning' | 'muted' | 'present' | null;
  readonly note: string;
}

/** A table. */
export interface Table {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly kind: 'text' | 'code' }[];
  readonly rows: readonly Row[];
  /** What to say where there are no rows. */
  readonly empty: string;
}

/** A row of a tree. */
export interface TreeRow extends Row {
  /** The same at every moment. */
  readonly id: string;
  /** From 1. */
  readonly depth: number;
  /** Whether what is below it is there; null where there is nothing. Rows below closed ones are not part of the page. */
  readonly fold: 'open' | 'closed' | null;
}

/** A table whose rows are a tree, in the order in which they are shown. */
export interface Tree extends Omit<Table, 'rows'> {
  readonly rows: readonly TreeRow[];
}

/** A choice, a text to look for, or a button. A choice of a button is made by pressing it. */
export interface Control {
  readonly id: string;
  readonly label: string;
  readonly kind: 'choice' | 'text' | 'button';
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
}

/** An input address, cut as the tables of a walk use it. */
export interface Split {
  readonly input: string;
  /** From the highest bits down; `level` is that of the table that the bits index, null for others. */
  readonly fields: readonly { readonly name: string; readonly bits: string; readonly value: string; readonly level: number | null }[];
}

/** Before, at or after the present moment. */
export type Reach = 'done' | 'now' | 'ahead';

/** One thing that the walk looked at. */
export interface WalkEntry {
  readonly key: string;
  readonly kind: 'structure' | 'level' | 'check' | 'result';
  readonly title: string;
  /** Where it lies, as text; empty for what lies nowhere. */
  readonly where: string;
  /** Physical address for `writer`; null where nobody can have written it. */
  readonly address: number | null;
  readonly moment: Moment;
  /** Level and index of a descriptor. */
  readonly level: number | null;
  readonly index: number | null;
  readonly value: string;
  readonly meaning: string;
  readonly tone: 'plain' | 'good' | 'bad';
  readonly reach: Reach;
}

/** A phase of the walk: configuration, stage 1, a stage 2. `parent` is the entry that it was made for. */
export interface WalkPhase {
  readonly id: string;
  readonly parent: string | null;
  readonly title: string;
  readonly reach: Reach;
  readonly split: Split | null;
  readonly entries: readonly WalkEntry[];
}

/** One queue as a ring. */
export interface Ring {
  readonly id: string;
  readonly title: string;
  readonly state: string;
  readonly size: number;
  readonly prod: number;
  readonly cons: number;
  readonly prodWrap: number;
  readonly consWrap: number;
  readonly pending: number;
  readonly tone: 'plain' | 'bad';
}

/** A whole view. */
export interface ViewPage {
  readonly title: string;
  readonly facts: readonly string[];
  readonly controls: readonly Control[];
  readonly phases: readonly WalkPhase[];
  readonly rings: readonly Ring[];
  readonly trees: readonly Tree[];
  readonly tables: readonly Table[];
}

/** What there is to show, or why there is nothing and what to do about it. */
export type ViewAnswer =
  | { readonly kind: 'show'; readonly data: ViewPage }
  | { readonly kind: 'empty'; readonly text: string; readonly advice: string | null };

/** What the user chose, by the ids of controls. */
export type ViewOptions = ReadonlyMap<string, string>;

/** What a view is made from. */
export interface ViewSource {
  readonly session: Session;
  readonly inspector: Inspector;
  readonly options: ViewOptions;
  readonly place: (at: SourceRange) => Place | null;
}

/**
 * A view, made a little at a time: whoever drives it may do other things between, and may leave it
 * there. Wherever it yields the machine stands at the present moment.
 */
export type ViewWork = Generator<Pause, ViewAnswer>;

/** Makes a view. */
export type ViewMaker = (source: ViewSource) => ViewWork;

/** A page of which only some is given. */
export function page(parts: Partial<ViewPage> & { readonly title: string }): ViewAnswer {
  return { kind: 'show', data: { facts: [], controls: [], phases: [], rings: [], trees: [], tables: [], ...parts } };
}

/** A cell of one part. */
export function cell(text: string, extras: { readonly place?: Place | null; readonly act?: Act; readonly sort?: number | string | null } = {}): Cell {
  const { place = null, act, sort = text } = extras;
  return { parts: [act === undefined ? { text, place } : { text, place, act }], sort };
}

/** A physical address that leads to who wrote it. */
export function addressCell(address: number): Cell {
  return cell(`0x${address.toString(16)}`, { act: { name: 'writer', value: { address } }, sort: address });
}

/** Columns by their titles; those of code begin with a backtick. */
export function columns(...titles: readonly string[]): Table['columns'] {
  return titles.map((title) => (title.startsWith('`') ? { title: title.slice(1), kind: 'code' } : { title, kind: 'text' }));
}
