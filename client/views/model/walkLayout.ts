/**
 * The picture of a walk: phases below one another; in each the address in pieces, then what was looked
 * at from left to right, a descriptor as the slot of its table. Walks that served the address of a
 * table stand indented below it when they are open. What the moment has not reached is dashed.
 */
import { type Drawing, fitted, type Shape } from './drawing.ts';
import type { DebugPage, Entry, Phase, Split } from './debugPage.ts';

const MARGIN = 12;
const CARD = 196;
const GAP = 24;
const INDENT = 26;
const HEAD = 30;
const SPLIT_HEIGHT = 52;
const ROW_GAP = 22;
/** Widths of the letters of both fonts at 12 px, taken generously. */
const CHAR = 6.9;
const CODE_CHAR = 7.4;
const BOLD_CHAR = 7.7;
/** Of notes, at 11 px. */
const NOTE_CHAR = 6.3;
const LINES = 3;
const LINE = 17;

type Words = (message: string, ...values: readonly (string | number)[]) => string;

/** What a picture is made from. */
export interface WalkDrawing {
  readonly page: DebugPage;
  /** Keys of entries whose own walks are shown. */
  readonly open: ReadonlySet<string>;
  /** Cards beside one another. */
  readonly perRow: number;
  readonly t: Words;
}

/** How many cards fit beside one another into a width, with room for one nested walk. */
export function cardsIn(width: number): number {
  return Math.max(2, Math.floor((width - 2 * MARGIN - INDENT + GAP) / (CARD + GAP)));
}

/** Draws a walk. */
export function drawWalk(drawing: WalkDrawing): Drawing {
  const { page } = drawing;
  const picture = new Picture(drawing);
  for (const phase of page.phases) if (phase.parent === null) picture.phase(phase, MARGIN);
  return { width: picture.right + MARGIN, height: picture.y + MARGIN, title: page.title, shapes: picture.shapes };
}

/** Text in lines of some width, at most so many. */
export function wrapped(text: string, width: number, most: number): string[] {
  const room = Math.floor(width / NOTE_CHAR);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= room) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = word;
    }
  }
  if (line !== '') lines.push(line);
  const shown = lines.slice(0, most).map((one) => fitted(one, width, NOTE_CHAR));
  const last = shown.at(-1);
  if (lines.length > most && last !== undefined) shown[most - 1] = `${last.slice(0, room - 1)}…`;
  return shown;
}

const REACHES: Readonly<Record<Entry['reach'], string>> = { done: 'done', now: 'the present moment', ahead: 'not reached yet' };

class Picture {
  readonly shapes: Shape[] = [];
  y = 4;
  right = 400;
  readonly #open: ReadonlySet<string>;
  readonly #t: Words;
  readonly #perRow: number;
  readonly #nested = new Map<string, Phase[]>();

  constructor({ page, open, perRow, t }: WalkDrawing) {
    [this.#open, this.#perRow, this.#t] = [open, perRow, t];
    for (const phase of page.phases) {
      if (phase.parent !== null) this.#nested.set(phase.parent, [...(this.#nested.get(phase.parent) ?? []), phase]);
    }
  }

  /** Of a whole row. */
  get #width(): number {
    return this.#perRow * (CARD + GAP) - GAP;
  }

  /** A phase with everything that is open in it. */
  phase(phase: Phase, x: number): void {
    const top = this.y;
    this.#text(x, this.y + 20, phase.title, 'phase');
    this.y += HEAD;
    if (phase.split !== null) this.#split(phase.split, phase, x);
    // What came of it is told in sentences, which need the whole width.
    const [perRow, width] = phase.id === 'outcome' ? [1, this.#width] : [this.#perRow, CARD];
    for (let from = 0; from < phase.entries.length; from += perRow) this.#row(phase.entries.slice(from, from + perRow), x, width);
    if (x > MARGIN) this.shapes.push({ tag: 'path', attributes: { class: 'nesting', d: `M${x - 12} ${top + 4}V${this.y - ROW_GAP}` } });
  }

  /** The pieces of the address; those of tables that were read are marked. */
  #split({ input, fields }: Split, { entries }: Phase, x: number): void {
    const reached = new Set(entries.filter(({ reach }) => reach !== 'ahead').map(({ level }) => level));
    const now = entries.find(({ reach }) => reach === 'now')?.level ?? null;
    let left = x;
    for (const { name, bits, value, level } of fields) {
      const width = 18 + Math.max(CODE_CHAR * value.length, CHAR * (name.length + bits.length + 3));
      if (left > x && left + width > x + this.#width + GAP) {
        left = x;
        this.y += 38;
      }
      const state = level === null ? 'plain' : level === now ? 'now' : reached.has(level) ? 'used' : 'ahead';
      this.shapes.push({
        tag: 'g', attributes: { class: `field ${state}` }, children: [
          { tag: 'title', children: [`${name}, ${this.#t('bits')} ${bits} ${this.#t('of')} ${input}: ${value}`] },
          { tag: 'rect', attributes: { x: left, y: this.y, width, height: 38 } },
          { tag: 'text', attributes: { class: 'note', x: left + 8, y: this.y + 14 }, children: [`${name} [${bits}]`] },
          { tag: 'text', attributes: { class: 'id', x: left + 8, y: this.y + 30 }, children: [value] },
        ],
      });
      left += width;
      this.#reach(left);
    }
    this.y += SPLIT_HEIGHT;
  }

  #row(entries: readonly Entry[], x: number, width: number): void {
    const height = Math.max(...entries.map((entry) => this.#height(entry, width)));
    entries.forEach((entry, at) => {
      const left = x + at * (CARD + GAP);
      this.#card(entry, { x: left, width, height });
      const next = entries[at + 1];
      if (next !== undefined) this.#arrow(left + CARD, this.y + 24, next.reach);
    });
    this.#reach(x + entries.length * (width + GAP) - GAP);
    this.y += height + (width > CARD ? ROW_GAP / 2 : ROW_GAP);
    for (const { key } of entries) {
      if (this.#open.has(key)) for (const phase of this.#nested.get(key) ?? []) this.phase(phase, x + INDENT);
    }
  }

  #height(entry: Entry, width: number): number {
    const lines = wrapped(entry.meaning, width - 20, LINES).length;
    const slot = entry.kind === 'level' ? 46 : 0;
    return 30 + whereLines(entry).length * LINE + slot + lines * LINE + (this.#nested.has(entry.key) ? 24 : 0) + 8;
  }

  #card(entry: Entry, { x, width, height }: { readonly x: number; readonly width: number; readonly height: number }): void {
    const { y } = this;
    const inside = width - 20;
    const children: Shape[] = [{ tag: 'rect', attributes: { x, y, width, height, rx: 3 } }];
    const line = (text: string, at: number, style: string): void => void children.push({ tag: 'text', attributes: { class: style, x: x + 10, y: at }, children: [text] });
    const mark = entry.reach === 'now' ? '▶ ' : '';
    line(`${mark}${fitted(entry.title, inside - mark.length * BOLD_CHAR, BOLD_CHAR)}`, y + 20, 'name');
    let at = y + 20;
    for (const text of whereLines(entry)) line(fitted(text, inside, CODE_CHAR), at += LINE, 'id');
    if (entry.kind === 'level') {
      at += 8;
      children.push(...slotShapes(entry, { x: x + 10, y: at, width: inside }));
      at += 40;
    }
    for (const text of wrapped(entry.meaning, inside, LINES)) line(text, at += LINE, 'note');
    const moment = REACHES[entry.reach];
    const said = [entry.title, entry.index === null ? '' : `index ${entry.index}`, entry.where, entry.value, entry.meaning, this.#t(moment)].filter((word) => word !== '').join(', ');
    const act = entry.address === null ? { name: 'goTo', value: entry.moment } : { name: 'writer', value: { address: entry.address } };
    const does = entry.address === null ? this.#t('goes to this moment') : this.#t('opens the line that wrote it');
    this.shapes.push({ tag: 'g', attributes: { class: `card ${entry.reach} ${entry.tone} ${entry.kind}` }, key: entry.key, label: `${said}: ${does}`, act, children });
    const nested = this.#nested.get(entry.key);
    if (nested !== undefined) this.#toggle(entry, nested, { x: x + 8, y: y + height - 26, width: width - 16 });
  }

  #toggle({ key }: Entry, nested: readonly Phase[], { x, y, width }: { readonly x: number; readonly y: number; readonly width: number }): void {
    const isOpen = this.#open.has(key);
    const steps = nested.reduce((sum, { entries }) => sum + entries.length, 0);
    const label = isOpen ? this.#t('Hide the stage-2 walk of this address') : this.#t('Show the stage-2 walk of this address, {0} steps', steps);
    this.shapes.push({
      tag: 'g', attributes: { class: 'toggle' }, key: `toggle ${key}`, label, act: { name: 'toggle', value: key }, children: [
        { tag: 'rect', attributes: { x, y, width, height: 20, rx: 3 } },
        { tag: 'text', attributes: { class: 'link', x: x + 6, y: y + 14 }, children: [`${isOpen ? '▾' : '▸'} ${this.#t('stage 2 of its address ({0})', steps)}`] },
      ],
    });
  }

  #arrow(x: number, y: number, reach: Entry['reach']): void {
    const end = x + GAP - 4;
    this.shapes.push({ tag: 'path', attributes: { class: `line ${reach === 'ahead' ? 'away' : ''}`, d: `M${x + 4} ${y}H${end}M${end - 6} ${y - 4}L${end} ${y}L${end - 6} ${y + 4}` } });
  }

  #text(x: number, y: number, text: string, style: string): void {
    this.shapes.push({ tag: 'text', attributes: { class: style, x, y }, children: [text] });
  }

  #reach(right: number): void {
    this.right = Math.max(this.right, right);
  }
}

/** A physical address, and below it the one that stage 2 made it from. */
function whereLines({ where }: Entry): string[] {
  const [physical = '', before] = where.split(/ \((?=IPA)/);
  return [...(physical === '' ? [] : [physical]), ...(before === undefined ? [] : [before.replace(')', '')])];
}

/** A table with the slot that was read, and a hint of its neighbours. */
function slotShapes({ index, value }: Entry, { x, y, width }: { readonly x: number; readonly y: number; readonly width: number }): Shape[] {
  const slot = `0x${(index ?? 0).toString(16)}`;
  return [
    { tag: 'rect', attributes: { class: 'slots', x, y, width, height: 8 } },
    { tag: 'rect', attributes: { class: 'slot', x, y: y + 8, width, height: 22 } },
    { tag: 'rect', attributes: { class: 'slots', x, y: y + 30, width, height: 8 } },
    { tag: 'text', attributes: { class: 'id entry', x: x + 6, y: y + 24 }, children: [`${slot.padStart(5)}: ${value === '' ? '?' : value}`] },
  ];
}
