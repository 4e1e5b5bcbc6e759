/**
 * Anything that a field table describes, with its words and its place: as a node of the variables view,
 * as a record of expressions, and as something whose fields can be changed. Bits are numbered through
 * the whole structure, as the Arm specification numbers them.
 */
import { hex, u64, type U64 } from '../../emulator/bits/u64.ts';
import { CD, L1CD } from '../../emulator/fields/cd.ts';
import { COMMANDS } from '../../emulator/fields/commands.ts';
import { S1_LEAF, S1_TABLE, S2_LEAF, S2_TABLE } from '../../emulator/fields/descriptors.ts';
import { EVENTS } from '../../emulator/fields/events.ts';
import { decode, setField, type Field, type FieldValue, type Layout } from '../../emulator/fields/layout.ts';
import { PRI_RECORD } from '../../emulator/fields/pri.ts';
import { REGISTERS } from '../../emulator/fields/registers.ts';
import { L1STD, STE } from '../../emulator/fields/ste.ts';
import { numberValue, type ExpressionValue, type ValuePlace } from '../expression/value.ts';
import { bytesOfWords, refused, type Edit, type EditResult } from './edit.ts';
import { group, leaf, type NodeExtras, type VariableNode, type WatchPlace } from './node.ts';

/** A structure. */
export interface Structure {
  readonly layout: Layout;
  readonly words: ArrayLike<number>;
  /** Absent where it cannot be changed. */
  readonly place?: ValuePlace | undefined;
}

/** Reads a number as a person writes it; a string says why it is none. */
export type NumberReader = (text: string) => U64 | string;

/** Every field table, by its name. */
export const LAYOUTS: ReadonlyMap<string, Layout> = new Map([
  STE, L1STD, CD, L1CD, PRI_RECORD, S1_TABLE, S1_LEAF, S2_TABLE, S2_LEAF,
  ...COMMANDS.map((c) => c.layout), ...EVENTS.map((e) => e.layout), ...REGISTERS.map((r) => r.layout),
].map((l) => [l.name, l]));

/** A field with its bits: `S2VMID [143:128]`. */
export function fieldName(f: Field): string {
  const [msb, lsb] = [f.dword * 64 + f.msb, f.dword * 64 + f.lsb];
  return `${f.name} [${msb === lsb ? msb : `${msb}:${lsb}`}]`;
}

/** A value with its meaning: `0x5 (stage 1)`. */
export function fieldText(v: FieldValue): string {
  const number = v.value.hi === 0 && v.value.lo < 10 ? String(v.value.lo) : hex(v.value);
  return v.meaning === undefined ? number : `${number} (${v.meaning})`;
}

const SHOWN = 6;

/** The fields that are not zero, on one line. */
export function summary(of: Structure): string {
  const set = decode(of.layout, of.words).filter((v) => (v.value.hi !== 0 || v.value.lo !== 0) && v.field.name !== 'Opcode' && v.field.name !== 'Type');
  const shown = set.slice(0, SHOWN).map((v) => `${v.field.name}=${fieldText(v)}`);
  return [...shown, ...(set.length > SHOWN ? ['...'] : [])].join(' ');
}

/** The nodes of all fields. `expression` leads to the structure. */
export function fieldNodes(of: Structure, read: NumberReader, expression?: string): VariableNode[] {
  return decode(of.layout, of.words).map((v) => leaf(fieldName(v.field), fieldText(v), {
    type: v.field.text,
    ...(expression === undefined ? {} : { expression: `${expression}.${v.field.name}` }),
    ...(of.place === undefined ? {} : { set: (text: string) => setFieldText(of, v.field, text, read), watch: watchField(of.place, v.field) }),
  }));
}

/** Where a structure of some bytes lies, as a data breakpoint watches it. */
function watchBytes(place: ValuePlace, offset: number, size: number): WatchPlace {
  if (place.kind === 'memory') return { kind: 'memory', address: place.address + offset, size };
  return { kind: 'register', smmu: place.smmu, offset: (place.offset & 0xffff) + offset, size };
}

/** The bits of a field: those of one 32-bit word, or the whole 64-bit word where it spans both or is big-endian. */
export function watchField(place: ValuePlace, f: Field): WatchPlace {
  const isSwapped = place.kind === 'memory' && place.isBigEndian === true;
  if (isSwapped || f.msb >>> 5 !== f.lsb >>> 5) return watchBytes(place, f.dword * 8, 8);
  const width = f.msb - f.lsb + 1;
  const mask = width === 32 ? 0xffff_ffff : ((2 ** width - 1) << (f.lsb & 31)) >>> 0;
  return { ...watchBytes(place, f.dword * 8 + (f.lsb >>> 5) * 4, 4), mask };
}

/** The raw words, in hex. */
function wordNodes(of: Structure, read: NumberReader): VariableNode[] {
  return Array.from({ length: of.layout.words / 2 }, (_, i) => {
    const value = u64(of.words[i * 2 + 1] ?? 0, of.words[i * 2] ?? 0);
    const set = (text: string): EditResult => {
      const number = read(text);
      return typeof number === 'string' ? refused(number) : { ok: true, edits: dwordEdits(of, i, number) };
    };
    return leaf(`word ${i} [${i * 64 + 63}:${i * 64}]`, hex(value, 16), of.place === undefined ? {} : { set, watch: watchBytes(of.place, i * 8, 8) });
  });
}

/** A structure as a node: its fields, and below them its raw words. */
export function structureNode(name: string, of: Structure, read: NumberReader, extras: NodeExtras & { readonly value?: string } = {}): VariableNode {
  const { value = summary(of), ...rest } = extras;
  const memory = {
    ...(of.place?.kind === 'memory' ? { memory: of.place.address } : {}), ...(of.place === undefined ? {} : { watch: watchBytes(of.place, 0, of.layout.words * 4) }),
  };
  return group(name, value, () => {
    const fields = fieldNodes(of, read, extras.expression);
    if (of.layout.words < 2) return fields;
    return [...fields, group('raw', of.layout.words === 2 ? '1 word' : `${of.layout.words / 2} words`, () => wordNodes(of, read), memory)];
  }, { type: of.layout.text, ...memory, ...rest });
}

/** A structure as a value of expressions; it is a number too where it has at most 64 bits. */
export function structureValue(of: Structure): ExpressionValue {
  const isNarrow = of.layout.words <= 2;
  return {
    kind: 'record', type: of.layout.name, words: Array.from({ length: of.layout.words }, (_, i) => (of.words[i] ?? 0) >>> 0),
    fields: decode(of.layout, of.words).map((v) => ({ name: v.field.name, value: numberValue(v.value, v.meaning) })),
    ...(isNarrow ? { number: u64(of.layout.words === 2 ? (of.words[1] ?? 0) : 0, of.words[0] ?? 0) } : {}),
    ...(of.place === undefined ? {} : { place: of.place }),
  };
}

/** The structure that a value of expressions was made from; undefined where it was made from none. */
export function structureOf(value: ExpressionValue): Structure | undefined {
  if (value.kind !== 'record' || value.words === undefined) return undefined;
  const layout = LAYOUTS.get(value.type);
  return layout === undefined ? undefined : { layout, words: value.words, place: value.place };
}

/** The edits that give a field a value: a number, or the word for one such as `bypass`. */
export function setFieldText(of: Structure, f: Field, text: string, read: NumberReader): EditResult {
  const word = Object.entries(f.values).find(([, meaning]) => meaning.toLowerCase() === text.trim().toLowerCase());
  const value = word === undefined ? read(text) : u64(0, Number(word[0]));
  if (typeof value === 'string') return refused(value);
  const problem = misfit(f, value);
  if (problem !== undefined) return refused(problem);
  const words = Uint32Array.from({ length: of.layout.words }, (_, i) => of.words[i] ?? 0);
  setField(words, f, value);
  return { ok: true, edits: dwordEdits(of, f.dword, u64(words[f.dword * 2 + 1] ?? 0, words[f.dword * 2] ?? 0)) };
}

/** Why a field cannot hold a value; undefined where it can. */
export function misfit(f: Field, value: U64): string | undefined {
  const width = f.msb - f.lsb + 1;
  const big = (BigInt(value.hi) << 32n) | BigInt(value.lo);
  if (f.address) {
    const isAligned = (big & ((1n << BigInt(f.lsb)) - 1n)) === 0n;
    if (isAligned && big >> BigInt(f.msb + 1) === 0n) return undefined;
    return `${f.name} holds bits ${f.msb}:${f.lsb} of an address: a multiple of 0x${(2 ** f.lsb).toString(16)}${f.msb === 63 ? '' : ` below 2^${f.msb + 1}`}`;
  }
  return big >> BigInt(width) === 0n ? undefined : `${f.name} has ${width === 1 ? '1 bit' : `${width} bits`}: 0 to 0x${((1n << BigInt(width)) - 1n).toString(16)}`;
}

/** The edits that store one 64-bit word of a structure. */
function dwordEdits(of: Structure, dword: number, value: U64): Edit[] {
  const { place } = of;
  if (place === undefined) return [];
  const halves = of.layout.words === 1 ? [value.lo] : [value.lo, value.hi];
  const bytes = bytesOfWords(halves);
  if (place.kind === 'memory') return [{ kind: 'memory', address: place.address + dword * 8, bytes: place.isBigEndian === true ? bytes.reverse() : bytes }];
  return halves.map((half, i) => ({ kind: 'register', smmu: place.smmu, offset: (place.offset & 0xffff) + i * 4, value: half }));
}

/** The edits that store a whole narrow structure, such as a register. */
export function setWhole(of: Structure, text: string, read: NumberReader): EditResult {
  const value = read(text);
  if (typeof value === 'string') return refused(value);
  if (of.place === undefined) return refused(`${of.layout.name} cannot be changed`);
  if (of.layout.words > 2) return refused(`${of.layout.name} is no number; set one of its fields`);
  if (of.layout.words === 1 && value.hi !== 0) return refused(`${of.layout.name} has 32 bits`);
  return { ok: true, edits: dwordEdits(of, 0, value) };
}
