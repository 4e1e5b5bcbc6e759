import { describe, expect, it } from 'vitest';
import { SYSTEM_RULES } from '../../../../model/platform/guests/rules/index.ts';
import { allFindings, filesOf, systemFindings, systemIn } from './systemOf.ts';

describe.each(SYSTEM_RULES)('$id', (rule) => {
  it('fires on its bad example, alone', () => {
    const found = systemFindings(systemIn(rule.bad));
    expect([...new Set(found.map((problem) => problem.id))]).toEqual([rule.id]);
  });

  it('is silent on its good example, and so is every other rule', () => {
    expect(allFindings(systemIn(rule.good)).filter((one) => one.level !== 'hint' && one.level !== 'information')).toEqual([]);
  });

  it('points at a place that exists, with sentences that end', () => {
    const files = filesOf(rule.bad);
    for (const problem of systemFindings(systemIn(rule.bad))) {
      for (const { file, start, end } of [problem.range, ...(problem.related ?? []).map((one) => one.range)]) {
        const text = files.get(file) ?? '';
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
      }
      expect(problem.message).toMatch(/\.$/);
      expect(problem.advice).toMatch(/[.?]$/);
    }
  });

  it('has fixes that mend what they are offered for', () => {
    const files = filesOf(rule.bad);
    const [problem] = systemFindings(systemIn(rule.bad));
    const fix = problem?.fixes?.[0];
    if (fix === undefined) return;
    for (const edit of [...fix.edits].reverse()) {
      const text = files.get(edit.range.file) ?? '';
      files.set(edit.range.file, text.slice(0, edit.range.start) + edit.text + text.slice(edit.range.end));
    }
    const mended = [...files].map(([name, text]) => `--- ${name}\n${text}`).join('');
    expect(systemFindings(systemIn(mended)).filter((one) => one.message === problem?.message)).toEqual([]);
  });
});
