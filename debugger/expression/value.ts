/**
 * Values of expressions, as plain data that JSON can hold: they are kept in variables of scenarios, and
 * compared. A structure is a record that knows its words, and is a number as well where it is at most
 * 64 bits wide, so that `smmu0.CR0 == 0xd` and `smmu0.CR0.SMMUEN` both make sense.
 */
import { equal, fromNumber, hex, type U64 } from '../../emulator/bits/u64.ts';

/** Where the words of a structure lie, so that they can be changed. */
export type ValuePlace =
  /** Physical address of its first byte; 64-bit words may be big-endian, as descriptors of translation tables can be. */
  | { readonly kind: 'memory'; readonly address: number; readonly isBigEndian?: boolean }
  /** Index of the SMMU, and offset from its base. */
  | { readonly kind: 'register'; readonly smmu: number; readonly offset: number };

/** A field of a record. */
export interface RecordField {
  readonly name: string;
  readonly value: ExpressionValue;
}

/** A number of 64 bits; `text` is what it stands for, such as `F_TRANSLATION` or `stage 1`. */
export interface NumberValue {
  readonly kind: 'number';
  readonly value: U64;
  readonly text?: string;
}

/** A value. */
export type ExpressionValue =
  | NumberValue
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** `type` names what it is, such as `STE`; `number` is its value where it is one, `items` its entries where it has numbered ones. */
  | {
    readonly kind: 'record'; readonly type: string; readonly fields: readonly RecordField[];
    readonly words?: readonly number[]; readonly number?: U64; readonly place?: ValuePlace; readonly items?: readonly ExpressionValue[];
  }
  | { readonly kind: 'list'; readonly items: readonly ExpressionValue[] };

/** A number. */
export function numberValue(value: U64 | number, text?: string): NumberValue {
  const wide = typeof value === 'number' ? fromNumber(value) : value;
  return text === undefined ? { kind: 'number', value: wide } : { kind: 'number', value: wide, text };
}

/** A string. */
export function stringValue(text: string): ExpressionValue {
  return { kind: 'string', text };
}

/** A truth value. */
export function booleanValue(value: boolean): ExpressionValue {
  return { kind: 'boolean', value };
}

/** A list. */
export function listValue(items: readonly ExpressionValue[]): ExpressionValue {
  return { kind: 'list', items };
}

/** What a record may have beside its fields. */
export interface RecordExtras {
  readonly words?: ArrayLike<number>;
  readonly number?: U64;
  readonly place?: ValuePlace;
}

/** A record of named values; plain numbers, strings and truth values may be given as they are. */
export function recordValue(type: string, fields: Readonly<Record<string, ExpressionValue | U64 | number | string | boolean>>, more: RecordExtras = {}): ExpressionValue {
  const { words, number, place } = more;
  return {
    kind: 'record', type, fields: Object.entries(fields).map(([name, value]) => ({ name, value: valueOf(value) })),
    ...(words === undefined ? {} : { words: Array.from(words) }), ...(number === undefined ? {} : { number }), ...(place === undefined ? {} : { place }),
  };
}

/** The value of something plain. */
export function valueOf(plain: ExpressionValue | U64 | number | string | boolean): ExpressionValue {
  if (typeof plain === 'number') return numberValue(plain);
  if (typeof plain === 'string') return stringValue(plain);
  if (typeof plain === 'boolean') return booleanValue(plain);
  return 'kind' in plain ? plain : numberValue(plain);
}

/** The number that a value is, or undefined: truth values are 0 and 1, narrow structures their bits. */
export function asNumber(value: ExpressionValue): U64 | undefined {
  switch (value.kind) {
    case 'number': return value.value;
    case 'boolean': return fromNumber(value.value ? 1 : 0);
    case 'record': return value.number;
    default: return undefined;
  }
}

/** The entries of a list, or of a record that has numbered ones. */
export function itemsOf(value: ExpressionValue): readonly ExpressionValue[] | undefined {
  return value.kind === 'list' || value.kind === 'record' ? value.items : undefined;
}

/** Whether a value holds as a condition; undefined where that has no meaning. A list holds when it is not empty. */
export function asCondition(value: ExpressionValue): boolean | undefined {
  if (value.kind === 'boolean') return value.value;
  if (value.kind === 'list') return value.items.length > 0;
  const number = asNumber(value);
  return number === undefined ? undefined : number.hi !== 0 || number.lo !== 0;
}

/** Whether two values are the same; undefined where they cannot be compared. */
export function sameValues(a: ExpressionValue, b: ExpressionValue): boolean | undefined {
  if (a.kind === 'string' && b.kind === 'string') return a.text === b.text;
  // `event == "F_TRANSLATION"`: a number is also the word that it stands for.
  if (a.kind === 'string' && b.kind === 'number') return b.text === undefined ? undefined : a.text === b.text;
  if (b.kind === 'string' && a.kind === 'number') return sameValues(b, a);
  const [left, right] = [asNumber(a), asNumber(b)];
  if (left !== undefined && right !== undefined) return equal(left, right);
  if (a.kind === 'record' && b.kind === 'record') return JSON.stringify(a) === JSON.stringify(b);
  return undefined;
}

/** What a value is, for messages: `a string`, `STE`. */
export function kindName(value: ExpressionValue): string {
  return value.kind === 'record' ? `a record (${value.type})` : value.kind === 'boolean' ? 'true or false' : `a ${value.kind}`;
}

const SHOWN_FIELDS = 12;

/** A value on one line, with the fields of a structure. */
export function textOf(value: ExpressionValue): string {
  switch (value.kind) {
    case 'number': return value.text === undefined ? numberText(value.value) : `${numberText(value.value)} (${value.text})`;
    case 'string': return value.text;
    case 'boolean': return value.value ? 'true' : 'false';
    case 'list': return `[${value.items.length === 1 ? '1 entry' : `${value.items.length} entries`}]`;
    case 'record': return recordText(value);
  }
}

/** A value inside of a sentence, as `echo` and logpoints print it: of a register or descriptor its number alone. */
export function inlineText(value: ExpressionValue): string {
  return value.kind === 'record' && value.number !== undefined ? numberText(value.number) : textOf(value);
}

function numberText(value: U64): string {
  return value.hi === 0 && value.lo < 10 ? String(value.lo) : hex(value);
}

function isZero(value: ExpressionValue): boolean {
  const number = asNumber(value);
  return number !== undefined && number.hi === 0 && number.lo === 0;
}

function recordText(value: ExpressionValue & { kind: 'record' }): string {
  const shown = value.fields.filter((f) => !isZero(f.value) && f.value.kind !== 'list' && !(f.value.kind === 'record' && f.value.number === undefined));
  const parts = shown.slice(0, SHOWN_FIELDS).map((f) => `${f.name}=${textOf(f.value)}`);
  if (shown.length > SHOWN_FIELDS) parts.push('...');
  const head = value.number === undefined ? value.type : `${value.type} ${numberText(value.number)}`;
  return parts.length === 0 ? head : `${head} { ${parts.join(' ')} }`;
}
