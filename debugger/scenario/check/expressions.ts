/**
 * Fields, registers and functions that expressions name and that do not exist: `ste(8).Confg`. Only
 * where it is certain what is meant; a name that is computed elsewhere is left to the run. And operators
 * that bind otherwise than they look.
 */
import type { Problem } from '../../../model/problem.ts';
import { nearest } from '../../../model/platform/nearest.ts';
import { childrenOf, type Expression, type ExpressionSpan } from '../../expression/ast.ts';
import { FUNCTIONS, NAMES } from '../../expression/functions.ts';
import { precedenceSlips, slipText } from '../../expression/slips.ts';
import type { PlacedLine } from '../declarations.ts';
import { membersOf } from '../fields.ts';
import type { MachineNames, Named } from '../machine.ts';
import { problem, shorten, unknownName, withFix } from '../problem.ts';
import type { Value } from '../program.ts';
import type { CheckInput } from './check.ts';

/** Lists are called too, to name an SMMU: `evtq("smmu1")`. */
const FUNCTION_NAMES = [...FUNCTIONS, ...NAMES].map((one) => one.name);

/** Checks the expressions of one line. */
export function* checkExpressions({ file, bound }: PlacedLine, { machine, reading }: CheckInput): Generator<Problem> {
  for (const value of bound.values.values()) {
    for (const top of expressionsOf(value)) {
      const text = reading.files.get(file)?.text ?? '';
      for (const one of partsOf(top)) {
        yield* checkPart(one, file, machine);
        if (one.kind === 'name') yield* checkQuoted(one, { file, text }, machine);
      }
      yield* checkPrecedence(top, file, text);
    }
  }
}

/** The expressions in a value. */
export function expressionsOf(value: Value): readonly Expression[] {
  switch (value.kind) {
    case 'number': case 'expression': return [value.expression];
    case 'numbers': return value.expressions;
    case 'fields': return value.fields.map((one) => one.value);
    case 'template': return value.parts.filter((one) => typeof one !== 'string');
    default: return [];
  }
}

/** An expression and all that it consists of. Its depth is capped by the parser. */
export function* partsOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const child of childrenOf(expression)) yield* partsOf(child);
}

/** Bit operations on comparisons. */
function* checkPrecedence(top: Expression, file: string, text: string): Generator<Problem> {
  for (const slip of precedenceSlips(top)) {
    const { start, end } = slip.meant;
    const meant = text.slice(start, end);
    const found = problem('scenario-precedence', { file, start: slip.whole.start, end: slip.whole.end }, slipText(slip), `Write \`(${shorten(meant)})\`, or put the comparison into parentheses if it is meant.`);
    yield withFix(found, `Put \`${shorten(meant)}\` into parentheses`, { range: { file, start, end }, text: `(${meant})` });
  }
}

/** A name that an expression cannot read, and how it is written there. */
interface SignedName {
  readonly name: string;
  readonly meant: string;
}

const signedNames = new WeakMap<MachineNames, readonly SignedName[]>();

/** Names that are compared with what is written. */
const MOST_SIGNED = 200;

function signedNamesOf(machine: MachineNames): readonly SignedName[] {
  const known = signedNames.get(machine);
  if (known !== undefined) return known;
  const of = (call: string, things: readonly Named[]): SignedName[] => things.flatMap(({ name: own, aliases }) => [own, ...aliases])
    .filter((name) => /^[A-Za-z_][\w@]*[^\w@"\\]/.test(name)).map((name) => ({ name, meant: `${call}("${name}")` }));
  const found = [...of('smmu', machine.smmus), ...of('device', machine.devices)].slice(0, MOST_SIGNED);
  signedNames.set(machine, found);
  return found;
}

/** `gpu-1` where it is a device: an expression reads `gpu` minus 1. */
function* checkQuoted(one: Expression & { kind: 'name' }, { file, text }: { readonly file: string; readonly text: string }, machine: MachineNames): Generator<Problem> {
  const found = signedNamesOf(machine).find(({ name }) => text.startsWith(name, one.start) && !/^[\w@-]/.test(text.slice(one.start + name.length, one.start + name.length + 1)));
  if (found === undefined || machine.variables.some(({ name }) => name === one.name)) return;
  const { name, meant } = found;
  const range = { file, start: one.start, end: one.start + name.length };
  yield withFix(problem('scenario-unknown-name', range, `An expression does not read \`${shorten(name)}\` as one name.`, `Write \`${shorten(meant)}\`.`), `Change to \`${shorten(meant)}\``, { text: meant });
}

function* checkPart(one: Expression, file: string, machine: MachineNames): Generator<Problem> {
  const range = (span: ExpressionSpan): Problem['range'] => ({ file, start: span.start, end: span.end });
  if (one.kind === 'call' && !FUNCTION_NAMES.includes(one.name) && nearest(one.name, FUNCTION_NAMES) !== undefined) {
    yield unknownName('scenario-unknown-name', range(one.at), { name: one.name, what: 'function', known: FUNCTION_NAMES });
  }
  const structure = one.kind === 'member' && one.name !== '' ? membersOf(one.of, machine) : undefined;
  if (one.kind !== 'member' || structure === undefined) return;
  const names = structure.fields.map((field) => field.name);
  const isThere = names.some((name) => name.toLowerCase() === one.name.toLowerCase());
  if (isThere || nearest(one.name, names) === undefined) return;
  const isRegister = one.of.kind === 'name';
  yield unknownName(isRegister ? 'scenario-unknown-name' : 'scenario-unknown-field', range(one.at), { name: one.name, what: `${isRegister ? 'register' : 'field'} of ${structure.of}`, known: names });
}
