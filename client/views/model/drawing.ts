/**
 * A drawing as plain data: elements of SVG with attributes and children. Layouts make it without a
 * browser; `web/draw.ts` puts it on the screen, and `drawingText` writes it as a file of its own.
 */
import type { Action, Place } from '../messages.ts';

/** One element of a drawing. */
export interface Shape {
  readonly tag: 'g' | 'rect' | 'path' | 'text' | 'line' | 'circle' | 'title';
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly children?: readonly (Shape | string)[];
  /** The line that a click, or Enter, leads to. Such an element can be reached by keyboard and needs a `label`. */
  readonly place?: Place | null;
  /** What a click, or Enter, asks for instead; such an element is a button and needs a `label`. */
  readonly act?: Action;
  /** What a screen reader says; such an element can be reached by keyboard. */
  readonly label?: string;
  /** Tells the element from all others over redraws, so that it keeps the focus. */
  readonly key?: string;
}

/** A whole drawing. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly shapes: readonly Shape[];
}

const ESCAPES: ReadonlyMap<string, string> = new Map([['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;']]);
/** XML has no way to write these. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escapeXml(text: string): string {
  return text.replaceAll(FORBIDDEN, '\ufffd').replaceAll(/[&<>"]/g, (char) => ESCAPES.get(char) ?? char);
}

function shapeText({ tag, attributes = {}, children = [], label }: Shape): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`).join('');
  const title = label === undefined ? '' : `<title>${escapeXml(label)}</title>`;
  const inside = children.map((child) => (typeof child === 'string' ? escapeXml(child) : shapeText(child))).join('');
  return title === '' && inside === '' ? `<${tag}${written}/>` : `<${tag}${written}>${title}${inside}</${tag}>`;
}

/** The drawing as an SVG file with its style in it; it needs nothing else to be shown. */
export function drawingText({ width, height, title, shapes }: Drawing, style: string): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`;
  return `${head}\n<title>${escapeXml(title)}</title>\n<style>${escapeXml(style)}</style>\n${shapes.map(shapeText).join('\n')}\n</svg>\n`;
}

/** Text cut to what fits, with the rest implied. */
export function fitted(text: string, width: number, charWidth: number): string {
  const room = Math.max(1, Math.floor(width / charWidth));
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
