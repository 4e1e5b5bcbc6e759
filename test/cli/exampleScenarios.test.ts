/** The example scenarios: nothing to say against any of them, and formatted as the editor formats. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../cli/files.ts';
import { run } from '../../cli/run.ts';
import { finish } from '../../debugger/scenario/pace.ts';
import { scenarioFormatEdits } from '../../server/features/scenario/formatting.ts';
import { testIo } from './support.ts';

const FOLDER = 'examples/scenarios';

describe('the example scenarios', () => {
  it('have no problem on their boards', async () => {
    const io = testIo({}, { files: nodeFiles, cwd: process.cwd() });
    expect([await run(['check', FOLDER], io), io.out()]).toEqual([0, expect.stringMatching(/^no problems, \d+ scenarios checked\n$/)]);
  });

  it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.smmu')))('%s is formatted', (name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    expect(finish(scenarioFormatEdits({ path: name, text, checked: undefined }))).toEqual([]);
  });
});
