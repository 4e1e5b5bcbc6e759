/** On which lines of a scenario a breakpoint can stand: those that do something when they are reached. */
import type { ScenarioFile } from './file.ts';

/** The lines, from 0, in order. Setup and the openings of blocks do nothing by themselves. */
export function breakpointLines({ tree, bound }: ScenarioFile): number[] {
  return tree.lines.filter((line) => {
    const verb = bound.get(line)?.verb;
    return verb !== undefined && verb.group !== 'setup' && verb.group !== 'block';
  }).map((one) => one.line);
}

/** Where a breakpoint that somebody set on a line really stands: there, or on the next line that does something. */
export function breakpointAt(file: ScenarioFile, line: number): number | undefined {
  return breakpointLines(file).find((one) => one >= line);
}
