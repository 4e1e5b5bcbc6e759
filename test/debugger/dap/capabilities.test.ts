/** docs/dap.md, held to what `initialize` answers and to the tests that there are. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../../../debugger/dap/capabilities.ts';

const FOLDER = 'test/debugger/dap';

const rows = [...readFileSync('docs/dap.md', 'utf8').split('## ')[0]!.matchAll(/^\| (?!capability|---)(.+?) \| .+? \| (.+?) \|$/gm)].map(([, name, test]) => ({ name: name!, test: test! }));

describe('docs/dap.md', () => {
  it('lists what is claimed, and nothing else', () => {
    const listed = rows.map(({ name }) => name).filter((name) => !name.includes(' '));
    expect(listed.toSorted()).toEqual(Object.keys(CAPABILITIES).toSorted());
  });

  it('names a test for each that there is', () => {
    const tests = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts')).map((name) => readFileSync(`${FOLDER}/${name}`, 'utf8')).join('');
    expect(rows.filter(({ test }) => !tests.includes(`it('${test}'`))).toEqual([]);
  });

  it('has at least 40 of them', () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });
});
