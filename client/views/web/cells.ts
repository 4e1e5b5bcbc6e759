/** Cells of tables and trees: text, links to source lines, and buttons for what only the view's host can do. */
import type { Action, Place } from '../messages.ts';
import type { Cell, Part } from '../model/tables.ts';
import { button, element } from './dom.ts';

/** What is done when a part of a cell is pressed. */
export interface CellHost {
  open(place: Place): void;
  act?(action: Action): void;
}

/** The content of a cell; `key` tells it from all others on the page. */
export function cellContent(cell: Cell, key: string, host: CellHost): (Node | string)[] {
  return cell.parts.flatMap((part, index) => [...(index === 0 ? [] : [' ']), partContent(part, `${key} ${index}`, host)]);
}

function partContent({ text, place, act }: Part, key: string, host: CellHost): Node | string {
  if (act !== undefined) return button(text, () => host.act?.(act), { class: 'quiet', 'data-key': key });
  if (place === null) return text;
  const name = decodeURIComponent(place.uri.slice(place.uri.lastIndexOf('/') + 1));
  const follow = (event: Event): void => {
    event.preventDefault();
    host.open(place);
  };
  return element('a', { href: '#', title: `${name}:${place.line}`, click: follow, 'data-key': key }, text);
}

/** The id of a table's heading: one word, since references to it are lists of words. */
export function headingOf(id: string): string {
  return `heading-${id.replaceAll(/\s+/g, '-')}`;
}
