// Bundles the programs of the product into dist/: the extension (VS Code loads it), the language server
// (a process of its own), the debug adapter (loaded with the first session), the vsmmu command, and the
// script and style of the webviews. `--watch` rebuilds on change.
import { build, context } from 'esbuild';
import { chmod } from 'node:fs/promises';
import { writeThirdParty } from './packaging/thirdParty.mjs';
import { writeCodeCache } from './server/codeCache.mjs';

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true,
  sourcemap: process.argv.includes('--sourcemap'),
  legalComments: 'none',
  logLevel: 'warning',
};

const programs = [
  { entryPoints: { extension: 'client/extension.ts' }, external: ['vscode'] },
  { entryPoints: { client: 'client/languageClient.ts' }, external: ['vscode'] },
  { entryPoints: { server: 'server/main.ts', 'server-main': 'server/lsp/server.ts' } },
  { entryPoints: { dap: 'debugger/dap/main.ts' } },
  { entryPoints: { vsmmu: 'cli/main.ts' }, external: ['./server.js', './dap.js'], banner: { js: '#!/usr/bin/env node' } },
  { entryPoints: { views: 'client/views/web/main.ts' }, platform: 'browser', format: 'iife', target: 'es2022' },
].map((program) => ({ ...shared, ...program, outdir: 'dist' }));

if (process.argv.includes('--watch')) {
  for (const program of programs) await (await context(program)).watch();
} else {
  const built = await Promise.all(programs.map((program) => build({ ...program, metafile: true })));
  writeThirdParty(built.map(({ metafile }) => metafile), 'dist');
  await chmod('dist/vsmmu.js', 0o755);
  await writeCodeCache('dist/server.js', 'examples/merlin/merlin-evk.dts');
}
