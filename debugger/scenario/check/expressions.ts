/**
 * Fields, registers and functions that expressions name and that do not exist: `ste(8).Confg`. Only
 * where it is certain what is meant; a name that is computed elsewhere is left to the run.
 */
import type { Problem } from '../../../model/problem.ts';
import { nearest } from '../../../model/platform/nearest.ts';
import type { Expression, ExpressionSpan } from '../../expression/ast.ts';
import { FUNCTIONS, NAMES } from '../../expression/functions.ts';
import type { PlacedLine } from '../declarations.ts';
import { membersOf } from '../fields.ts';
import type { MachineNames } from '../machine.ts';
import { unknownName } from '../problem.ts';
import type { Value } from '../program.ts';
import type { CheckInput } from './check.ts';

/** Lists are called too, to name an SMMU: `evtq("smmu1")`. */
const FUNCTION_NAMES = [...FUNCTIONS, ...NAMES].map((one) => one.name);
/** Checks the expressions of one line. */
export function* checkExpressions({ file, bound }: PlacedLine, { machine }: CheckInput): Generator<Problem> {
  for (const value of bound.values.values()) {
    for (const top of expressionsOf(value)) {
      for (const one of partsOf(top)) yield* checkPart(one, file, machine);
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
  const structure = one.kind === 'member' && one.name !== '' ? membersOf(one.of, machine) : undefined;
  if (one.kind !== 'member' || structure === undefined) return;
  const names = structure.fields.map((field) => field.name);
  const isThere = names.some((name) => name.toLowerCase() === one.name.toLowerCase());
  if (isThere || nearest(one.name, names) === undefined) return;
  const isRegister = one.of.kind === 'name';
  yield unknownName(isRegister ? 'scenario-unknown-name' : 'scenario-unknown-field', range(one.at), { name: one.name, what: `${isRegister ? 'register' : 'field'} of ${structure.of}`, known: names });
}
