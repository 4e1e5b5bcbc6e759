/**
 * Hostile scenarios of hundreds of kilobytes: reading and checking pause often. Pauses are counted, not timed, so
 * that it does not matter what else the machine does.
 */
import { describe, expect, it } from 'vitest';
import { checkSteps } from '../../../debugger/scenario/check/check.ts';
import { SCENARIO_LIMITS } from '../../../debugger/scenario/limits.ts';
import { NO_BOARD } from '../../../debugger/scenario/machine.ts';
import { readScenarioSteps } from '../../../debugger/scenario/read.ts';
import { describeSteps } from '../../../debugger/system/describe.ts';
import { filesOf } from './support.ts';

/** A slice reads about so much at most: a millisecond or two. A single line may have more. */
const MOST_CHARACTERS = 10_000;
/** So many lines of a check. */
const MOST_LINES = 60;
const SMMU = 'smmu smmu0 model=mmu-600\n';

function many(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
}

const HOSTILE: readonly [string, string][] = [
  ['10,000 devices', SMMU + many(10_000, (i) => `device dev${i} smmu=smmu0 sid=${i}`)],
  ['10,000 times the same device', SMMU + many(10_000, () => 'device eth0 smmu=smmu0 sid=1')],
  ['10,000 SMMUs', many(10_000, (i) => `smmu smmu${i} model=mmu-600`)],
  ['10,000 guests of unknown devices', SMMU + many(10_000, (i) => `guest g${i} devices="eth${i}"`)],
  ['5,000 files that are not there', SMMU + many(5_000, (i) => `guest g${i} "f${i}.cfg"`)],
  ['10,000 variables', SMMU + many(10_000, (i) => `let v${i} = v${i} + ste(8).Confg`)],
  ['20,000 words that are no actions', many(20_000, (i) => `xyzzy${i}`)],
  ['10,000 expectations about nothing', SMMU + many(10_000, () => 'expect fault F_TRANSLATION')],
  ['lines of 4,000 StreamIDs', SMMU + many(30, (i) => `device d${i} sid=${'1,'.repeat(3999)}1`)],
  ['lines of 4,900 unknown devices', SMMU + many(30, (i) => `guest d${i} devices="${'a '.repeat(4900)}"`)],
  ['lines of 1,200 unknown fields', SMMU + many(30, () => `ste smmu0 8 ${'Confg=1 '.repeat(1200)}`)],
  ['lines of 4,900 words too many', SMMU + many(30, () => `probe ${'a '.repeat(4900)}`)],
  ['100,000 comments', '#\n'.repeat(100_000)],
  ['20,000 wrong indentations', `probe\n${' probe\n'.repeat(20_000)}`],
];

function counted<T>(steps: Generator<void, T>): { readonly slices: number; readonly value: T } {
  for (let slices = 1; ; slices += 1) {
    const { done, value } = steps.next();
    if (done === true) return { slices, value };
  }
}

describe('reading and checking pauses often with', () => {
  it.each(HOSTILE)('%s', { timeout: 60_000 }, (_, text) => {
    const files = filesOf({ 'main.smmu': text });
    const read = counted(readScenarioSteps('/s/main.smmu', files));
    expect(read.slices).toBeGreaterThan(text.length / MOST_CHARACTERS);
    const lines = read.value.files.get('/s/main.smmu')?.bound.size ?? 0;
    const checked = counted(checkSteps(read.value, { ...NO_BOARD, isComplete: true }, { files }));
    expect(checked.slices).toBeGreaterThan(lines / MOST_LINES);
    const { problemsPerFile } = SCENARIO_LIMITS;
    expect(checked.value.problems.length).toBeLessThanOrEqual(problemsPerFile + 1);
  });
});

const LARGE: readonly [string, string][] = [
  ['2,000 devices', SMMU + many(1_999, (i) => `device dev${i} smmu=smmu0 sid=${i}`)],
  ['2,000 times the same SMMU', many(2_000, () => SMMU.trim())],
  ['2,000 stretches of memory', SMMU + many(1_999, (i) => `memory m${i} ${0x8000_0000 + i * 0x1_0000} 64K`)],
  ['2,000 guests', `hypervisor xen\n${SMMU}${many(1_998, (i) => `guest g${i} devices="eth${i}"`)}`],
  ['a hundred guests of 1,600 unknown devices each', SMMU + many(100, (i) => `guest g${i} devices="${'unknown '.repeat(1200)}"`)],
  ['100 lines of 4,000 StreamIDs', SMMU + many(100, (i) => `device d${i} smmu=smmu0 sid=${'1,'.repeat(3999)}1`)],
];

describe('describing a machine pauses often with', () => {
  it.each(LARGE)('%s', { timeout: 60_000 }, (_, text) => {
    const files = filesOf({ 'main.smmu': text });
    const { program } = counted(readScenarioSteps('/s/main.smmu', files)).value;
    const { setup } = program;
    const described = counted(describeSteps(program, files));
    const characters = setup.reduce((sum, { at }) => sum + at.end - at.start, 0);
    expect(described.slices).toBeGreaterThan(Math.max(setup.length / MOST_LINES, characters / MOST_CHARACTERS));
    // Nobody is told more of it than can be read.
    expect(described.value.problems.length).toBeLessThanOrEqual(SCENARIO_LIMITS.problemsPerFile);
  });

  it('refuses more SMMUs than a machine is made of at once', () => {
    const problemsOf = (count: number): readonly string[] => {
      const files = filesOf({ 'main.smmu': many(count, (i) => `smmu smmu${i} model=mmu-600`) });
      return counted(describeSteps(counted(readScenarioSteps('/s/main.smmu', files)).value.program, files)).value.problems.map((one) => one.message);
    };
    expect(problemsOf(100)).toEqual([]);
    expect(new Set(problemsOf(102))).toEqual(new Set(['A scenario may declare 100 SMMUs at most.']));
  });

  it.each(['guest', 'create'])('refuses more guests than a scenario may have: %s', (verb) => {
    const problemsOf = (count: number): readonly string[] => {
      const files = filesOf({ 'main.smmu': `hypervisor xen\n${SMMU}${many(count, (i) => `${verb} g${i}`)}` });
      return counted(describeSteps(counted(readScenarioSteps('/s/main.smmu', files)).value.program, files)).value.problems.map((one) => one.message);
    };
    expect(problemsOf(256)).toEqual([]);
    expect(problemsOf(257)).toEqual(['A scenario may have 256 guests at most.']);
  });
});
