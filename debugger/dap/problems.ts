/** Problems of a scenario as lines of text that editors make links of: `file:line:column: what is wrong`. */
import type { Problem } from '../../model/problem.ts';
import type { ScenarioFiles } from '../scenario/program.ts';

/** One line for a problem. */
export function problemText({ range, message, advice, level }: Problem, files: Pick<ScenarioFiles, 'readText'>): string {
  const before = (files.readText(range.file) ?? '').slice(0, range.start).split('\n');
  const place = `${range.file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  return `${place}: ${level}: ${message}${advice === undefined ? '' : ` ${advice}`}`;
}
