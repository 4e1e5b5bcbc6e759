import { describe, expect, it } from 'vitest';
import { PLATFORM_RULES } from '../../../../model/platform/rules/index.ts';
import { boardOf, findings, syntaxProblems } from '../board.ts';

describe.each(PLATFORM_RULES.map((rule) => [rule.id, rule] as const))('the page of %s', (id, rule) => {
  it('shows a bad example that fires this rule and no other', () => {
    expect(syntaxProblems(rule.bad)).toEqual([]);
    const found = findings(boardOf(rule.bad)).map((problem) => problem.id);
    expect(new Set(found)).toEqual(new Set([id]));
  });

  it('shows a good example on which all rules are silent', () => {
    expect(syntaxProblems(rule.good)).toEqual([]);
    expect(findings(boardOf(rule.good)).map((problem) => `${problem.id}: ${problem.message}`)).toEqual([]);
  });

  it('has all its words', () => {
    expect(rule.title).not.toMatch(/\.$/);
    for (const text of [rule.explanation, rule.remedy]) expect(text).toMatch(/[.)]$/);
    expect(rule.sources.length).toBeGreaterThan(0);
    expect(rule.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });
});

it('has no id twice', () => {
  expect(new Set(PLATFORM_RULES.map((rule) => rule.id)).size).toBe(PLATFORM_RULES.length);
});
