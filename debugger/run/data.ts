/** Bytes as scenarios write them (a text, or a number of some bytes), and as people read them. */
import { hex, type U64 } from '../../emulator/bits/u64.ts';
import { unusable, type Arguments } from './arguments.ts';

/** The bytes of a text. */
export function dataOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The low bytes of a number, in memory order. */
export function bytesOf(value: U64, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => ((i < 4 ? value.lo : i < 8 ? value.hi : 0) >>> ((i % 4) * 8)) & 0xff);
}

/** A number that so many bytes can hold: what is cut silently is found late. */
export function holding(value: U64, size: number): U64 {
  const isWhole = size >= 8 || (value.hi === 0 && (size >= 4 || value.lo < 2 ** (size * 8)));
  return isWhole ? value : unusable(`${hex(value)} does not fit ${size === 1 ? 'one byte' : `${size} bytes`}`);
}

/** What an argument says that lies in memory: a text, or a number of so many bytes. */
export function dataArgument(args: Arguments, name: string, size: number): Uint8Array {
  const value = args.value(name);
  return value?.kind === 'text' ? dataOf(value.text) : bytesOf(holding(args.wide(name), size), size);
}

/** Bytes shown at most in a message. */
const SHOWN = 64;

/** Bytes for people: as text where they are printable, else as hexadecimal digits in memory order. */
export function dataText(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN);
  const more = bytes.length > SHOWN ? ` ... (${bytes.length} bytes)` : '';
  const isText = shown.length > 0 && shown.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (isText) return `"${String.fromCharCode(...shown)}"${more}`;
  return shown.length === 0 ? 'nothing' : `${Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}${more}`;
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
