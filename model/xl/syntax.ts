/**
 * The syntax tree of an xl configuration, as libxlu's grammar reads it (`xlu_cfg_readdata`). A
 * broken file keeps every statement that can be read; the errors say what libxlu would refuse.
 * Nothing here knows what a key means: see `keys.ts`.
 */

/** A half-open range of UTF-16 offsets in the file. */
export interface XlSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * A single value: a quoted string with its escapes resolved, or a number token as it is written;
 * libxlu treats both alike. A placeholder of a build template (`[NAME]`, `@NAME@`, `${NAME}`,
 * `{{ name }}`) stands where a value will be: no rule looks inside.
 */
export interface XlAtom extends XlSpan {
  readonly kind: 'string' | 'number' | 'placeholder';
  readonly text: string;
}

/** `[ ... ]`. `close` is the offset of the bracket, -1 where it is missing. */
export interface XlList extends XlSpan {
  readonly kind: 'list';
  readonly items: readonly XlValue[];
  readonly close: number;
}

/** What may stand right of `=`. */
export type XlValue = XlAtom | XlList;

/** `key = value` or `key += value`; `value` is undefined where it is missing or unreadable. */
export interface XlAssignment extends XlSpan {
  readonly key: string;
  readonly keySpan: XlSpan;
  readonly operator: '=' | '+=';
  readonly value: XlValue | undefined;
}

/** Why a piece of text is not an xl configuration. Each reason has one sentence and one piece of advice. */
export type XlErrorReason =
  | 'carriage-return' | 'unterminated-string' | 'bad-escape' | 'unterminated-comment' | 'capital-letter'
  | 'python' | 'bad-character' | 'nul' | 'expected-value' | 'expected-operator' | 'expected-key' | 'expected-end'
  | 'expected-separator' | 'unclosed-list' | 'empty-item' | 'semicolon-in-list' | 'mixed-addition'
  | 'limit-depth' | 'limit-items' | 'limit-string' | 'limit-problems';

/** One thing libxlu refuses; `found` is the offending text, cut short. */
export interface XlSyntaxError extends XlSpan {
  readonly reason: XlErrorReason;
  readonly found: string;
}

/** A whole file. libxlu refuses it all when `errors` is not empty, and a template while `placeholders` is not. */
export interface XlSyntax {
  readonly path: string;
  readonly text: string;
  readonly statements: readonly XlAssignment[];
  readonly comments: readonly XlSpan[];
  readonly errors: readonly XlSyntaxError[];
  /** Template placeholders outside strings. */
  readonly placeholders: readonly XlSpan[];
}

/** Caps on hostile input, each with an error reason of its own. */
export interface XlLimits {
  /** Depth of nested brackets. */
  depth: number;
  /** Values in one file. */
  items: number;
  /** Characters of one string. */
  stringChars: number;
  /** Errors reported for one file. */
  problems: number;
}

/** Caps that no real configuration comes near. */
export const XL_LIMITS: XlLimits = { depth: 64, items: 100_000, stringChars: 1 << 20, problems: 200 };
