/**
 * Character classes of the C preprocessor's lexer in assembler mode, where `$` is no part of a
 * name. Anything beyond ASCII is a character of its own, never part of a name, as in gcc's
 * assembler mode.
 */

/** A character that stands for itself. */
export const CLASS_OTHER = 0;
/** A letter or `_`. */
export const CLASS_WORD = 1;
/** `0` to `9`. */
export const CLASS_DIGIT = 2;
/** White space within a line; gcc counts NUL among it. */
export const CLASS_WHITE = 3;
/** A line feed; carriage returns before it are gone by then. */
export const CLASS_NEWLINE = 4;

function classes(): Uint8Array {
  const table = new Uint8Array(128);
  for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_') table[c.charCodeAt(0)] = CLASS_WORD;
  for (const c of '0123456789') table[c.charCodeAt(0)] = CLASS_DIGIT;
  for (const c of ' \t\v\f\r\0') table[c.charCodeAt(0)] = CLASS_WHITE;
  table[10] = CLASS_NEWLINE;
  return table;
}

/** The class of each ASCII character, by its code. */
export const CLASSES: Uint8Array = classes();

/** The class of a character code; NaN, as at the end of a text, is `CLASS_OTHER`. */
export function classOf(code: number): number {
  return code < 128 ? (CLASSES[code] ?? CLASS_OTHER) : CLASS_OTHER;
}

/** Whether a character code is white space or a line feed. */
export function isBlank(code: number): boolean {
  return classOf(code) >= CLASS_WHITE;
}

/** Whether a character code may continue a name. */
export function isWord(code: number): boolean {
  const found = classOf(code);
  return found === CLASS_WORD || found === CLASS_DIGIT;
}

/** The end of the name that starts at `pos`, which is `pos` where there is none. */
export function wordEnd(text: string, pos: number): number {
  // A regular expression runs at full speed from the first call, which a loop does not.
  WORD.lastIndex = pos;
  WORD.test(text);
  return WORD.lastIndex;
}

const WORD = /[A-Za-z0-9_]*/y;

/** The end of the preprocessing number that starts at `pos`: digits, letters, dots, and signs after an exponent. */
export function numberEnd(text: string, pos: number): number {
  let end = pos + 1;
  for (;;) {
    NUMBER.lastIndex = end;
    NUMBER.test(text);
    end = NUMBER.lastIndex;
    const c = text.charCodeAt(end);
    if ((c !== 43 && c !== 45) || !isExponent(text.charCodeAt(end - 1))) return end;
    end++;
  }
}

const NUMBER = /[A-Za-z0-9_.]*/y;

function isExponent(code: number): boolean {
  const lower = code | 32;
  return lower === 101 || lower === 112;
}

/** The end of the literal whose quote is at `pos`: after its closing quote, or the end of the line where it has none. */
export function literalEnd(text: string, pos: number, end: number): number {
  const quote = text.charCodeAt(pos);
  for (let i = pos + 1; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) return i + 1;
    if (c === 10) return i;
    if (c === 92 && text.charCodeAt(i + 1) !== 10) i++;
  }
  return end;
}

/** The bits of a name's hash. */
export const HASH_MASK = 0xffff;

/**
 * The hash by which names are filtered before they are looked up. It looks at a few characters
 * only: most names of a board are lower case, most macros upper case, and that shows anywhere.
 */
export function hashOf(name: string): number {
  return hashAt(name, 0, name.length);
}

/** The hash of the name between two offsets of a text. */
export function hashAt(text: string, start: number, end: number): number {
  const ends = text.charCodeAt(start) + 31 * text.charCodeAt(end - 1);
  return (ends + 961 * text.charCodeAt((start + end) >> 1) + 29_791 * text.charCodeAt(end - ((end - start) >> 2) - 1) + 7 * (end - start)) & HASH_MASK;
}
