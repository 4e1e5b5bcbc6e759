/**
 * What a row of the catalog of actions is, and short ways to write one. The rows feed the binder, the
 * editor (completion, hover, signature) and docs/scenario.md, so each word about an action exists
 * once. What an action does to a machine is the interpreter's.
 */

/** Which list of names a word is looked up in. */
export type NameOf = 'device' | 'domain' | 'smmu' | 'register' | 'command' | 'event' | 'operation' | 'profile' | 'owner';

/** Whose fields `name=value` pairs set or ask for. */
export type FieldsOf = 'STE' | 'CD' | 'descriptor' | 'command' | 'event' | 'operation' | 'id registers';

/** What may stand in the place of a parameter, and the `Value` that it becomes. */
export type Kind =
  /** A string that names a file, relative to the scenario: `text`. */
  | { readonly kind: 'path'; readonly extensions: readonly string[] }
  /** A string: `text`. */
  | { readonly kind: 'text' }
  /** A string in which `{EXPR}` is replaced by a value: `template`. */
  | { readonly kind: 'template' }
  /** A name that must exist, or (`declares`) one that comes into being here: `word`. */
  | { readonly kind: 'name'; readonly of: NameOf; readonly declares?: boolean; readonly also?: readonly string[]; /** A register may be followed by one of its fields: `CR0.SMMUEN`. */ readonly withField?: boolean }
  /** A name of the writer's own, for a variable: `word`. */
  | { readonly kind: 'variable' }
  /** One of a few words: `word`. */
  | { readonly kind: 'keyword'; readonly words: readonly string[] }
  /** A number or an expression without blanks or in parentheses: `number`. */
  | { readonly kind: 'number' }
  /** Numbers separated by commas: `numbers`. */
  | { readonly kind: 'numbers' }
  /** A string, or a number: `text` or `number`. */
  | { readonly kind: 'data' }
  /** All `name=value` pairs of the line that are no options: `fields`. */
  | { readonly kind: 'fields'; readonly of: FieldsOf }
  /** An expression up to the end of the line: `expression`. */
  | { readonly kind: 'rest' }
  /** A sign that must stand there and has no value. */
  | { readonly kind: 'sign'; readonly sign: '->' | '=' | 'as' };

/** A parameter that is known by its place. */
export interface Parameter {
  /** Its name in documentation and in `Action.values`. */
  readonly name: string;
  readonly kind: Kind;
  /** One sentence with the unit. */
  readonly text: string;
  readonly optional: boolean;
}

/** `name=value` or, where `kind` is undefined, the bare word `name`. Options stand in any order after the parameters. */
export interface Option {
  readonly name: string;
  readonly kind: Kind | undefined;
  readonly text: string;
  /** The action makes no sense without it. */
  readonly isNeeded?: boolean;
}

/** Chapters of the documentation. `setup` actions come before all others. */
export type Group = 'setup' | 'block' | 'driver' | 'device' | 'hypervisor' | 'low-level' | 'test' | 'other';

/** One action of the language. */
export interface Verb {
  /** The words it begins with, joined by a dot: `expect.fault` is written `expect fault`. */
  readonly name: string;
  readonly group: Group;
  /** One or two sentences: what happens. */
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly options: readonly Option[];
  /** One line that uses it, or a block. */
  readonly example: string;
  /** Lines indented below belong to it. */
  readonly opensBlock: boolean;
}

/** What a verb may have beyond its name, words and parameters. */
interface VerbParts {
  readonly parameters?: readonly Parameter[];
  readonly options?: readonly Option[];
  readonly example: string;
  readonly opensBlock?: boolean;
}

/** Makes rows of one group. */
export function rowsOf(group: Group): (name: string, text: string, parts: VerbParts) => Verb {
  return (name, text, { parameters = [], options = [], example, opensBlock = false }) => ({ name, group, text, parameters, options, example, opensBlock });
}

/** A parameter that must be given. */
export function needed(name: string, kind: Kind, text: string): Parameter {
  return { name, kind, text, optional: false };
}

/** A parameter that may be left out. */
export function maybe(name: string, kind: Kind, text: string): Parameter {
  return { name, kind, text, optional: true };
}

/** A sign between parameters. */
export function sign(text: '->' | '=' | 'as', optional = false): Parameter {
  return { name: text, kind: { kind: 'sign', sign: text }, text: '', optional };
}

/** An option with a value. */
export function option(name: string, kind: Kind, text: string): Option {
  return { name, kind, text };
}

/** An option with a value that must be given. */
export function neededOption(name: string, kind: Kind, text: string): Option {
  return { name, kind, text, isNeeded: true };
}

/** An option that is a bare word. */
export function flag(name: string, text: string): Option {
  return { name, kind: undefined, text };
}

/** A name that must exist; `also` are words that stand for none of them. */
export function nameOf(of: NameOf, also: readonly string[] = []): Kind {
  return also.length === 0 ? { kind: 'name', of } : { kind: 'name', of, also };
}

/** A name that the line declares. */
export function newName(of: NameOf): Kind {
  return { kind: 'name', of, declares: true };
}

/** One of some words. */
export function keyword(...words: readonly string[]): Kind {
  return { kind: 'keyword', words };
}

/** Fields of a structure. */
export function fieldsOf(of: FieldsOf): Kind {
  return { kind: 'fields', of };
}

export const NUMBER: Kind = { kind: 'number' };
export const DATA: Kind = { kind: 'data' };
export const TEXT: Kind = { kind: 'text' };
