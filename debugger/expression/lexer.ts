/**
 * Tokens of expressions: numbers in hex, decimal and binary with the suffixes K, M and G, strings,
 * names and operators. Total: whatever is no token is one of kind `unknown`. Names of devices may hold
 * `@`; those with other signs are reached with `device("...")`.
 */
import { fromNumber, parseU64, type U64 } from '../../emulator/bits/u64.ts';
import type { ExpressionSpan } from './ast.ts';

/** A token; `message` is what is wrong with it. Spans are offsets into the text that was read. */
export type ExpressionToken = ExpressionSpan & { readonly message?: string } & (
  | { readonly kind: 'number'; readonly value: U64 }
  | { readonly kind: 'string' | 'name' | 'operator' | 'unknown'; readonly text: string }
  | { readonly kind: 'end' }
);

const BLANK = /[ \t\r\n]*/y;
const NUMBER = /\d[\w]*/y;
const NAME = /[A-Za-z_][\w]*(?:@[\w]+)?/y;
const PLAIN = /[^"\\\n]*/y;
const OPERATOR = /<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>().,[\]]/y;
/** A number that fits one of JavaScript's, as nearly all do. */
const SHORT_NUMBER = /^(?:0[xX][0-9a-fA-F]{1,12}|\d{1,15})$/;
const FACTORS: Readonly<Record<string, bigint>> = { K: 1024n, M: 1024n ** 2n, G: 1024n ** 3n };
const LARGEST = (1n << 64n) - 1n;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Reads the token at or after an offset. */
export function nextToken(text: string, offset: number): ExpressionToken {
  const start = offset + (match(BLANK, text, offset)?.length ?? 0);
  if (start >= text.length) return { kind: 'end', start: text.length, end: text.length };
  if (text[start] === '"') {
    const { end, ...read } = readString(text, start);
    return { kind: 'string', start, end, ...read };
  }
  const digits = match(NUMBER, text, start);
  if (digits !== undefined) return { kind: 'number', start, end: start + digits.length, ...readNumber(digits) };
  const name = match(NAME, text, start);
  if (name !== undefined) return { kind: 'name', text: name, start, end: start + name.length };
  const operator = match(OPERATOR, text, start);
  if (operator !== undefined) return { kind: 'operator', text: operator, start, end: start + operator.length };
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  return { kind: 'unknown', text: character, start, end: start + character.length, message: `\`${character}\` has no meaning in an expression` };
}

/** Reads a number as written, suffix included; a message where it is none or does not fit 64 bits. */
function readNumber(text: string): { readonly value: U64; readonly message?: string } {
  if (SHORT_NUMBER.test(text)) return { value: fromNumber(Number(text)) };
  const suffix = /[KMG]$/.exec(text)?.[0] ?? '';
  const digits = text.slice(0, text.length - suffix.length).replaceAll('_', '');
  const isNumber = /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)$/.test(digits);
  if (!isNumber) return { value: fromNumber(0), message: `\`${text}\` is not a number; write it as 0x.., 0b.. or in decimal, with K, M or G behind it` };
  if (digits.length > 80) return tooWide(text);
  const value = BigInt(digits) * (FACTORS[suffix] ?? 1n);
  return value > LARGEST ? tooWide(text) : { value: parseU64(value.toString()) ?? fromNumber(0) };
}

function tooWide(text: string): { readonly value: U64; readonly message: string } {
  const shown = text.length > 24 ? `${text.slice(0, 24)}...` : text;
  return { value: fromNumber(0), message: `\`${shown}\` needs more than 64 bits` };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '"': '"', '\\': '\\' };

/** Reads the string whose opening quote is at an offset; `end` is behind its closing quote. */
export function readString(text: string, start: number): { readonly text: string; readonly end: number; readonly message?: string } {
  // Stretch by stretch: a string put together from single characters keeps an object for each of them.
  const parts: string[] = [];
  let message: string | undefined;
  let at = start + 1;
  for (;;) {
    const plainText = match(PLAIN, text, at) ?? '';
    parts.push(plainText);
    at += plainText.length;
    if (text[at] !== '\\') break;
    const code = /^x([0-9a-fA-F]{2})/.exec(text.slice(at + 1, at + 4))?.[1];
    const letter = text[at + 1] ?? '';
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (code === undefined && plain === undefined) message ??= `\`\\${letter}\` is not an escape; there are \\n \\t \\r \\0 \\" \\\\ and \\xHH`;
    parts.push(code === undefined ? (plain ?? letter) : String.fromCharCode(Number.parseInt(code, 16)));
    at += code === undefined ? 2 : 4;
  }
  const isClosed = text[at] === '"';
  if (!isClosed) message = 'the string has no closing `"`';
  const end = Math.min(text.length, isClosed ? at + 1 : at);
  const value = parts.join('');
  return message === undefined ? { text: value, end } : { text: value, end, message };
}
