/** Completion inside expressions: functions, variables, SMMUs and devices, and what stands behind a dot. */
import { parseExpression } from '../../../debugger/expression/parser.ts';
import { FUNCTIONS, type KnownFunction, NAMES } from '../../../debugger/expression/functions.ts';
import { membersOf } from '../../../debugger/scenario/fields.ts';
import type { MachineNames } from '../../../debugger/scenario/machine.ts';
import { namesFor } from '../../../debugger/scenario/names.ts';
import { offeredNames } from '../../../debugger/scenario/nodeNames.ts';
import type { Proposal, Proposals } from '../completion.ts';
import type { ScenarioDocument } from './document.ts';
import { fieldText } from './words.ts';

/** More text before the cursor than any expression that a person completes in. */
const MAX_BEFORE = 400;

/** What stands before a dot: a name or a call without calls in it, and further names. */
const CHAIN = /([A-Za-z_][\w@]*(?:\([^()]*\))?(?:\.\w+|\[[^[\]]*\])*)\.(\w*)$/;

/** Names of the machine that are proposed. */
const MAX_NAMES = 500;

/** Names that expressions can write as they are. */
const PLAIN = /^[A-Za-z_]\w*(?:@\w+)?$/;

/** The proposals inside an expression. */
export function expressionProposals({ document, machine, offset }: { document: ScenarioDocument; machine: MachineNames; offset: number }): Proposals | undefined {
  const before = document.text.slice(Math.max(0, offset - MAX_BEFORE), offset);
  const chain = CHAIN.exec(before);
  if (chain !== null) {
    const [, of = '', typed = ''] = chain;
    const items = memberItems(of, machine);
    return items.length === 0 ? undefined : { start: offset - typed.length, end: offset, items, incomplete: false };
  }
  const typed = /[A-Za-z_]\w*$/.exec(before)?.[0] ?? '';
  if (/[\d.]$/.test(before.slice(0, before.length - typed.length))) return undefined;
  return { start: offset - typed.length, end: offset, items: nameItems(machine), incomplete: false };
}

const LAST: readonly (readonly [string, string])[] = [
  ['status', '`ok`, `abort`, `raz-wi` or `stall`'], ['pa', 'physical address'], ['event', 'name and number of the event'], ['sentence', 'why it did not pass'], ['data', 'bytes'], ['text', 'the bytes as text'], ['stag', 'STAG of a stall'],
];

function memberItems(of: string, machine: MachineNames): Proposal[] {
  if (of === 'last') return LAST.map(([label, documentation]) => ({ label, kind: 'property', documentation }));
  const { expression, problems } = parseExpression(of);
  const structure = problems.length === 0 ? membersOf(expression, machine) : undefined;
  return (structure?.fields ?? []).map((field, at) => ({
    label: field.name, kind: 'property', detail: `${field.detail} ${field.text}`, documentation: fieldText(field), rank: 1 + at / 10_000,
  }));
}

function nameItems(machine: MachineNames): Proposal[] {
  return [
    ...machine.variables.slice(0, MAX_NAMES).map(({ name }): Proposal => ({ label: name, kind: 'macro', detail: 'variable', rank: 1 })),
    ...[...namesFor('smmu', machine), ...namesFor('device', machine)].slice(0, MAX_NAMES).flatMap(({ name, aliases = [], detail }) => (
      offeredNames({ name, aliases }).filter((one) => PLAIN.test(one)).map((label): Proposal => ({ label, kind: 'node', detail, rank: label === name ? 2 : 3 })))),
    ...FUNCTIONS.map((one): Proposal => ({ ...wordsOf(one), insert: `${one.name}($0)`, snippet: true, rank: 3 })),
    ...NAMES.map((one): Proposal => ({ ...wordsOf(one), rank: 4 })),
  ];
}

function wordsOf({ name, shape, text }: KnownFunction): Pick<Proposal, 'label' | 'kind' | 'detail' | 'documentation'> {
  return { label: name, kind: 'keyword', detail: shape, documentation: text };
}
