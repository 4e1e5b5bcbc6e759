/**
 * Everything that a webview and its host say to each other. The data of a view is opaque here:
 * each view has a shape of its own for it, which its script checks.
 */
import { anything, either, nullable, number, object, oneOf, type ShapeOf, text } from './shape.ts';

/** A line of a file, counted from 1. */
export const PLACE = object({ uri: text, line: number });
export type Place = ShapeOf<typeof PLACE>;

/** Something that only one view knows: the name of one of its actions, and what it is about. */
export const ACTION = object({ name: text, value: anything });
export type Action = ShapeOf<typeof ACTION>;

/** The script runs and wants its data. */
const READY = object({ kind: oneOf('ready') });
/** The user follows a link to a source line. */
const OPEN = object({ kind: oneOf('open'), place: PLACE });
/** The user copies; a webview has no clipboard of its own in every host. */
const COPY = object({ kind: oneOf('copy'), what: text, text });
/** The user saves a file that the script made; the host asks where to. */
const SAVE = object({ kind: oneOf('save'), name: text, text });
/** Anything that only one view knows, by the name of one of its actions. */
const ACT = object({ kind: oneOf('act'), name: text, value: anything });

/** What a webview may send. */
export const FROM_WEB = either(either(READY, OPEN), either(either(COPY, SAVE), ACT));
export type FromWeb = ShapeOf<typeof FROM_WEB>;

/** What a webview is sent: what to show, or why there is nothing to show and what to do about it. */
export const TO_WEB = either(
  object({ kind: oneOf('show'), data: anything }),
  object({ kind: oneOf('empty'), text, advice: nullable(text) }),
);
export type ToWeb = ShapeOf<typeof TO_WEB>;

/** What a webview remembers while it is hidden and over a reload: whose view it is, and how it was set. */
export const STATE = object({ subject: text, ui: nullable(anything) });
export type State = ShapeOf<typeof STATE>;
