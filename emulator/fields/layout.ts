/**
 * What a field table is, and the generic decode, encode and text over such tables. A structure is
 * an array of 32-bit words in memory order (little-endian: word 0 holds bits 31:0). Fields that are
 * reserved or implementation defined have no entry, so decoding drops those bits; whether they must
 * be zero is not judged here.
 */
import { extract, hex, shiftLeft, toNumber, u64, ZERO, type U64 } from '../bits/u64.ts';

/** One field of a structure or register. */
export interface Field<N extends string = string> {
  /** The name in the Arm specification. */
  readonly name: N;
  /** The 64-bit word that the field lies in. */
  readonly dword: number;
  /** Most and least significant bit within that word. */
  readonly msb: number;
  readonly lsb: number;
  /** One sentence for hover text and documentation. */
  readonly text: string;
  /** An address: its value is the bits in place, so [51:6] holds a multiple of 64. */
  readonly address: boolean;
  /** The meaning of the values that have one. */
  readonly values: Readonly<Record<number, string>>;
}

/** A structure, record or register: its size and its fields in ascending bit order. */
export interface Layout<N extends string = string> {
  readonly name: string;
  readonly text: string;
  /** Size in 32-bit words. */
  readonly words: number;
  readonly fields: readonly Field<N>[];
}

/** One field with its value. */
export interface FieldValue {
  readonly field: Field;
  readonly value: U64;
  /** What the value means, where the table says so. */
  readonly meaning: string | undefined;
}

/** `[dword, bit]` or `[dword, msb, lsb]`. */
export type Bits = readonly [dword: number, bit: number] | readonly [dword: number, msb: number, lsb: number];

/** What a field may have beyond name, place and text. */
export interface FieldOptions {
  readonly address?: boolean;
  readonly values?: Readonly<Record<number, string>>;
}

/** Declares a field of a table. */
export function field<const N extends string>(name: N, bits: Bits, text: string, options: FieldOptions = {}): Field<N> {
  const [dword, msb, lsb = msb] = bits;
  return { name, dword, msb, lsb, text, address: options.address ?? false, values: options.values ?? {} };
}

/** Declares a structure; fields may be given in any order. */
export function layout<N extends string>(name: string, words: number, text: string, fields: readonly Field<N>[]): Layout<N> {
  const ordered = fields.toSorted((a, b) => a.dword - b.dword || a.lsb - b.lsb);
  return { name, text, words, fields: ordered };
}

/** All fields of a structure by name, as plain numbers; only wide non-address fields can lose bits above 2^53. */
export function numbers<N extends string>(of: Layout<N>, words: ArrayLike<number>): Record<N, number> {
  const values: Partial<Record<N, number>> = {};
  for (const f of of.fields) values[f.name] = fieldNumber(words, f);
  return values as Record<N, number>;
}

function fieldNumber(words: ArrayLike<number>, f: Field): number {
  const at = f.dword * 2 + (f.lsb >= 32 ? 1 : 0);
  const isInOneWord = !f.address && f.msb >>> 5 === f.lsb >>> 5;
  if (!isInOneWord) return toNumber(getField(words, f));
  const width = f.msb - f.lsb + 1;
  const down = (words[at] ?? 0) >>> (f.lsb & 31);
  return width === 32 ? down : down & (2 ** width - 1);
}

/** The field of that name, or undefined. */
export function fieldNamed(of: Layout, name: string): Field | undefined {
  return of.fields.find((f) => f.name === name);
}

/** The value of one field; words beyond the end of the array read as zero. */
export function getField(words: ArrayLike<number>, f: Field): U64 {
  const dword = u64(words[f.dword * 2 + 1] ?? 0, words[f.dword * 2] ?? 0);
  const value = extract(dword, f.msb, f.lsb);
  return f.address ? shiftLeft(value, f.lsb) : value;
}

/** Stores a field; bits of the value that the field has no room for are dropped. */
export function setField(words: Uint32Array | Int32Array, f: Field, value: U64): void {
  const bits = f.address ? extract(value, f.msb, f.lsb) : extract(value, f.msb - f.lsb, 0);
  const placed = shiftLeft(bits, f.lsb);
  const mask = shiftLeft(extract({ hi: 0xffff_ffff, lo: 0xffff_ffff }, f.msb - f.lsb, 0), f.lsb);
  const at = f.dword * 2;
  words[at] = ((words[at] ?? 0) & ~mask.lo) | placed.lo;
  if (at + 1 < words.length) words[at + 1] = ((words[at + 1] ?? 0) & ~mask.hi) | placed.hi;
}

/** All fields of a structure with their values, in bit order. */
export function decode(of: Layout, words: ArrayLike<number>): FieldValue[] {
  return of.fields.map((f) => {
    const value = getField(words, f);
    return { field: f, value, meaning: value.hi === 0 ? f.values[value.lo] : undefined };
  });
}

/** Field values by name, as the input of `encode`: plain numbers must be below 2^53. */
export type FieldInput = Readonly<Record<string, U64 | number>>;

/** Builds the words of a structure; fields not named are zero, names not of the table are ignored. */
export function encode(of: Layout, values: FieldInput): Uint32Array {
  const words = new Uint32Array(of.words);
  for (const f of of.fields) {
    const given = values[f.name];
    if (given === undefined) continue;
    setField(words, f, typeof given === 'number' ? u64(Math.floor(given / 2 ** 32), given) : given);
  }
  return words;
}

/** The value as people write it: hex for addresses and wide fields, decimal for the rest. */
export function formatValue(item: FieldValue): string {
  const wide = item.field.address || item.field.msb - item.field.lsb >= 15;
  const number = wide ? hex(item.value) : String(item.value.lo);
  return item.meaning === undefined ? number : `${number} (${item.meaning})`;
}

/** One line `NAME=value ...` of the fields that are not zero. */
export function format(of: Layout, words: ArrayLike<number>): string {
  const set = decode(of, words).filter((v) => v.value.hi !== ZERO.hi || v.value.lo !== ZERO.lo);
  return set.map((v) => `${v.field.name}=${formatValue(v)}`).join(' ');
}

/** Words of a hex string of bytes in memory order, as logs and dumps hold them; undefined if malformed. */
export function wordsOfHex(text: string): Uint32Array | undefined {
  if (!/^(?:[0-9a-f]{8})+$/i.test(text)) return undefined;
  const words = new Uint32Array(text.length / 8);
  for (let i = 0; i < words.length; i++) {
    const w = Number.parseInt(text.slice(i * 8, i * 8 + 8), 16);
    words[i] = ((w & 0xff) << 24) | ((w & 0xff00) << 8) | ((w >>> 8) & 0xff00) | (w >>> 24);
  }
  return words;
}

/** The bytes of the words in memory order, as lower-case hex. */
export function hexOfWords(words: ArrayLike<number>): string {
  let text = '';
  for (let i = 0; i < words.length; i++) {
    const w = words[i] ?? 0;
    const swapped = ((w & 0xff) << 24) | ((w & 0xff00) << 8) | ((w >>> 8) & 0xff00) | (w >>> 24);
    text += (swapped >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}
