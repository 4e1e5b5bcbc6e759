/**
 * Classes of ASCII characters as dtc's lexer knows them. Nothing outside ASCII belongs to a class:
 * such characters may stand in strings, character literals and comments only.
 */

/** Classes as bits, for `classOf`. */
export const enum Chars {
  LabelStart = 1,
  Label = 2,
  Name = 4,
  Digit = 8,
  Hex = 16,
  Space = 32,
  Path = 64,
}

function bitsOf(char: string): number {
  let bits = 0;
  if (/[a-zA-Z_]/.test(char)) bits |= Chars.LabelStart;
  if (/[a-zA-Z0-9_]/.test(char)) bits |= Chars.Label;
  if (/[a-zA-Z0-9,._+*#?@-]/.test(char)) bits |= Chars.Name | Chars.Path;
  if (char === '/') bits |= Chars.Path;
  if (/[0-9]/.test(char)) bits |= Chars.Digit;
  if (/[0-9a-fA-F]/.test(char)) bits |= Chars.Hex;
  if (/[ \t\n\v\f\r]/.test(char)) bits |= Chars.Space;
  return bits;
}

/** The classes of each UTF-16 code unit, for loops over many characters; undefined for NaN, the end of text. */
export const CLASSES = new Uint8Array(65536);
for (let code = 0; code < 128; code++) CLASSES[code] = bitsOf(String.fromCharCode(code));

/** The classes of a UTF-16 code unit; 0 for the end of text (NaN) and for all beyond ASCII. */
export function classOf(code: number): number {
  return CLASSES[code] ?? 0;
}

/** The value of a hexadecimal digit. */
export function hexDigit(code: number): number {
  return code < 58 ? code - 48 : (code | 32) - 87;
}
