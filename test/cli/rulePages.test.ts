import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rulePages } from '../../cli/rulePages.ts';
import { RULE_GROUPS, RULES } from '../../cli/rules.ts';
import { productSources } from '../house/sources.ts';

describe('docs/rules', () => {
  const pages = rulePages(RULE_GROUPS);

  it('has a page for each rule and no other (npm run docs:rules writes them)', () => {
    expect(readdirSync('docs/rules').sort()).toEqual([...pages.keys()].sort());
  });

  it('says what the rules say (npm run docs:rules writes it)', () => {
    const stale = [...pages].filter(([name, text]) => readFileSync(`docs/rules/${name}`, 'utf8') !== text).map(([name]) => name);
    expect(stale).toEqual([]);
  });

  it('tells the rules apart by their ids', () => {
    expect(RULES.size).toBe(RULE_GROUPS.flatMap((g) => g.rules).length);
  });
});

describe('problems of the front end', () => {
  const sources = productSources().filter(({ path }) => path.startsWith('model/devicetree/') || path.startsWith('model/xl/'));
  const reported = new Set(sources.flatMap(({ text }) => [...text.matchAll(/(?:\bid: |\breport\(|\bproblem\()'([a-z]+(?:-[a-z0-9]+)+)'/g)].map((m) => m[1]!)));

  it('each have words for their page', () => {
    expect(reported.size).toBeGreaterThan(30);
    expect([...reported].filter((id) => !RULES.has(id))).toEqual([]);
  });
});
