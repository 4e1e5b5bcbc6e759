// Loads a program of this folder, which is TypeScript: bundles it first.
import { build } from 'esbuild';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

/** The module behind `test/vscode/NAME.ts`. Works from the top of the checkout from then on. */
export async function load(name) {
  process.chdir(resolve(import.meta.dirname, '../..'));
  const outfile = `out/test-vscode/${name}.mjs`;
  await build({
    entryPoints: [`test/vscode/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(resolve(outfile)).href);
}
