/** Hit conditions: `5`, `= 5`, `> 5`, `>= 5`, `< 5`, `<= 5`, `% 5`, compared with the number of a hit, from 1. */

/** Whether the n-th hit counts. */
export type HitTest = (hit: number) => boolean;

const TESTS: Readonly<Record<string, (hit: number, n: number) => boolean>> = {
  '': (hit, n) => hit === n,
  '=': (hit, n) => hit === n,
  '==': (hit, n) => hit === n,
  '>': (hit, n) => hit > n,
  '>=': (hit, n) => hit >= n,
  '<': (hit, n) => hit < n,
  '<=': (hit, n) => hit <= n,
  '%': (hit, n) => hit > 0 && hit % n === 0,
};

/** Reads a hit condition; a string says what is wrong. */
export function parseHitCondition(text: string): HitTest | string {
  const match = /^\s*(==?|>=?|<=?|%)?\s*(\d{1,9})\s*$/.exec(text);
  const test = TESTS[match?.[1] ?? ''];
  const n = Number(match?.[2]);
  if (match === null || test === undefined || (match[1] === '%' && n === 0)) return 'A hit count is a number, or one of = > >= < <= % with a number, such as >= 5.';
  return (hit) => test(hit, n);
}
