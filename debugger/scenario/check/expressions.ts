/**
 * Fields, registers and functions that expressions name and that do not exist: `ste(8).Confg`. Only
 * where it is certain what is meant; a name that is computed elsewhere is left to the run.
 */
import { CD } from '../../../emulator/fields/cd.ts';
import { REGISTERS, registerNamed } from '../../../emulator/fields/registers.ts';
import { STE } from '../../../emulator/fields/ste.ts';
import type { Problem } from '../../../model/problem.ts';
import { nearest } from '../../../model/platform/nearest.ts';
import type { Expression, ExpressionSpan } from '../../expression/ast.ts';
import { FUNCTIONS } from '../catalog/functions.ts';
import type { PlacedLine } from '../declarations.ts';
import type { MachineNames } from '../machine.ts';
import { smmuNamed } from '../names.ts';
import { unknownName } from '../problem.ts';
import type { Value } from '../program.ts';
import type { CheckInput } from './check.ts';

const FUNCTION_NAMES = FUNCTIONS.map((one) => one.name);
const STRUCTURES: ReadonlyMap<string, { readonly what: string; readonly fields: readonly string[] }> = new Map([
  ['ste', { what: 'field of STE', fields: STE.fields.map((one) => one.name) }],
  ['cd', { what: 'field of CD', fields: CD.fields.map((one) => one.name) }],
]);

/** Checks the expressions of one line. */
export function* checkExpressions({ file, bound }: PlacedLine, { machine }: CheckInput): Generator<Problem> {
  for (const value of bound.values.values()) {
    for (const top of expressionsOf(value)) {
      for (const one of partsOf(top)) yield* checkPart(one, file, machine);
    }
  }
}

function expressionsOf(value: Value): readonly Expression[] {
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

function childrenOf(one: Expression): readonly Expression[] {
  switch (one.kind) {
    case 'member': return [one.of];
    case 'index': return [one.of, one.index];
    case 'call': return one.args;
    case 'unary': return [one.operand];
    case 'binary': return [one.left, one.right];
    case 'where': return [one.list, one.condition];
    default: return [];
  }
}

function* checkPart(one: Expression, file: string, machine: MachineNames): Generator<Problem> {
  const range = (span: ExpressionSpan): Problem['range'] => ({ file, start: span.start, end: span.end });
  if (one.kind === 'call' && !FUNCTION_NAMES.includes(one.name) && nearest(one.name, FUNCTION_NAMES) !== undefined) {
    yield unknownName('scenario-unknown-name', range(one.at), { name: one.name, what: 'function', known: FUNCTION_NAMES });
  }
  const names = one.kind === 'member' && one.name !== '' ? membersOf(one.of, machine) : undefined;
  if (one.kind !== 'member' || names === undefined) return;
  const isThere = names.names.some((name) => name.toLowerCase() === one.name.toLowerCase());
  if (isThere || nearest(one.name, names.names) === undefined) return;
  yield unknownName(names.what.startsWith('register') ? 'scenario-unknown-name' : 'scenario-unknown-field', range(one.at), { name: one.name, what: names.what, known: names.names });
}

/** The names that may stand behind the dot of an expression; undefined where they are not known. */
export function membersOf(of: Expression, machine: MachineNames): { readonly what: string; readonly names: readonly string[] } | undefined {
  if (of.kind === 'call') {
    const structure = STRUCTURES.get(of.name);
    return structure === undefined ? undefined : { what: structure.what, names: structure.fields };
  }
  if (of.kind === 'name') return smmuNamed(machine, of.name) === undefined ? undefined : { what: 'register of SMMUv3', names: REGISTERS.map((register) => register.name) };
  if (of.kind !== 'member' || of.of.kind !== 'name' || smmuNamed(machine, of.of.name) === undefined) return undefined;
  const register = registerNamed(of.name);
  return register === undefined ? undefined : { what: `field of ${register.name}`, names: register.layout.fields.map((field) => field.name) };
}
