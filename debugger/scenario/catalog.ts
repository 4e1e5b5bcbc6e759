/**
 * The catalog: every action of the scenario language as a row. The binder, the editor, the
 * interpreter's table of handlers and docs/scenario.md all go by these rows and by nothing else.
 */
import { LOW_LEVEL_VERBS } from './catalog/lowLevel.ts';
import { BLOCK_VERBS, DEVICE_VERBS, DRIVER_VERBS, HYPERVISOR_VERBS } from './catalog/roles.ts';
import { SETUP_VERBS } from './catalog/setup.ts';
import { OTHER_VERBS, TEST_VERBS } from './catalog/tests.ts';
import type { Kind, Option, Parameter, Verb } from './catalog/verb.ts';

export type { FieldsOf, Group, Kind, NameOf, Option, Parameter, Verb } from './catalog/verb.ts';
export { HYPERVISOR_KINDS } from './catalog/setup.ts';

/** All actions, in the order of the documentation. */
export const VERBS: readonly Verb[] = [
  ...SETUP_VERBS, ...BLOCK_VERBS, ...DRIVER_VERBS, ...DEVICE_VERBS, ...HYPERVISOR_VERBS, ...LOW_LEVEL_VERBS, ...TEST_VERBS, ...OTHER_VERBS,
];

const BY_NAME: ReadonlyMap<string, Verb> = new Map(VERBS.map((verb) => [verb.name, verb]));

/** The action of a name such as `expect.fault`, or undefined. */
export function verbNamed(name: string): Verb | undefined {
  return BY_NAME.get(name);
}

/** First words of actions, each once. */
export const FIRST_WORDS: readonly string[] = [...new Set(VERBS.map((verb) => wordsOf(verb)[0] ?? ''))];

/** Second words that may follow a first one: `fault`, `pa`, ... after `expect`. */
export function secondWords(first: string): readonly string[] {
  return VERBS.filter((verb) => verb.name.startsWith(`${first}.`)).map((verb) => verb.name.slice(first.length + 1));
}

/** The words that an action is written with: `expect fault`. */
export function wordsOf(verb: Verb): readonly string[] {
  return verb.name.split('.');
}

/** The shape of an action for people: `dma DEVICE read|write ADDRESS [DATA] [ssid=N] [privileged]`. */
export function shapeOf(verb: Verb): string {
  const shape = [...wordsOf(verb), ...verb.parameters.map(shapeOfParameter), ...verb.options.map(shapeOfBracketed)].join(' ');
  return shape.replaceAll('[as] [', '[as ');
}

/** A parameter as `shapeOf` writes it. */
export function shapeOfParameter({ name, kind, optional }: Parameter): string {
  const shape = shapeOfKind(kind, name);
  return optional ? `[${shape}]` : shape;
}

/** An option as `shapeOf` writes it: in brackets, unless it must be given. */
export function shapeOfBracketed(option: Option): string {
  return option.isNeeded === true ? shapeOfOption(option) : `[${shapeOfOption(option)}]`;
}

/** An option as `shapeOf` writes it, without brackets. */
export function shapeOfOption({ name, kind }: Option): string {
  return kind === undefined ? name : `${name}=${shapeOfKind(kind, kind.kind === 'number' ? 'n' : name)}`;
}

function shapeOfKind(kind: Kind, name: string): string {
  switch (kind.kind) {
    case 'sign': return kind.sign;
    case 'keyword': return kind.words.length > 5 ? name.toUpperCase() : kind.words.join('|');
    case 'path': return `"${name.toUpperCase()}"`;
    case 'text': case 'template': return '"TEXT"';
    case 'numbers': return 'N[,N]';
    case 'fields': return 'NAME=VALUE...';
    case 'data': return name.toUpperCase();
    default: return name.toUpperCase();
  }
}
