// `node bench/run.mjs NAME [ARGUMENTS]`: bundles bench/NAME.ts and runs it.
import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [name, ...rest] = process.argv.slice(2);
const outfile = `out/bench/${name}.mjs`;
mkdirSync('out/bench', { recursive: true });
await build({ entryPoints: [`bench/${name}.ts`], bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile, sourcemap: 'inline', packages: 'external' });
process.argv = [process.argv[0], outfile, ...rest];
await import(pathToFileURL(outfile).href);
