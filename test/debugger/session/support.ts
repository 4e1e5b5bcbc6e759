/** Sessions over scenarios from strings. */
import { Session } from '../../../debugger/session/session.ts';
import type { Moment, SessionOptions, Stop } from '../../../debugger/session/types.ts';
import { createRun } from '../../../debugger/run/index.ts';
import { readScenario } from '../../../debugger/scenario/read.ts';
import { evaluate, evaluateCondition, withNames, EMPTY_SCOPE, type Scope } from '../../../debugger/expression/evaluate.ts';
import { parseExpression } from '../../../debugger/expression/parser.ts';
import type { ExpressionValue } from '../../../debugger/expression/value.ts';
import { scenarioFiles } from '../run/support.ts';

export const PATH = '/s/test.smmu';
export const MACHINE = 'smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\nmemory ram 0x80000000 256M\n';

/** A machine with one device mapped, and whatever comes after. */
export function scenario(...lines: string[]): string {
  return `${MACHINE}in host\n  probe smmu0\n  attach eth0\n  map eth0 0x10000000 -> 0x81000000 16K rw\n${lines.join('\n')}\n`;
}

/** Evaluates with nothing but the values of the step, and variables. */
export const evaluator: NonNullable<SessionOptions['evaluator']> = (view) => {
  const scope = (names: ReadonlyMap<string, ExpressionValue>): Scope => withNames(new Map([...view.state.variables, ...names]), EMPTY_SCOPE);
  return {
    condition: (text, names) => {
      const { expression, problems } = parseExpression(text);
      if (problems.length > 0) return { error: problems[0]!.message };
      const result = evaluateCondition(expression, scope(names));
      return result.ok ? result.value : { error: result.message };
    },
    text: (text, names) => {
      const result = evaluate(parseExpression(text).expression, scope(names));
      if (!result.ok) return result.message;
      return result.value.kind === 'number' ? `0x${result.value.value.lo.toString(16)}` : JSON.stringify(result.value);
    },
  };
};

/** A session over a scenario, standing at its first line. */
export function session(text: string, options: Partial<SessionOptions> = {}, files: Readonly<Record<string, string>> = {}): Session {
  const texts = scenarioFiles({ [PATH]: text, ...files });
  const own = new Map(Object.entries(files).map(([path, content]) => [path, new TextEncoder().encode(content)]));
  const host = { ...texts, readBytes: (path: string) => own.get(path) ?? texts.readBytes(path) };
  return new Session({
    boot: () => {
      const program = readScenario(PATH, host);
      const run = createRun(program, host);
      if (!('runner' in run)) throw new Error(run.problems.map((p) => p.message).join('\n'));
      return { program, system: run.system, runner: run.runner };
    },
    readText: (path) => host.readText(path), evaluator, ...options,
  });
}

/** The zero-based line of a text in a scenario. */
export function lineOf(text: string, part: string): number {
  const at = text.indexOf(part);
  if (at < 0) throw new Error(`no ${part}`);
  return text.slice(0, at).split('\n').length - 1;
}

/** `unit.step`. */
export function at(moment: Moment | Stop): string {
  const { unit, step } = 'moment' in moment ? moment.moment : moment;
  return `${unit}.${step}`;
}
