/** Scenarios in memory. */
import { SCENARIO_LIMITS, type ScenarioLimits } from '../../../debugger/scenario/limits.ts';
import type { Action, Program, ScenarioFiles, Value } from '../../../debugger/scenario/program.ts';
import { finish } from '../../../debugger/scenario/file.ts';
import { readScenarioSteps, type ScenarioReading } from '../../../debugger/scenario/read.ts';
import type { Problem } from '../../../model/problem.ts';

/** Files by path below `/s/`. */
export function filesOf(texts: Readonly<Record<string, string>>): ScenarioFiles {
  const all = new Map(Object.entries(texts).map(([name, text]) => [`/s/${name}`, text]));
  return { readText: (path) => all.get(path), readBytes: () => undefined, resolve: (_, name) => `/s/${name}` };
}

/** Reads `main.smmu`. */
export function reading(texts: string | Readonly<Record<string, string>>, limits: Partial<ScenarioLimits> = SCENARIO_LIMITS): ScenarioReading {
  const files = typeof texts === 'string' ? { 'main.smmu': texts } : texts;
  return finish(readScenarioSteps('/s/main.smmu', filesOf(files), { limits }));
}

export function programOf(texts: string | Readonly<Record<string, string>>, limits?: Partial<ScenarioLimits>): Program {
  return reading(texts, limits).program;
}

/** What is marked, and why: `id: text`. */
export function marks(program: Program): string[] {
  return program.problems.map((problem) => `${problem.id}: ${marked(program, problem)}`);
}

export function marked(program: Program, { range }: Problem): string {
  return program.texts.find((one) => one.path === range.file)?.text.slice(range.start, range.end) ?? '';
}

/** A text after the first quick fix of each of its problems, last one first. */
export function mended(program: Program): string {
  const [{ text } = { text: '' }] = program.texts;
  const edits = program.problems.flatMap((one) => one.fixes?.[0]?.edits ?? []).toSorted((a, b) => b.range.start - a.range.start);
  return edits.reduce((now, { range, text: replacement }) => now.slice(0, range.start) + replacement + now.slice(range.end), text);
}

/** An action in short: its name, its values, its body in braces. */
export function short({ verb, values, body }: Action): string {
  const shown = [...values].map(([name, value]) => ` ${name}=${shortValue(value)}`).join('');
  return `${verb}${shown}${body.length === 0 ? '' : ` { ${body.map(short).join('; ')} }`}`;
}

function shortValue(value: Value): string {
  if (value.kind === 'word') return value.text;
  if (value.kind === 'text') return JSON.stringify(value.text);
  if (value.kind === 'fields') return `[${value.fields.map((one) => one.name).join(' ')}]`;
  if (value.kind === 'numbers') return value.expressions.map((one) => (one.kind === 'number' ? String(one.lo) : one.kind)).join(',');
  if (value.kind === 'template') return value.parts.map((part) => (typeof part === 'string' ? part : `{${part.kind}}`)).join('');
  return value.expression.kind === 'number' ? `0x${(value.expression.hi * 2 ** 32 + value.expression.lo).toString(16)}` : `(${value.expression.kind})`;
}
