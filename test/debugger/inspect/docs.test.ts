import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXPRESSION_LIMITS } from '../../../debugger/expression/parser.ts';
import { FUNCTIONS, NAMES } from '../../../debugger/expression/functions.ts';
import { RUNS } from '../../../debugger/inspect/functions.ts';
import { childNamed, group, leaf, paged } from '../../../debugger/inspect/node.ts';

describe('docs/expressions.md', () => {
  const page = readFileSync('docs/expressions.md', 'utf8');

  it('has every function and list with its shape and text, in the order of the table', () => {
    const words = [...FUNCTIONS, ...NAMES.filter((n) => RUNS.has(n.name))].map((f) => `${f.shape}: ${f.text}`);
    const rows = [...page.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map((m) => `${m[1]}: ${m[2]}`);
    expect(rows.slice(rows.indexOf(words[0] ?? ''), rows.indexOf(words[0] ?? '') + words.length)).toEqual(words);
  });

  it('tells of all that can be computed', () => {
    const known = new Set([...FUNCTIONS, ...NAMES].map((f) => f.name));
    expect([...RUNS.keys()].filter((name) => !known.has(name))).toEqual([]);
    expect(FUNCTIONS.filter((f) => f.name !== 'count' && !RUNS.has(f.name))).toEqual([]);
  });

  it('has the limits', () => {
    const { length, nodes, depth } = EXPRESSION_LIMITS;
    expect(page).toContain(`${length} characters, ${nodes} parts, ${depth} levels of parentheses`);
  });
});

describe('children by name', () => {
  it.each([
    ['[700]', 1], ['[5]', 1], ['[1000]', 1000], ['x', 1000],
  ])('finds %s of a long list after making %i', (name, made) => {
    let count = 0;
    const list = paged('list', '', { count: 1000, at: (i) => { count++; return leaf(`[${i}]`, String(i)); } });
    const found = childNamed(list, name);
    expect(found?.name).toBe(made === 1 ? name : undefined);
    expect(count).toBe(made);
  });

  it('finds those whose name says something else, and those without numbers', () => {
    const moved = paged('waiting', '', { count: 3, at: (i) => leaf(`[${(i + 2) % 3}]`, String(i)) });
    expect(childNamed(moved, '[0]')?.value).toBe('1');
    expect(childNamed(group('g', '', () => [leaf('a', '1'), leaf('b', '2')]), 'b')?.value).toBe('2');
    expect(childNamed(leaf('l', ''), 'a')).toBeUndefined();
  });
});
