import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { preprocess } from '../../../../model/devicetree/preprocess/preprocess.ts';
import { CASES } from './cases.ts';
import { memoryHost } from './memoryHost.ts';
import { normalise } from './normalise.ts';

const FIXTURE = 'test/fixtures/preprocess/cpp.json';
/** Run with VSMMU_UPDATE_CPP=1 to record anew what cpp writes. */
const update = process.env['VSMMU_UPDATE_CPP'] === '1';
const FLAGS = ['-P', '-nostdinc', '-undef', '-D__DTS__', '-I', 'test/fixtures', '-x', 'assembler-with-cpp', '-'];

function cpp(source: string): string | undefined {
  const { stdout, error } = spawnSync('cpp', FLAGS, { input: source, encoding: 'utf8' });
  return error === undefined ? normalise(stdout) : undefined;
}

const hasGnuCpp = spawnSync('cpp', ['--version'], { encoding: 'utf8' }).stdout?.includes('Free Software Foundation') === true;

if (update) {
  writeFileSync(FIXTURE, `${JSON.stringify(Object.fromEntries(Object.entries(CASES).map(([name, source]) => [name, cpp(source)])), undefined, 1)}\n`);
}

const recorded = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Record<string, string>;

describe('preprocessed text against cpp', () => {
  it('covers at least 80 inputs', () => {
    expect(Object.keys(recorded).length).toBeGreaterThanOrEqual(80);
    expect(Object.keys(recorded)).toEqual(Object.keys(CASES));
  });

  it.each(Object.entries(CASES))('%s', (name, source) => {
    const { expanded, problems } = preprocess('/board.dts', memoryHost({ '/board.dts': source }), { includeRoots: [] });
    expect(normalise(expanded.text)).toBe(recorded[name]);
    expect(problems.filter((problem) => problem.level === 'error')).toEqual([]);
  });

  it.skipIf(!hasGnuCpp)('is recorded as the cpp of this machine writes it', () => {
    const different = Object.entries(CASES).filter(([name, source]) => cpp(source) !== recorded[name]).map(([name]) => name);
    expect(different).toEqual([]);
  });
});
