/**
 * A queue as a ring: slots run clockwise from the top, those that wait are filled, producer and consumer
 * point at theirs and say which lap they are on. Long queues are drawn as arcs in proportion.
 */
import type { Ring } from './debugPage.ts';
import type { Drawing, Shape } from './drawing.ts';

const WIDTH = 360;
const HEIGHT = 232;
const CENTRE = { x: 180, y: 112 };
const OUTER = 74;
const INNER = 54;
/** Slots beyond which single ones cannot be told apart. */
const MOST_SLOTS = 64;

function point(part: number, radius: number): string {
  const angle = part * 2 * Math.PI - Math.PI / 2;
  return `${(CENTRE.x + Math.cos(angle) * radius).toFixed(1)} ${(CENTRE.y + Math.sin(angle) * radius).toFixed(1)}`;
}

/** A piece of the ring from one part of the circle to another. */
function arc(from: number, to: number): string {
  const isLarge = to - from > 0.5 ? 1 : 0;
  return `M${point(from, OUTER)}A${OUTER} ${OUTER} 0 ${isLarge} 1 ${point(to, OUTER)}L${point(to, INNER)}A${INNER} ${INNER} 0 ${isLarge} 0 ${point(from, INNER)}Z`;
}

/** A whole ring takes two pieces: an arc cannot end where it began. */
function arcs(from: number, to: number, style: string): Shape[] {
  const piece = (a: number, b: number): Shape => ({ tag: 'path', attributes: { class: style, d: arc(a, b) } });
  if (to - from < 1e-6) return [];
  return to - from > 0.999 ? [piece(from, from + 0.5), piece(from + 0.5, from + 0.9999)] : [piece(from, to)];
}

function pointer(ring: Ring, name: 'PROD' | 'CONS'): Shape[] {
  const [slot, wrap] = name === 'PROD' ? [ring.prod, ring.prodWrap] : [ring.cons, ring.consWrap];
  const part = slot / ring.size;
  const isOutside = name === 'PROD';
  const [tip, end] = isOutside ? [OUTER + 2, OUTER + 14] : [INNER - 2, INNER - 14];
  const [x = '0', y = '0'] = point(part, isOutside ? OUTER + 24 : INNER - 24).split(' ');
  const anchor = !isOutside ? 'middle' : Number(x) > CENTRE.x + 12 ? 'start' : Number(x) < CENTRE.x - 12 ? 'end' : 'middle';
  return [
    { tag: 'path', attributes: { class: `pointer ${name.toLowerCase()}`, d: `M${point(part, end)}L${point(part, tip)}` } },
    ...(isOutside ? [{ tag: 'text', attributes: { class: 'id', x, y: Number(y) + 4, 'text-anchor': anchor }, children: [`PROD ${slot}, wrap ${wrap}`] } as const] : []),
    { tag: 'title', children: [`${name} ${slot}, wrap ${wrap}`] },
  ];
}

/** Draws one queue. */
export function drawRing(ring: Ring): Drawing {
  const { size, cons, prod, pending, title, state } = ring;
  const from = cons / size;
  const part = Math.min(pending, size) / size;
  const slots: Shape[] = size > MOST_SLOTS ? [] : Array.from({ length: size }, (_, i): Shape => ({ tag: 'path', attributes: { class: 'tick', d: `M${point(i / size, INNER)}L${point(i / size, OUTER)}` } }));
  const centre = (y: number, text: string, style: string): Shape => ({ tag: 'text', attributes: { class: style, x: CENTRE.x, y: CENTRE.y + y, 'text-anchor': 'middle' }, children: [text] });
  const words = `${title}: ${state}. PROD ${prod}, wrap ${ring.prodWrap}; CONS ${cons}, wrap ${ring.consWrap}; ${size} slots.`;
  return {
    width: WIDTH, height: HEIGHT, title: words,
    shapes: [{
      tag: 'g', attributes: { class: `ring ${ring.tone}` }, children: [
        { tag: 'title', children: [words] }, ...arcs(0, 1, 'empty'), ...arcs(from, from + part, 'waiting'), ...slots, ...[INNER, OUTER].map((r): Shape => ({ tag: 'circle', attributes: { class: 'edge', cx: CENTRE.x, cy: CENTRE.y, r } })),
        ...pointer(ring, 'CONS'), ...pointer(ring, 'PROD'),
        centre(-8, `${pending} / ${size}`, 'name'), centre(10, `CONS ${cons}`, 'id'), centre(26, `wrap ${ring.consWrap}`, 'note'),
        centre(HEIGHT - CENTRE.y - 8, state, 'note'),
      ],
    }],
  };
}
