/** Makes the .vsix of this checkout, the same that users get. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { run } from './install.ts';

/** Answers where it lies. */
export async function packageExtension(): Promise<string> {
  await mkdir('out', { recursive: true });
  await run('npm', ['run', 'package']);
  return resolve('out/vsmmu-workbench.vsix');
}
