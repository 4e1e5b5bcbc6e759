/**
 * The bytes of string and character literals: dtc's escapes over UTF-8. Strings are held one
 * character a byte (Latin-1), as a property's value holds them.
 */
import { Chars, classOf, hexDigit } from './chars.ts';

const SIMPLE: ReadonlyMap<string, number> = new Map([
  ['a', 7], ['b', 8], ['t', 9], ['n', 10], ['v', 11], ['f', 12], ['r', 13],
]);

/** Text as UTF-8, one character a byte; a lone surrogate becomes U+FFFD. */
export function utf8(text: string): string {
  let bytes = '';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 128 ? char : encode(code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  }
  return bytes;
}

function encode(code: number): string {
  const tail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6), tail(0));
  if (code < 0x10000) return String.fromCharCode(0xe0 | (code >> 12), tail(6), tail(0));
  return String.fromCharCode(0xf0 | (code >> 18), tail(12), tail(6), tail(0));
}

/** A decoded literal; `badEscape` is the offset of a `\x` without digits, which dtc dies of. */
export interface Decoded {
  readonly value: string;
  readonly badEscape: number | undefined;
}

/** Resolves the escapes of a literal's inside (without its quotes). */
export function decodeLiteral(inside: string): Decoded {
  let value = '';
  let badEscape: number | undefined;
  let from = 0;
  for (let at = inside.indexOf('\\'); at >= 0; at = inside.indexOf('\\', from)) {
    value += utf8(inside.slice(from, at));
    const escape = escapeAt(inside, at + 1);
    value += escape.value;
    from = escape.end;
    if (escape.bad) badEscape ??= at;
  }
  return { value: value + utf8(inside.slice(from)), badEscape };
}

interface Escape { value: string; end: number; bad?: boolean }

function escapeAt(text: string, at: number): Escape {
  const char = text.charAt(at);
  const simple = SIMPLE.get(char);
  if (simple !== undefined) return { value: String.fromCharCode(simple), end: at + 1 };
  if (char >= '0' && char <= '7') {
    const digits = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0] ?? '0';
    return { value: String.fromCharCode(Number.parseInt(digits, 8) & 0xff), end: at + digits.length };
  }
  if (char === 'x') return hexEscape(text, at + 1);
  const whole = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return at < text.length ? { value: utf8(whole), end: at + whole.length } : { value: '', end: at };
}

function hexEscape(text: string, from: number): Escape {
  let end = from;
  let value = 0;
  while (end < from + 2 && (classOf(text.charCodeAt(end)) & Chars.Hex) !== 0) value = value * 16 + hexDigit(text.charCodeAt(end++));
  return { value: String.fromCharCode(value), end, bad: end === from };
}
