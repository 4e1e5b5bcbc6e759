/** The arguments of a line of a scenario's setup, computed; what is wrong with them becomes a problem. */
import { toNumber, type U64 } from '../../emulator/bits/u64.ts';
import type { Problem, SourceRange } from '../../model/problem.ts';
import type { Expression } from '../expression/ast.ts';
import { evaluate } from '../expression/evaluate.ts';
import { asNumber } from '../expression/value.ts';
import type { Action, ScenarioFiles } from '../scenario/program.ts';
import { tell } from './draft.ts';

/** Where memory and devices can lie. */
const ADDRESS_SPACE = 2 ** 52;

/** The arguments of a line of the setup. */
export class SetupLine {
  readonly action: Action;
  readonly files: ScenarioFiles;
  readonly #problems: Problem[];

  constructor(action: Action, files: ScenarioFiles, problems: Problem[]) {
    this.action = action;
    this.files = files;
    this.#problems = problems;
  }

  /** Says what is wrong with the line. */
  problem(message: string, advice?: string, range: SourceRange = this.action.at): void {
    tell(this.#problems, { id: 'scenario-setup', level: 'error', message, range, ...(advice === undefined ? {} : { advice }) });
  }

  /** A word or text. */
  word(name: string): string | undefined {
    const value = this.action.values.get(name);
    return value?.kind === 'word' || value?.kind === 'text' ? value.text : undefined;
  }

  /** A number below a limit; a wrong one is a problem and absent. */
  number(name: string, limit = ADDRESS_SPACE): number | undefined {
    const value = this.action.values.get(name);
    if (value?.kind !== 'number') return undefined;
    const wide = this.compute(value.expression, value.at);
    if (wide === undefined) return undefined;
    const number = toNumber(wide);
    if (number < limit) return number;
    this.problem(`${name} is too large.`, `Give less than 0x${limit.toString(16)}.`, value.at);
    return undefined;
  }

  /** A list of numbers. */
  numbers(name: string, limit: number): number[] {
    const value = this.action.values.get(name);
    if (value?.kind !== 'numbers') return [];
    return value.expressions.flatMap((expression) => {
      const wide = this.compute(expression, value.at);
      if (wide === undefined) return [];
      const number = toNumber(wide);
      if (number < limit) return [number];
      this.problem(`${name} is too large.`, `Give less than 0x${limit.toString(16)}.`, value.at);
      return [];
    });
  }

  /** The pairs of a parameter, computed. */
  fields(name: string): Map<string, U64> {
    const value = this.action.values.get(name);
    if (value?.kind !== 'fields') return new Map();
    return new Map(value.fields.flatMap((f) => {
      const wide = this.compute(f.value, f.at);
      return wide === undefined ? [] : [[f.name, wide] as const];
    }));
  }

  /** A constant expression. */
  compute(expression: Expression, at: SourceRange): U64 | undefined {
    const result = evaluate(expression);
    const wide = result.ok ? asNumber(result.value) : undefined;
    if (wide === undefined) this.problem(result.ok ? 'This is not a number.' : `This has no value: ${result.message}.`, undefined, at);
    return wide;
  }
}
