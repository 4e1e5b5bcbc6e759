import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failures, prepare } from './support.ts';

const FOLDER = resolve('examples/scenarios');
const SCENARIOS = readdirSync(FOLDER).filter((name) => name.endsWith('.smmu'));

describe('the example scenarios', () => {
  it('tell the stories that users meet', () => {
    expect(SCENARIOS).toHaveLength(20);
  });

  it.each(SCENARIOS)('%s begins with its story, and holds', (name) => {
    const path = `${FOLDER}/${name}`;
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^# \S.*\n#\n(# .*\n){2,}/);
    const run = prepare(text, {}, path);
    expect(run.problems.map((p) => p.message)).toEqual([]);
    expect(failures(run)).toEqual([]);
  });
});
