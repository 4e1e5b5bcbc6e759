import { describe, expect, it } from 'vitest';
import { diff } from '../../cli/diff.ts';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');

describe('diff', () => {
  it.each([
    ['equal texts', 'abc', 'abc', ''],
    ['a changed line', 'abc', 'aXc', lines(' a', '-b', '+X', ' c')],
    ['an added line', 'ac', 'abc', lines(' a', '+b', ' c')],
    ['a removed first line', 'abc', 'bc', lines('-a', ' b')],
    ['a new file', '', 'a', lines('-', '+a')],
    ['changes far apart', 'abcdefg', 'aBcdeFg', lines(' a', '-b', '+B', ' c', '...', ' e', '-f', '+F', ' g')],
  ])('shows %s', (_, before, after, expected) => {
    expect(diff([...before].join('\n'), [...after].join('\n'))).toBe(expected);
  });
});
