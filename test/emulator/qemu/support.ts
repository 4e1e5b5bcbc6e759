/** What the tests over recorded cases share: where the cases are, and how to run one. */
import { join } from 'node:path';
import { parseCase } from '../../../emulator/replay/case.ts';
import { replay, type ReplayOptions } from '../../../emulator/replay/engine.ts';
import { recorded, type Case, type Recorded, type Result } from './caseFormat.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** All recorded cases of a file; undefined where they are not beside the checkout, or VSMMU_QUICK asks for less. */
export function sharedCases(name: string): Recorded[] | undefined {
  if (process.env['VSMMU_QUICK'] !== undefined) return undefined;
  return recorded(join(ROOT, '../shared/vectors/qemu', name));
}

/** The few cases that come with the project. */
export function fixtureCases(): (Recorded & { set?: 'clean' | 'wild' })[] {
  return recorded(join(ROOT, 'test/fixtures/qemu/cases.jsonl')) ?? [];
}

/** Runs a case on the emulator. */
export function run(input: Case, options: ReplayOptions = {}): Result {
  const parsed = parseCase(input);
  if (typeof parsed === 'string') throw new Error(parsed);
  const { dma, events, ...rest } = replay(parsed, options);
  return { ...rest, dma: [...dma], events: [...events] };
}
