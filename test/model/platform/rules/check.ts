/** One check for all rule fixtures: which findings, at which text, at which level. */
import { expect } from 'vitest';
import { boardOf, findings, syntaxProblems } from '../board.ts';

/** A snippet with its findings, each as `level id: text at the place`. */
export type Fixture = readonly [what: string, snippet: string, ...expected: string[]];

/** The fixtures as vitest's table wants them: the name first, the fixture whole. */
export function table(fixtures: readonly Fixture[]): [string, Fixture][] {
  return fixtures.map((fixture) => [fixture[0], fixture]);
}

/** Compares all findings of all rules; a fixture with other problems than it names fails. */
export function check([, snippet, ...expected]: Fixture): void {
  expect(syntaxProblems(snippet)).toEqual([]);
  const context = boardOf(snippet);
  const found = findings(context).map(({ level, id, range }) => {
    const text = context.text.text.slice(range.start, range.end).replace(/\s+/g, ' ');
    return `${level} ${id}: ${text}`;
  });
  expect(found.toSorted()).toEqual(expected.toSorted());
}
