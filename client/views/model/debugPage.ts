/**
 * A view of the debugger: the shape of its data, which the debug adapter makes (`debugger/views`), and
 * what the user has opened in it. Pictures are drawn by `walkLayout` and `ringLayout`.
 */
import { list, nullable, number, object, oneOf, type ShapeOf, text } from '../shape.ts';
import { SORTING, TABLE, TREE } from './tables.ts';

const CONTROL = object({ id: text, label: text, kind: oneOf('choice', 'text', 'button'), value: text, options: list(object({ value: text, name: text })) });
const SPLIT = object({ input: text, fields: list(object({ name: text, bits: text, value: text, level: nullable(number) })) });
const REACH = oneOf('done', 'now', 'ahead');
const ENTRY = object({
  key: text, kind: oneOf('structure', 'level', 'check', 'result'), title: text, where: text, address: nullable(number),
  moment: object({ unit: number, step: number }), level: nullable(number), index: nullable(number), value: text, meaning: text,
  tone: oneOf('plain', 'good', 'bad'), reach: REACH,
});
const PHASE = object({ id: text, parent: nullable(text), title: text, reach: REACH, split: nullable(SPLIT), entries: list(ENTRY) });
const RING = object({
  id: text, title: text, state: text, size: number, prod: number, cons: number, prodWrap: number, consWrap: number, pending: number, tone: oneOf('plain', 'bad'),
});
/** A page of the debugger. */
export const DEBUG_PAGE = object({ title: text, facts: list(text), controls: list(CONTROL), phases: list(PHASE), rings: list(RING), trees: list(TREE), tables: list(TABLE) });

export type Control = ShapeOf<typeof CONTROL>;
export type Split = ShapeOf<typeof SPLIT>;
export type Entry = ShapeOf<typeof ENTRY>;
export type Phase = ShapeOf<typeof PHASE>;
export type Ring = ShapeOf<typeof RING>;
export type DebugPage = ShapeOf<typeof DEBUG_PAGE>;

/** How the user has set the page: which nested walks are open, the filter of its tables and by what they are sorted. */
export const DEBUG_UI = object({ open: list(text), filter: text, sortings: list(object({ id: text, sorting: nullable(SORTING) })) });
export type DebugUi = ShapeOf<typeof DEBUG_UI>;
