/**
 * Puts a drawing on the page as SVG. What leads somewhere is a link, what does something a button; the whole drawing is one stop of
 * the Tab key, and the arrow keys go from link to link, up and down by what is nearest.
 */
import type { Action, Place } from '../messages.ts';
import type { Drawing, Shape } from '../model/drawing.ts';
import { setAttributes } from './dom.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** An element of a drawing with all that is in it. */
function shapeElement(shape: Shape, doing: Doing): SVGElement {
  const made: SVGElement = document.createElementNS(SVG, shape.tag);
  setAttributes(made, shape.attributes ?? {});
  if (shape.label !== undefined) {
    const title = document.createElementNS(SVG, 'title');
    title.textContent = shape.label;
    made.append(title);
  }
  for (const child of shape.children ?? []) made.append(typeof child === 'string' ? child : shapeElement(child, doing));
  const { place, act, label, key } = shape;
  if (key !== undefined) made.dataset['key'] = key;
  const press = act !== undefined ? () => doing.act?.(act) : place === null || place === undefined ? undefined : () => doing.open(place);
  if (label === undefined || press === undefined) return made;
  // A button is named by its title: it says more than the lines in it, in another order.
  setAttributes(made, { tabindex: -1, click: press, ...(act === undefined ? { role: 'link', 'aria-label': label } : { role: 'button' }) });
  made.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      press();
    }
  });
  return made;
}

/** What is done when something in a drawing is pressed. */
export interface Doing {
  open(place: Place): void;
  act?(action: Action): void;
}

/** The drawing as an element. */
export function draw(drawing: Drawing, doing: Doing): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const { width, height, title, shapes } = drawing;
  // Chromium stops the Tab key at whatever in SVG listens for the focus; the first link is the stop.
  setAttributes(svg, { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': title, tabindex: -1 });
  svg.append(...shapes.map((shape) => shapeElement(shape, doing)));
  const [first] = links(svg);
  first?.setAttribute('tabindex', '0');
  svg.addEventListener('keydown', (event) => move(svg, event));
  svg.addEventListener('focusin', (event) => {
    for (const link of links(svg)) link.setAttribute('tabindex', link === event.target ? '0' : '-1');
  });
  return svg;
}

function links(svg: SVGElement): SVGElement[] {
  return [...svg.querySelectorAll<SVGElement>('[role="link"], [role="button"]')];
}

/** The way of each arrow key. */
const WAYS: ReadonlyMap<string, readonly [x: number, y: number]> = new Map([
  ['ArrowUp', [0, -1]], ['ArrowDown', [0, 1]], ['ArrowLeft', [-1, 0]], ['ArrowRight', [1, 0]],
]);

/** Moves the focus to the nearest link in the direction of the key. */
function move(svg: SVGElement, event: KeyboardEvent): void {
  const way = WAYS.get(event.key);
  const from = document.activeElement;
  if (way === undefined || from === null || !svg.contains(from)) return;
  event.preventDefault();
  const [x, y] = middle(from);
  const reachable = links(svg).flatMap((link) => {
    const [toX, toY] = middle(link);
    const ahead = (toX - x) * way[0] + (toY - y) * way[1];
    const aside = Math.abs((toX - x) * way[1]) + Math.abs((toY - y) * way[0]);
    return link === from || ahead < 2 ? [] : [{ link, cost: ahead + aside * 3 }];
  });
  reachable.sort((a, b) => a.cost - b.cost)[0]?.link.focus();
}

function middle(element: Element): [x: number, y: number] {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return [(left + right) / 2, (top + bottom) / 2];
}
