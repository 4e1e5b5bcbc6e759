/** StreamIDs that no transaction of their SMMU can carry. */
import type { Problem } from '../../../model/problem.ts';
import type { Expression } from '../../expression/ast.ts';
import type { PlacedLine } from '../declarations.ts';
import type { MachineNames, NamedSmmu } from '../machine.ts';
import { hex, smmuNamed } from '../names.ts';
import { problem } from '../problem.ts';
import type { CheckInput } from './check.ts';

/** Checks the StreamIDs of one line: `device`, `ste` and `cd`. */
export function* checkStreams({ bound, file }: PlacedLine, { machine }: CheckInput): Generator<Problem> {
  const value = bound.values.get('sid');
  const smmu = smmuOf(bound.values.get('smmu'), machine);
  if (value === undefined || smmu?.sidBits === undefined) return;
  const numbers = value.kind === 'numbers' ? value.expressions : value.kind === 'number' ? [value.expression] : [];
  for (const number of numbers) {
    if (!isBeyond(number, smmu.sidBits)) continue;
    const range = { file, start: number.start, end: number.end };
    yield problem('scenario-stream-id', range, `${smmu.name} has ${smmu.sidBits} bits of StreamID, so this one does not exist.`, `Use 0 to ${hex(2 ** smmu.sidBits - 1)}.`);
  }
}

function smmuOf(value: ReturnType<PlacedLine['bound']['values']['get']>, machine: MachineNames): NamedSmmu | undefined {
  if (value?.kind === 'word') return smmuNamed(machine, value.text);
  return machine.smmus.length === 1 ? machine.smmus[0] : undefined;
}

function isBeyond(number: Expression, bits: number): boolean {
  return number.kind === 'number' && (number.hi !== 0 || number.lo >= 2 ** bits);
}
