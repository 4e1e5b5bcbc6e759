// Builds the libraries of the npm package into lib/ (or the folder that is named): the device-tree
// front end, the xl reader and the emulator, each as an ES module and as CommonJS, with types.
// `npm pack` runs it; the extension has no use for them.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const ENTRIES = { devicetree: 'model/devicetree/index.ts', xl: 'model/xl/index.ts', emulator: 'emulator/index.ts' };

process.chdir(resolve(import.meta.dirname, '..'));
const out = resolve(process.argv[2] ?? 'lib');
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const shared = { entryPoints: ENTRIES, outdir: out, bundle: true, platform: 'neutral', target: 'es2022', logLevel: 'warning' };
await Promise.all([
  build({ ...shared, format: 'esm', outExtension: { '.js': '.mjs' } }),
  build({ ...shared, format: 'cjs', outExtension: { '.js': '.cjs' } }),
]);

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const types = join(out, 'types');
const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.libraries.json', '--outDir', types], { encoding: 'utf8' });
if (status !== 0) throw new Error(`no types: ${stdout}`);
// Sources import each other by their own names; whoever uses the types has the built files.
for (const entry of await readdir(types, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replaceAll(/((?:from|import)\s*\(?\s*['"]\.\.?\/[^'"]*)\.ts(['"])/g, '$1.js$2'));
}
