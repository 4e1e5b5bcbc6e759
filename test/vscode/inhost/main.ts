/**
 * The tests that VS Code's extension host runs, in order: the first of them activates the extension. Leaves
 * what came of each in the file that VSMMU_TEST_RESULTS names; VSMMU_TEST_WORDS chooses tests by name.
 */
import { writeFile } from 'node:fs/promises';
import { activation } from './activation.ts';
import { debugging } from './debugging.ts';
import type { HostTest } from './host.ts';
import { languages } from './languages.ts';
import { tools } from './tools.ts';

interface Result {
  readonly name: string;
  readonly milliseconds: number;
  readonly error?: string;
}

async function runOne({ name, run }: HostTest): Promise<Result> {
  const start = Date.now();
  try {
    const measured = await run();
    return { name: measured === undefined ? name : `${name}: ${measured}`, milliseconds: Date.now() - start };
  } catch (error) {
    return { name, milliseconds: Date.now() - start, error: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}

/** What VS Code calls. */
export async function run(): Promise<void> {
  const words = (process.env['VSMMU_TEST_WORDS'] ?? '').split(' ');
  const results: Result[] = [];
  for (const test of [...activation, ...languages, ...debugging, ...tools]) {
    if (words.every((word) => test.name.includes(word))) results.push(await runOne(test));
  }
  await writeFile(process.env['VSMMU_TEST_RESULTS'] ?? '', JSON.stringify(results));
}
