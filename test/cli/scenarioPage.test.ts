import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioPage } from '../../cli/scenarioPage.ts';
import { shapeOf, VERBS } from '../../debugger/scenario/catalog.ts';
import { marks, programOf } from '../debugger/scenario/support.ts';

describe('docs/scenario.md', () => {
  const page = readFileSync('docs/scenario.md', 'utf8');

  it('says what the catalog says (npm run docs:rules writes it)', () => {
    expect(page).toBe(scenarioPage());
  });

  it('has every action with its shape', () => {
    for (const verb of VERBS) expect(page).toContain(`\n\`${shapeOf(verb)}\`\n`);
  });

  it('shows only scenarios that can be read', () => {
    const blocks = [...page.matchAll(/```smmu-scenario\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    expect(blocks.length).toBeGreaterThan(VERBS.length);
    for (const text of blocks) expect([text, marks(programOf({ 'main.smmu': text, 'machine.smmu': '' }))]).toEqual([text, []]);
  });
});
