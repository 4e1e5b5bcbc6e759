/** Fields that the structure does not have, and constant values that do not fit their field. */
import type { Field } from '../../../emulator/fields/layout.ts';
import type { Problem } from '../../../model/problem.ts';
import type { PlacedLine } from '../declarations.ts';
import { bitsOf, fieldsFor } from '../fields.ts';
import { problem, unknownName } from '../problem.ts';
import type { CheckInput } from './check.ts';

/** Checks the fields of one line. */
export function* checkFields({ bound }: PlacedLine, { machine }: CheckInput): Generator<Problem> {
  const parameter = bound.verb?.parameters.find((one) => one.kind.kind === 'fields');
  const value = bound.values.get(parameter?.name ?? '');
  if (parameter?.kind.kind !== 'fields' || value?.kind !== 'fields') return;
  const known = fieldsFor(parameter.kind.of, bound, machine);
  if (known === undefined) return;
  for (const given of value.fields) {
    const range = { ...given.at, end: given.at.start + given.name.length };
    const found = known.fields.find((one) => one.name === given.name);
    if (found === undefined) {
      const id = parameter.kind.of === 'operation' ? 'scenario-unknown-operation' : 'scenario-unknown-field';
      yield unknownName(id, range, { name: given.name, what: `${parameter.kind.of === 'operation' ? 'value' : 'field'} of ${known.of}`, known: known.fields.map((one) => one.name) });
    } else if (found.field !== undefined && given.value.kind === 'number') {
      const misfit = misfitOf(found.field, BigInt(given.value.hi) * 2n ** 32n + BigInt(given.value.lo));
      if (misfit !== undefined) yield problem('scenario-field-range', { ...given.at, start: given.value.start }, misfit.message, misfit.advice);
    }
  }
}

/** What of a value a field cannot hold. */
function misfitOf(field: Field, value: bigint): { readonly message: string; readonly advice: string } | undefined {
  const { name, msb, lsb } = field;
  const width = BigInt(msb - lsb + 1);
  const where = `\`${name}\` is ${bitsOf(field)}`;
  if (!field.address) {
    return value < 1n << width ? undefined : { message: `The value needs more than the ${width === 1n ? 'one bit' : `${width} bits`} of \`${name}\`.`, advice: `${where}: write 0 to ${(1n << width) - 1n}.` };
  }
  if (value >= 1n << BigInt(msb + 1)) return { message: `The address is beyond the ${msb + 1} bits of \`${name}\`.`, advice: `${where}: write a smaller address.` };
  if (value % (1n << BigInt(lsb)) !== 0n) return { message: `The address is no multiple of 0x${(1n << BigInt(lsb)).toString(16)}, so \`${name}\` cannot hold it.`, advice: `${where}: its low bits are 0.` };
  return undefined;
}
