/** Giving a value to what an expression names: a field, a register, or a stretch of memory. */
import { asNumber } from '../expression/value.ts';
import { evaluate, type Scope } from '../expression/evaluate.ts';
import type { Expression } from '../expression/ast.ts';
import { parseExpression } from '../expression/parser.ts';
import { toNumber, type U64 } from '../../emulator/bits/u64.ts';
import type { Machine } from '../../emulator/machine/machine.ts';
import { bytesOfWords, refused, type EditResult } from './edit.ts';
import { writeMemory } from './memory.ts';
import { setFieldText, setWhole, structureOf, watchField, type NumberReader } from './structure.ts';
import type { WatchPlace } from './node.ts';

const NOT_SETTABLE = 'only fields of structures, registers and memory (mem8 to mem64) can be given a value';

/** What an assignment needs. */
export interface AssignParts {
  readonly machine: Machine;
  readonly scope: Scope;
  readonly read: NumberReader;
}

/** The edits that give an expression a value. */
export function assign(parts: AssignParts, target: string, text: string): EditResult {
  const { expression, problems } = parseExpression(target);
  if (problems[0] !== undefined) return refused(problems[0].message);
  if (expression.kind === 'call' && /^mem(?:8|16|32|64)$/.test(expression.name)) return assignMemory(parts, expression, text);
  if (expression.kind === 'member') {
    const of = evaluate(expression.of, parts.scope);
    if (!of.ok) return refused(of.message);
    const structure = structureOf(of.value);
    const field = structure?.layout.fields.find((f) => f.name.toLowerCase() === expression.name.toLowerCase());
    if (structure !== undefined && field !== undefined) return structure.place === undefined ? refused(`${structure.layout.name} cannot be changed`) : setFieldText(structure, field, text, parts.read);
  }
  const whole = evaluate(expression, parts.scope);
  if (!whole.ok) return refused(whole.message);
  const structure = structureOf(whole.value);
  return structure === undefined ? refused(NOT_SETTABLE) : setWhole(structure, text, parts.read);
}

function memoryOf(parts: AssignParts, call: Expression & { kind: 'call' }): { readonly address: number; readonly size: number } | string {
  const [arg] = call.args;
  const result = arg === undefined ? undefined : evaluate(arg, parts.scope);
  if (result === undefined) return `${call.name} needs an address`;
  if (!result.ok) return result.message;
  const number = asNumber(result.value);
  if (number === undefined || number.hi >>> 20 !== 0) return 'a physical address (below 2^52) is needed here';
  return { address: toNumber(number), size: Number(call.name.slice(3)) / 8 };
}

function assignMemory(parts: AssignParts, call: Expression & { kind: 'call' }, text: string): EditResult {
  const place = memoryOf(parts, call);
  if (typeof place === 'string') return refused(place);
  const value = parts.read(text);
  if (typeof value === 'string') return refused(value);
  if (!fits(value, place.size)) return refused(`${call.name} has ${place.size * 8} bits`);
  return writeMemory(parts.machine, place.address, bytesOfWords([value.lo, value.hi]).slice(0, place.size));
}

function fits(value: U64, bytes: number): boolean {
  return bytes === 8 || (value.hi === 0 && value.lo < 2 ** (bytes * 8));
}

/** What a data breakpoint on an expression watches; a sentence where it names no state. */
export function watchOf(parts: AssignParts, target: string): WatchPlace | string {
  const { expression, problems } = parseExpression(target);
  if (problems[0] !== undefined) return problems[0].message;
  if (expression.kind === 'call' && /^mem(?:8|16|32|64)$/.test(expression.name)) {
    const place = memoryOf(parts, expression);
    return typeof place === 'string' ? place : { kind: 'memory', ...place };
  }
  if (expression.kind === 'member') {
    const of = evaluate(expression.of, parts.scope);
    const structure = of.ok ? structureOf(of.value) : undefined;
    const field = structure?.layout.fields.find((f) => f.name.toLowerCase() === expression.name.toLowerCase());
    if (structure?.place !== undefined && field !== undefined) return watchField(structure.place, field);
  }
  const whole = evaluate(expression, parts.scope);
  if (!whole.ok) return whole.message;
  const structure = structureOf(whole.value);
  if (structure?.place === undefined) return 'only fields of structures, registers and memory can be watched';
  const size = structure.layout.words * 4;
  const { place } = structure;
  return place.kind === 'memory' ? { kind: 'memory', address: place.address, size } : { kind: 'register', smmu: place.smmu, offset: place.offset & 0xffff, size };
}
