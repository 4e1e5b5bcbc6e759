/**
 * The values of an action as a handler wants them: numbers computed, words as they are, optional ones
 * with what they are when absent. What cannot be computed ends the action (`Unusable`), which the
 * interpreter turns into its outcome.
 */
import { fromNumber, hex, toNumber, type U64 } from '../../emulator/bits/u64.ts';
import { fieldNamed, type Field, type Layout } from '../../emulator/fields/layout.ts';
import type { Expression } from '../expression/ast.ts';
import type { Action, Value } from '../scenario/program.ts';

/** Why an action cannot be carried out; thrown by handlers and caught by the interpreter alone. */
export class Unusable extends Error {}

/** Ends the action. */
export function unusable(message: string): never {
  throw new Unusable(message);
}

/** The field of a structure; `of` is what messages call it. */
export function fieldOf(layout: Layout, name: string, of = layout.name): Field {
  return fieldNamed(layout, name) ?? unusable(`there is no field ${name} in ${of}; it has ${layout.fields.map((one) => one.name).join(', ')}`);
}

/** The largest number that stays exact: beyond physical and virtual address spaces. */
const EXACT = 2 ** 53;

/** The arguments of one action. */
export class Arguments {
  readonly action: Action;
  readonly #number: (expression: Expression) => U64;

  constructor(action: Action, number: (expression: Expression) => U64) {
    this.action = action;
    this.#number = number;
  }

  /** A value as it was written; undefined where it was left out. */
  value(name: string): Value | undefined {
    return this.action.values.get(name);
  }

  /** Whether an option was given. */
  has(name: string): boolean {
    return this.action.values.has(name);
  }

  /** A number of 64 bits. */
  wide(name: string): U64 {
    return this.optionalWide(name) ?? unusable(`${name} is missing`);
  }

  /** A number of 64 bits that may be absent. */
  optionalWide(name: string): U64 | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (value.kind === 'number' || value.kind === 'expression') return this.#number(value.expression);
    return unusable(`${name} is no number`);
  }

  /** A number that is exact as a plain one. */
  number(name: string, limit = EXACT): number {
    return this.optionalNumber(name, limit) ?? unusable(`${name} is missing`);
  }

  /** A number that may be absent; `limit` is the first that is too large. */
  optionalNumber(name: string, limit = EXACT): number | undefined {
    const wide = this.optionalWide(name);
    if (wide === undefined) return undefined;
    const number = toNumber(wide);
    return number < limit ? number : unusable(`${hex(wide)} is too large for ${name}: it must be below ${hex(fromNumber(Math.min(limit, EXACT)))}`);
  }

  /** A word or text. */
  word(name: string): string {
    return this.optionalWord(name) ?? unusable(`${name} is missing`);
  }

  /** A word or text that may be absent. */
  optionalWord(name: string): string | undefined {
    const value = this.value(name);
    return value?.kind === 'word' || value?.kind === 'text' ? value.text : undefined;
  }

  /** An option that takes one of some numbers: they are keywords. */
  choice(name: string, otherwise: number): number {
    const word = this.optionalWord(name);
    return word === undefined ? otherwise : Number(word);
  }

  /** `name=value` pairs, computed. */
  fields(name: string): ReadonlyMap<string, U64> {
    const value = this.value(name);
    if (value?.kind !== 'fields') return new Map();
    return new Map(value.fields.map((field) => [field.name, this.#number(field.value)]));
  }
}
