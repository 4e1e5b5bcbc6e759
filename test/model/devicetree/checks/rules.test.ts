import { describe, expect, it } from 'vitest';
import { DTC_CHECKS, DTC_RULES } from '../../../../model/devicetree/checks/index.ts';
import { MERGED_CHECKS } from '../../../../model/devicetree/checks/merged.ts';
import { checkTree, FILE, mergeSource } from './support.ts';

describe('dtc checks', () => {
  it.each(DTC_RULES.map((rule) => [rule.id, rule] as const))('%s fires on its bad example only', (_, rule) => {
    const bad = [...rule.check(checkTree(rule.bad))];
    expect(bad.map((p) => p.id)).toContain(rule.id);
    for (const problem of bad) {
      expect(problem.level).toBe(rule.level);
      expect(problem.range).toMatchObject({ file: FILE });
      expect(problem.range.end).toBeGreaterThan(problem.range.start);
    }
    expect([...rule.check(checkTree(rule.good))]).toEqual([]);
  });

  it.each(MERGED_CHECKS.map((rule) => [rule.id, rule] as const))('%s is reported by the merge', (_, rule) => {
    expect(mergeSource(rule.bad).problems.map((p) => p.id)).toContain(rule.id);
    expect(mergeSource(rule.good).problems).toEqual([]);
  });

  it('have words of their own', () => {
    expect(new Set(DTC_CHECKS.map((r) => r.id)).size).toBe(DTC_CHECKS.length);
    for (const rule of DTC_CHECKS) {
      expect(rule.id).toMatch(/^dtc-[a-z0-9-]+$/);
      expect(rule.title).not.toMatch(/\.$/);
      expect(rule.explanation).toMatch(/\.$/);
    }
  });
});
