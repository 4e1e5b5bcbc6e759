/**
 * What the statements of an xl configuration add up to, as libxlu stores them: the last assignment
 * of a key wins, `+=` joins, a number is text that strtol accepts. A file with errors is refused
 * whole by libxlu; here its readable statements still count, so that the editor stays useful.
 */
import type { XlReader } from './keys.ts';
import type { XlAssignment, XlAtom, XlList, XlSyntax, XlValue } from './syntax.ts';

/** One key with its value in force. */
export interface XlSetting {
  readonly key: string;
  /** The value in force: of one assignment, or joined by `+=`. */
  readonly value: XlValue;
  /** The statement in force; for `+=` the last one that added. */
  readonly statement: XlAssignment;
  /** Every statement of the key, in order. */
  readonly statements: readonly XlAssignment[];
  /** True where the last statement was `+=`: libxlu then refuses to read a number. */
  readonly added: boolean;
}

/** A configuration: settings by key, in the order of their first statement. */
export interface XlConfig {
  readonly syntax: XlSyntax;
  readonly settings: ReadonlyMap<string, XlSetting>;
}

/** Folds the statements of a file into settings. */
export function configOf(syntax: XlSyntax): XlConfig {
  const settings = new Map<string, XlSetting & { readonly statements: XlAssignment[] }>();
  for (const statement of syntax.statements) {
    if (statement.value === undefined) continue;
    const before = settings.get(statement.key);
    const added = statement.operator === '+=';
    const value = added && before !== undefined ? joined(before.value, statement.value) : statement.value;
    const statements = before?.statements ?? [];
    statements.push(statement);
    settings.set(statement.key, { key: statement.key, value, statement, statements, added });
  }
  return { syntax, settings };
}

/** `before += after`; across kinds libxlu refuses the file, and the later value stands here. */
function joined(before: XlValue, after: XlValue): XlValue {
  if (before.kind === 'list' && after.kind === 'list') {
    return { ...after, items: [...before.items, ...after.items] };
  }
  if (before.kind !== 'list' && after.kind !== 'list') {
    return { ...after, kind: 'string', text: before.text + after.text };
  }
  return after;
}

/** Why libxlu gives no value for a key, in its own words less the key's name. */
export type XlReadError =
  | 'is a list but should be a single value'
  | 'is a single value but should be a list'
  | 'is not a valid number'
  | 'could not be parsed as a number'
  | `can't use += with numbers`;

/** A value as a getter of libxlu returns it. */
export type XlRead<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: XlReadError };

/** `xlu_cfg_get_string`: a single value's text. */
export function readString(setting: XlSetting): XlRead<string> {
  if (setting.value.kind === 'list') return { ok: false, error: 'is a list but should be a single value' };
  return { ok: true, value: setting.value.text };
}

/** `xlu_cfg_get_list`: a list's items. */
export function readList(setting: XlSetting): XlRead<XlList> {
  if (setting.value.kind !== 'list') return { ok: false, error: 'is a single value but should be a list' };
  return { ok: true, value: setting.value };
}

/** `xlu_cfg_get_long`: strtol with base 0 over the whole text, on a 64-bit host. Values above 2^53 lose their last digits. */
export function readLong(setting: XlSetting): XlRead<number> {
  if (setting.added) return { ok: false, error: `can't use += with numbers` };
  if (setting.value.kind === 'list') return { ok: false, error: 'is a list but should be a single value' };
  const parsed = strtol(setting.value.text);
  if (parsed === undefined) return { ok: false, error: 'is not a valid number' };
  if (parsed === 'range') return { ok: false, error: 'could not be parsed as a number' };
  return { ok: true, value: parsed };
}

const LONG_MAX = 2n ** 63n - 1n;
const NUMBER_FORM = /^[ \t\n\v\f\r]*([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i;

/** strtol with base 0 of a whole text: undefined where a character is left over or no digit stands there, `range` outside a 64-bit long. */
export function strtol(text: string): number | 'range' | undefined {
  const found = NUMBER_FORM.exec(text);
  const digits = found?.[2];
  if (digits === undefined) return undefined;
  const isOctal = digits.length > 1 && digits.startsWith('0') && !/^0x/i.test(digits);
  const magnitude = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  const isNegative = found?.[1] === '-';
  if (magnitude > LONG_MAX + (isNegative ? 1n : 0n)) return 'range';
  return isNegative ? -Number(magnitude) : Number(magnitude);
}

/** Which kind of value each reader takes. `either` takes a list first and then a single value. */
export const READER_KINDS: Readonly<Record<XlReader, 'single' | 'number' | 'list' | 'either'>> = {
  string: 'single',
  long: 'number',
  bounded_long: 'number',
  defbool: 'number',
  list: 'list',
  string_list: 'either',
  'list-or-string': 'either',
  'long-or-string': 'single',
  'list-or-defbool': 'either',
};

/** The atoms of a list up to the first nested list, where xl's loops over most keys end without a word. */
export function stringsOf(list: XlList): XlAtom[] {
  const end = list.items.findIndex((item) => item.kind === 'list');
  return (end < 0 ? list.items : list.items.slice(0, end)).filter((item) => item.kind !== 'list');
}
