/**
 * Completion in a scenario: actions at the start of a line, then what the catalog says may come next:
 * names of the machine, words, fields with their bits, options, files. Reads the line up to the
 * cursor only, so what is half-written behind it does not matter.
 */
import type { BoundLine } from '../../../debugger/scenario/bind/line.ts';
import { type Kind, type NameOf, type Option, type Parameter, shapeOf, shapeOfParameter, type Verb, VERBS, wordsOf } from '../../../debugger/scenario/catalog.ts';
import { fieldsFor, type KnownField, registerField, valuesOf } from '../../../debugger/scenario/fields.ts';
import type { MachineNames } from '../../../debugger/scenario/machine.ts';
import { namesFor } from '../../../debugger/scenario/names.ts';
import { offeredNames } from '../../../debugger/scenario/nodeNames.ts';
import { pairOf } from '../../../debugger/scenario/syntax/chunks.ts';
import type { Proposal, ProposalKind, Proposals } from '../completion.ts';
import { boundLineAt, isInComment, machineOf, type ScenarioDocument } from './document.ts';
import { expressionProposals } from './completionExpression.ts';
import { fieldText, nameText, parameterText, verbText } from './words.ts';

/** Names of the files of a folder, relative to the scenario, for paths. */
export type FileLister = (folder: string) => readonly { readonly name: string; readonly folder: boolean }[];

/** What proposals are made from. */
interface Context {
  readonly document: ScenarioDocument;
  readonly machine: MachineNames;
  readonly offset: number;
  readonly files: FileLister;
}

const WORD = /[\w@,.\-/:+~]*$/;

/** The proposals at a cursor, undefined where none make sense. */
export function scenarioCompletion(document: ScenarioDocument, offset: number, files: FileLister = () => []): Proposals | undefined {
  const bound = boundLineAt(document, offset, offset);
  if (isInComment(bound, offset) || bound.line.comment?.start === offset - 1) return undefined;
  const { chunks } = bound.line;
  const last = chunks.at(-1);
  const current = last !== undefined && last.end === offset ? last : undefined;
  const before = current === undefined ? chunks.length : chunks.length - 1;
  const start = current?.start ?? offset;
  const context: Context = { document, machine: machineOf(document), offset, files };
  if (before === 0) return { start, end: offset, items: verbItems(bound.line.indent !== ''), incomplete: false };
  const first = chunks[0]?.text ?? '';
  const done = boundLineAt(document, start, start);
  const rest = done.verb === undefined ? undefined : inParameters(context, { bound: done, typed: current?.text ?? '', start });
  const mayBeSecond = before === 1 && /^[\w-]*$/.test(current?.text ?? '');
  const seconds = mayBeSecond ? secondItems(first) : [];
  if (seconds.length === 0) return rest;
  const others = rest?.start === start ? rest.items.map((item) => ({ ...item, rank: 7 })) : [];
  return { start, end: offset, items: [...seconds, ...others], incomplete: false };
}

function verbItems(isInBlock: boolean): Proposal[] {
  return VERBS.map((verb): Proposal => {
    const isSetup = verb.group === 'setup' && verb.name !== 'include';
    return {
      label: wordsOf(verb).join(' '), kind: 'keyword', detail: shapeOf(verb), documentation: verbText(verb),
      insert: snippetOf(verb), snippet: true, rank: isInBlock && isSetup ? 8 : verb.group === 'test' ? 6 : 5,
    };
  });
}

function secondItems(first: string): Proposal[] {
  return VERBS.filter((verb) => verb.name.startsWith(`${first}.`)).map((verb) => {
    const word = verb.name.slice(first.length + 1);
    return { label: word, kind: 'keyword', detail: shapeOf(verb), documentation: verbText(verb), insert: snippetOf(verb).slice(first.length + 1), snippet: true, rank: 1 };
  });
}

/** The words of an action and what it cannot do without, to be filled in. */
function snippetOf(verb: Verb): string {
  let stop = 0;
  const parts = verb.parameters.filter((one) => !one.optional).map((one) => (one.kind.kind === 'sign' ? one.kind.sign : `\${${(stop += 1)}:${placeholder(one)}}`));
  const body = verb.opensBlock ? '\n\t$0' : '';
  return [...wordsOf(verb), ...parts.map((part, at) => quoted(verb.parameters.filter((one) => !one.optional)[at], part))].join(' ') + body;
}

function quoted(parameter: Parameter | undefined, part: string): string {
  const kind = parameter?.kind.kind;
  return kind === 'path' || kind === 'text' || kind === 'template' ? `"${part}"` : part;
}

function placeholder(parameter: Parameter): string {
  return (parameter.kind.kind === 'keyword' ? parameter.kind.words[0] ?? parameter.name : shapeOfParameter(parameter).replaceAll('"', '')).replaceAll(/[$}\\]/g, '');
}

/** What may stand behind the action. */
function inParameters(context: Context, { bound, typed, start }: { bound: BoundLine; typed: string; start: number }): Proposals | undefined {
  const { verb } = bound;
  if (verb === undefined) return undefined;
  const pair = pairOf({ start, end: context.offset, text: typed, unclosed: undefined });
  if (pair !== undefined) return inPair(context, bound, { name: pair.name, typed: pair.value.text });
  const [next, ...others] = upcoming(verb, bound.next);
  if (next?.kind.kind === 'rest') return expressionProposals(context);
  const rest = next !== undefined && !next.optional ? [] : [...others, ...(next === undefined ? [] : [next])];
  const items = [
    ...(next === undefined ? [] : itemsOf(context, next.kind, { typed, bound, about: next })),
    ...rest.filter((one) => one !== next).flatMap((one) => itemsOf(context, one.kind, { typed, bound, about: one })),
    ...(next === undefined || next.optional ? optionItems(verb, bound) : []),
  ];
  if (items.length === 0) return next !== undefined && isNumber(next.kind) ? expressionProposals(context) : undefined;
  const prefix = typed.startsWith('"') ? pathPrefix(typed) : WORD.exec(typed)?.[0] ?? '';
  return { start: context.offset - prefix.length, end: context.offset, items, incomplete: false };
}

/** The parameters that may come next: up to the first that cannot be left out. */
function upcoming(verb: Verb, from: number): Parameter[] {
  const left = verb.parameters.slice(from);
  const needed = left.findIndex((one) => !one.optional);
  return needed < 0 ? left : left.slice(0, needed + 1);
}

function isNumber(kind: Kind): boolean {
  return kind.kind === 'number' || kind.kind === 'numbers' || kind.kind === 'data';
}

/** Behind `name=`. */
function inPair(context: Context, bound: BoundLine, { name, typed }: { name: string; typed: string }): Proposals | undefined {
  const option = bound.verb?.options.find((one) => one.name === name);
  const prefix = WORD.exec(typed)?.[0] ?? '';
  const place = { start: context.offset - prefix.length, end: context.offset, incomplete: false };
  if (option?.kind !== undefined) {
    const items = itemsOf(context, option.kind, { typed, bound, about: option });
    return items.length === 0 ? (isNumber(option.kind) ? expressionProposals(context) : undefined) : { ...place, items };
  }
  const fields = bound.verb?.parameters.find((one) => one.kind.kind === 'fields')?.kind;
  if (fields?.kind !== 'fields') return undefined;
  if (fields.of === 'operation') return name === 'device' ? { ...place, items: nameItems('device', context) } : undefined;
  const field = fieldsFor(fields.of, bound, context.machine)?.fields.find((one) => one.name === name);
  const values = field?.field === undefined ? [] : valueItems(field);
  return values.length === 0 ? expressionProposals(context) : { ...place, items: values };
}

function valueItems({ field }: KnownField): Proposal[] {
  return field === undefined ? [] : valuesOf(field).map((line, at) => {
    const [value = '', meaning = ''] = line.split(/: (.*)/);
    return { label: value, kind: 'value', detail: meaning, rank: 1 + at / 100 };
  });
}

interface Asked {
  readonly typed: string;
  readonly bound: BoundLine;
  readonly about: Pick<Parameter, 'name' | 'text'>;
}

function itemsOf(context: Context, kind: Kind, { typed, bound, about }: Asked): Proposal[] {
  const documentation = about.text === '' ? '' : parameterText(about);
  switch (kind.kind) {
    case 'name': return kind.declares === true ? [] : kind.withField === true && typed.includes('.') ? registerFieldItems(typed) : [...nameItems(kind.of, context), ...(kind.also ?? []).map((word): Proposal => ({ label: word, kind: 'value', rank: 4 }))];
    case 'keyword': return kind.words.map((word, at) => ({ label: word, kind: 'value', documentation, rank: 2 + at / 100 }));
    case 'sign': return [{ label: kind.sign, kind: 'keyword', rank: 1 }];
    case 'path': return pathItems(context, kind.extensions, typed);
    case 'fields': return fieldItems(context, kind.of, bound);
    default: return [];
  }
}

const ICONS: Readonly<Record<NameOf, ProposalKind>> = {
  device: 'node', smmu: 'node', domain: 'label', owner: 'label', register: 'property', command: 'macro', event: 'macro', operation: 'macro', profile: 'value',
};

/** Names that are proposed; more are found by typing more, or not at all on a machine that nobody has. */
const MAX_NAMES = 500;

function nameItems(of: NameOf, { machine }: Context): Proposal[] {
  return namesFor(of, machine).slice(0, MAX_NAMES).flatMap((known, at) => {
    const documentation = nameText(of, known.name, { machine, link: () => '' }) ?? known.text ?? '';
    // The other names come behind all first ones.
    return offeredNames({ name: known.name, aliases: known.aliases ?? [] }).map((label, n): Proposal => ({
      label, kind: ICONS[of], detail: n === 0 ? known.detail : `${known.name}, ${known.detail}`, documentation, rank: 2 + Math.min(n, 1) + at / 10_000,
    }));
  });
}

/** Behind `REGISTER.`: its fields, with the register, as both are one word. */
function registerFieldItems(typed: string): Proposal[] {
  const found = registerField(typed);
  return (found?.structure?.fields ?? []).map((field, at) => ({
    label: `${found?.register}.${field.name}`, kind: 'property', detail: `${field.detail} ${field.text}`, documentation: fieldText(field), rank: 1 + at / 10_000,
  }));
}

function fieldItems({ machine }: Context, of: Parameters<typeof fieldsFor>[0], bound: BoundLine): Proposal[] {
  const given = new Set(bound.slots.map((slot) => slot.field));
  return (fieldsFor(of, bound, machine)?.fields ?? []).filter((one) => !given.has(one.name)).map((field, at) => ({
    label: field.name, kind: 'property', detail: `${field.detail} ${field.text}`, documentation: fieldText(field), insert: `${field.name}=`, rank: 3 + at / 10_000,
  }));
}

function optionItems(verb: Verb, bound: BoundLine): Proposal[] {
  const given = new Set(bound.slots.map((slot) => slot.option?.name));
  return verb.options.filter((one) => !given.has(one.name)).map((one: Option) => ({
    label: one.kind === undefined ? one.name : `${one.name}=`, kind: 'property', documentation: parameterText(one), detail: one.text, rank: 5,
  }));
}

/** What of a quoted path is to be replaced: the last part. */
function pathPrefix(typed: string): string {
  return typed.slice(Math.max(typed.lastIndexOf('/'), 0) + 1);
}

function pathItems({ files }: Context, extensions: readonly string[], typed: string): Proposal[] {
  const isOpen = typed.startsWith('"');
  const folder = isOpen ? typed.slice(1, Math.max(typed.lastIndexOf('/') + 1, 1)) : '';
  return files(folder).flatMap(({ name, folder: isFolder }): Proposal[] => {
    if (isFolder) return isOpen ? [{ label: `${name}/`, kind: 'folder', rank: 3 }] : [];
    if (!extensions.some((one) => name.endsWith(one))) return [];
    return [isOpen ? { label: name, kind: 'file', rank: 1 } : { label: name, insert: `"${name}"`, kind: 'file', rank: 1 }];
  });
}
