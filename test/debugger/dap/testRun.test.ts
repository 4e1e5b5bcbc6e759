import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeFiles, withTexts } from '../../../debugger/dap/files.ts';
import { runScenario, scenarioTests, type LineOutcome } from '../../../debugger/dap/testRun.ts';
import { FIRST, MACHINE } from './scenes.ts';

const folder = mkdtempSync(join(tmpdir(), 'vsmmu-test-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs a file; what is heard of lines, and the answer. */
async function run(path: string, cancelAfter = Number.POSITIVE_INFINITY): Promise<{ heard: LineOutcome[]; answer: string | undefined }> {
  const heard: LineOutcome[] = [];
  let asked = 0;
  const answer = await runScenario({ path, onLine: (outcome) => heard.push(outcome), isCancelled: () => (asked += 1) > cancelAfter });
  return { heard, answer };
}

describe('scenarios as tests', () => {
  it('lists the expectations of a file, also of one with errors', () => {
    expect(scenarioTests('/s/a.smmu', FIRST)).toEqual([
      { line: 9, label: 'expect pa 0x81000040' }, { line: 11, label: 'expect fault F_TRANSLATION' }, { line: 12, label: 'expect pa 0x81000041' },
    ]);
    expect(scenarioTests('/s/a.smmu', 'prob\n  expect ok # now\nexpect')).toEqual([{ line: 1, label: 'expect ok' }, { line: 2, label: 'expect' }]);
    expect(scenarioTests('/s/a.smmu', '')).toEqual([]);
  });

  it('runs a file to its end, past what fails, and tells of the lines that can fail', async () => {
    const path = file('first.smmu', FIRST);
    const { heard, answer } = await run(path);
    expect(answer).toBeUndefined();
    expect(heard.map(({ line, status }) => `${line} ${status}`)).toEqual(['9 ok', '11 ok', '12 failed']);
    expect(heard.at(-1)).toMatchObject({ path, text: 'the DMA did not pass', expected: 'reached 0x81000041', actual: expect.stringContaining('F_TRANSLATION') });
  });

  it('tells of a line that could not be carried out', async () => {
    const { heard } = await run(file('wrong.smmu', `${MACHINE}dma nobody read 0 4\nexpect 1\n`));
    expect(heard.map(({ line, status, text }) => [line, status, text])).toEqual([[3, 'error', 'there is no device nobody'], [4, 'ok', 'holds']]);
  });

  it.each([
    ['a syntax error', 'prob\nprobee\n', /^.*syntax\.smmu:1:1: error: `prob` is no action\. Did you mean `probe`\?\n.*:2:1: error: /],
    ['a machine that cannot be', 'smmu s\nmemory a 1 1\n', /:2:1: error: Memory begins and ends at multiples of 4K\.$/],
  ])('says why it could not run: %s', async (_, text, why) => {
    expect((await run(file('syntax.smmu', text))).answer).toMatch(why);
  });

  it('says that there is no such file', async () => {
    expect((await run(join(folder, 'none.smmu'))).answer).toContain('The scenario cannot be read.');
  });

  it('is cancelled in the middle', async () => {
    const { heard, answer } = await run(file('endless.smmu', `${MACHINE}repeat 100000000\n  expect 1\n`), 2);
    expect(answer).toBeUndefined();
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.length).toBeLessThan(1_000_000);
  });
});

describe('files', () => {
  it('are read as UTF-8 and as bytes, and named from the file that names them', () => {
    const path = file('a.txt', Uint8Array.of(0x61, 0xff, 0xc3, 0xa9));
    expect([nodeFiles.readText(path), nodeFiles.readBytes(path)?.length, nodeFiles.readText(join(folder, 'b')), nodeFiles.readBytes(folder)]).toEqual(['a\ufffdé', 4, undefined, undefined]);
    expect(nodeFiles.resolve('/s/x/a.smmu', '../b.dts')).toBe('/s/b.dts');
    const texts = withTexts(nodeFiles, new Map([[path, 'new']]));
    expect([texts.readText(path), new TextDecoder().decode(texts.readBytes(path)), texts.readText(join(folder, 'b')), texts.readBytes(join(folder, 'b'))]).toEqual(['new', 'new', undefined, undefined]);
  });
});
