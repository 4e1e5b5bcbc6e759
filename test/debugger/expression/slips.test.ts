import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../debugger/expression/parser.ts';
import { precedenceSlips, slipText } from '../../../debugger/expression/slips.ts';

function meant(text: string): string[] {
  const { expression, problems } = parseExpression(text);
  expect(problems).toEqual([]);
  return [...precedenceSlips(expression)].map((slip) => text.slice(slip.meant.start, slip.meant.end));
}

describe('a comparison inside of a bit operation', () => {
  it.each([
    ['mem64(1) & 0x80 == 0', ['mem64(1) & 0x80']],
    ['1 == x & 3', ['x & 3']],
    ['x | y != 2', ['x | y']],
    ['x ^ 1 < 2', ['x ^ 1']],
    ['x & y & 1 == 1', ['x & y & 1']],
    ['(x & 1 == 1) && (y & 2 == 2)', ['x & 1', 'y & 2']],
    ['tlb where vmid & 1 == 1', ['vmid & 1']],
    ['f(x & 1 == 1)[x & 2 == 2]', ['x & 1', 'x & 2']],
    ['!(x & 1 == 1)', ['x & 1']],
  ])('%s', (text, expected) => expect(meant(text)).toEqual(expected));

  it.each([
    '(x & 1) == 1', 'x & (1 == 1)', '1 == (x & 1)', '(1 == x) & 3', 'x == 1 & y == 2', 'x == 1 | !y', 'x == 1 | y == 2 | z == 3', 'x & 1', 'x == 1 && y', 'x << 2 == 4', 'x + 1 == 2', 'true & x == 1', 'x == 1 ^ false',
  ])('%s is as it looks', (text) => expect(meant(text)).toEqual([]));

  it('is said in one sentence', () => {
    const [slip] = precedenceSlips(parseExpression('x & 1 == 1').expression);
    expect(slip && slipText(slip)).toBe('`==` binds stronger than `&`, as in C: the comparison is computed first.');
  });
});
