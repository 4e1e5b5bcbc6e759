/**
 * Hostile scenarios of up to a megabyte: how long the longest slice of each stage is, and the whole of it.
 * `node bench/run.mjs hostile [WORD]`
 */
import { createRunSteps } from '../debugger/run/index.ts';
import { checkSteps } from '../debugger/scenario/check/check.ts';
import { NO_BOARD } from '../debugger/scenario/machine.ts';
import type { ScenarioFiles } from '../debugger/scenario/program.ts';
import { readScenarioSteps } from '../debugger/scenario/read.ts';
import { scenarioFormatEdits } from '../server/features/scenario/formatting.ts';
import { scenarioFolds, scenarioSymbols } from '../server/features/scenario/outline.ts';
import { scenarioTokens } from '../server/features/scenario/semanticTokens.ts';

const PATH = '/hostile.smmu';
const MEGABYTE = 1_000_000;

/** As many lines as fit. */
function fill(head: string, line: (index: number) => string): string {
  const lines: string[] = [];
  for (let length = head.length, i = 0; length < MEGABYTE; i++) {
    const next = `${line(i)}\n`;
    lines.push(next);
    length += next.length;
  }
  return head + lines.join('');
}

const SMMU = 'smmu smmu0 model=mmu-600 base=0x9050000\n';
const HOSTILE: Readonly<Record<string, string>> = {
  devices: fill(SMMU, (i) => `device d${i} smmu=smmu0 sid=${i}`),
  'same device': fill(SMMU, () => 'device eth0 smmu=smmu0 sid=1'),
  smmus: fill('', (i) => `smmu smmu${i} model=mmu-600`),
  'same smmu': fill('', () => 'smmu smmu0 model=mmu-600'),
  'lone memories': fill(SMMU, (i) => `memory m${i} ${(i + 1) * 0x10000} 64K`),
  guests: fill(SMMU, (i) => `guest g${i} devices="eth${i}"`),
  'missing files': fill(SMMU, (i) => `guest g${i} "f${i}.cfg"`),
  includes: fill(SMMU, (i) => `include "f${i}.smmu"`),
  'StreamIDs in a line': fill(SMMU, (i) => `device d${i} smmu=smmu0 sid=${'1,'.repeat(4900)}1`),
  'devices in a line': fill(SMMU, (i) => `guest d${i} devices="${'a '.repeat(4900)}"`),
  'fields in a line': fill(SMMU, () => `ste smmu0 8 ${'Confg=1 '.repeat(1200)}`),
  'words in a line': fill(SMMU, () => `probe ${'a '.repeat(4900)}`),
  'long names': fill(SMMU, (i) => `device ${'d'.repeat(9900)}${i} sid=1`),
  'long strings': fill(SMMU, () => `echo "${'x'.repeat(9900)}"`),
  'long templates': fill(SMMU, () => `echo "${'{1}'.repeat(3300)}"`),
  'open quotes': fill(SMMU, () => `echo "${'\\"'.repeat(4900)}`),
  brackets: fill(SMMU, () => `let x = ${'('.repeat(4900)}1${')'.repeat(4900)}`),
  sums: fill(SMMU, () => `let x = ${'1+'.repeat(4900)}1`),
  operators: fill(SMMU, () => `let x = ${'-'.repeat(9900)}1`),
  variables: fill(SMMU, (i) => `let v${i} = v${i} + ste(8).Confg`),
  'no actions': fill('', (i) => `xyzzy${i}`),
  'long words': fill('', () => 'x'.repeat(9990)),
  'one line': `probe ${'a '.repeat(500_000)}`,
  'one word': 'x'.repeat(MEGABYTE),
  'one comment': `#${'x'.repeat(MEGABYTE)}`,
  comments: '#\n'.repeat(500_000),
  'empty lines': '\n'.repeat(MEGABYTE),
  blanks: `${' '.repeat(9990)}\n`.repeat(100),
  expectations: fill(SMMU, () => 'expect fault F_TRANSLATION'),
  indentations: fill('probe\n', () => ' probe'),
  'deeper and deeper': Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}repeat 2\n`).join(''),
  actions: fill(SMMU, () => 'poke 0x80000000 1'),
  'unknown names': fill(SMMU, (i) => `attach dev${i}`),
  'misspelt names': fill(Array.from({ length: 500 }, (_, i) => `device device-number-${i} smmu=smmu0 sid=${i}\n`).join('') + SMMU, (i) => `attach device-numbr-${i}`),
};

interface Taken { most: number; all: number; slices: number }

function clock(): () => number {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return Math.min(performance.now() - start, (user + system) / 1000);
  };
}

function timed<T>(steps: Iterator<unknown, T>): { readonly taken: Taken; readonly value: T } {
  const taken: Taken = { most: 0, all: 0, slices: 0 };
  for (;;) {
    const end = clock();
    const result = steps.next();
    const time = end();
    taken.most = Math.max(taken.most, time);
    taken.all += time;
    taken.slices++;
    if (result.done === true) return { taken, value: result.value };
  }
}

const text = (taken: Taken | undefined): string => (taken === undefined ? '-' : `${taken.most.toFixed(0)}/${taken.all.toFixed(0)}`).padStart(12);

const FEATURES = {
  symbols: scenarioSymbols, folds: scenarioFolds, tokens: scenarioTokens, format: scenarioFormatEdits,
};

const STAGES = ['read', 'check', 'machine', ...Object.keys(FEATURES)];
console.log(`longest slice / all of it, ms${STAGES.map((stage) => stage.padStart(12)).join('').slice(5)}`);
for (const [name, source] of Object.entries(HOSTILE)) {
  if (process.argv[2] !== undefined && !name.includes(process.argv[2])) continue;
  const files: ScenarioFiles = { readText: (path) => (path === PATH ? source : undefined), readBytes: () => undefined, resolve: (_, to) => `/${to}` } as ScenarioFiles;
  const read = timed(readScenarioSteps(PATH, files));
  const check = timed(checkSteps(read.value, { ...NO_BOARD, isComplete: true }, { files }));
  const run = timed(createRunSteps({ ...read.value.program, problems: [] }, files));
  const document = { path: PATH, text: source, checked: check.value };
  const features = Object.values(FEATURES).map((feature) => timed<unknown>(feature(document)).taken);
  console.log(name.padEnd(24) + [read.taken, check.taken, run.taken, ...features].map(text).join(''));
}
