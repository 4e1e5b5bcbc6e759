// `npm run test:vscode`: bundles the suite (it is TypeScript) and runs it.
// Words on the command line choose tests by name; `--headed` is not offered: screenshots tell more.
import { build } from 'esbuild';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

process.chdir(resolve(import.meta.dirname, '../..'));
const outfile = 'out/test-vscode/main.mjs';
await build({
  entryPoints: ['test/vscode/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
const { main } = await import(pathToFileURL(resolve(outfile)).href);
process.exitCode = await main(process.argv.slice(2));
