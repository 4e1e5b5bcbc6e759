/** Event records against the fields that an expectation names. */
import { equal, hex, type U64 } from '../../emulator/bits/u64.ts';
import { eventNamed, eventOf } from '../../emulator/fields/events.ts';
import { format, getField, type Field } from '../../emulator/fields/layout.ts';
import type { Act } from './act.ts';
import { fieldOf, unusable } from './arguments.ts';

/** A field with the value that it should have. */
export interface ExpectedField {
  readonly name: string;
  readonly field: Field;
  readonly value: U64;
}

/** The fields that an action expects in a record of a type. */
export function expectedFields(act: Act, event: string): ExpectedField[] {
  const type = eventNamed(event) ?? unusable(`there is no event ${event}`);
  return [...act.args.fields('fields')].map(([name, value]) => ({ name, value, field: fieldOf(type.layout, name, event) }));
}

/** Names of the fields that are not as expected. */
export function wrongFields(words: ArrayLike<number>, fields: readonly ExpectedField[]): string[] {
  return fields.filter(({ field, value }) => !equal(getField(words, field), value)).map(({ name }) => name);
}

/** A record for people: the fields that were asked for, or all that are not zero. */
export function recordText(words: ArrayLike<number>, asked: readonly ExpectedField[] = []): string {
  const type = eventOf(words);
  if (type === undefined) return `a record of the reserved type 0x${((words[0] ?? 0) & 0xff).toString(16)}`;
  if (asked.length > 0) return [type.name, ...asked.map(({ name, field }) => `${name}=${hex(getField(words, field))}`)].join(' ');
  return `${type.name} ${format(type.layout, words).replace(/^Type=\S+(?: \([^)]*\))? ?/, '')}`.trim();
}
