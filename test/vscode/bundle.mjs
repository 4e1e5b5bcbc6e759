// Loads a program of this folder, which is TypeScript: bundles it first.
import { build } from 'esbuild';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const COMMON = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };

/** The module behind `test/vscode/NAME.ts`. Works from the top of the checkout from then on. */
export async function load(name) {
  process.chdir(resolve(import.meta.dirname, '../..'));
  const outfile = `out/test-vscode/${name}.mjs`;
  await build({ ...COMMON, entryPoints: [`test/vscode/${name}.ts`], outfile, format: 'esm', packages: 'external' });
  return import(pathToFileURL(resolve(outfile)).href);
}

/** Bundles the tests that VS Code's extension host loads. */
export async function bundleHostTests() {
  await build({ ...COMMON, entryPoints: ['test/vscode/inhost/main.ts'], outfile: 'out/test-vscode/inhost.js', format: 'cjs', external: ['vscode'] });
}
