/**
 * Preprocesses every board of a kernel tree and compares the text with what cpp writes, comments
 * and amounts of white space aside. Prints `equal / total` and the first difference of each board
 * that differs.
 *
 *   npx esbuild --bundle --platform=node --format=esm --outfile=out/corpus.mjs bench/preprocess-corpus.ts
 *   VSMMU_KERNEL=/path/to/linux node out/corpus.mjs [FILTER]
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { preprocess } from '../model/devicetree/preprocess/preprocess.ts';
import type { FileHost } from '../model/devicetree/source/files.ts';

const kernel = process.env['VSMMU_KERNEL'] ?? '';
const roots = [join(kernel, 'scripts/dtc/include-prefixes'), join(kernel, 'include')];
const cache = new Map<string, string | undefined>();

function read(path: string): string | undefined {
  try {
    // Latin-1 keeps every byte, whatever the encoding.
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

const host: FileHost = {
  readText(path) {
    if (!cache.has(path)) cache.set(path, read(path));
    return cache.get(path);
  },
  readBytes: () => undefined,
};

/** Text without comments, with one blank for any white space; literals stay as they are. */
function normalise(text: string): string {
  return text
    .replace(/"(?:[^"\\\n]|\\[\s\S])*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*|\s+/g, (found) => (found.startsWith('"') ? found : ' '))
    .replace(/ +/g, ' ')
    .trim();
}

/** What dtc reads when it meets `/include/` in cpp's text. */
function splice(text: string, folder: string): string {
  return text.replace(/\/include\/\s*"([^"]*)"/g, (_all, name: string) => {
    const path = join(folder, name);
    return splice(normalise(host.readText(path) ?? ''), dirname(path));
  });
}

function boards(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return boards(path);
    return /\.dtso?$/.test(entry.name) ? [path] : [];
  });
}

const run = promisify(execFile);

async function cpp(path: string): Promise<string> {
  const flags = ['-P', '-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', ...roots.flatMap((root) => ['-I', root])];
  const { stdout } = await run('cpp', [...flags, path], { encoding: 'latin1', maxBuffer: 1 << 28 });
  return stdout;
}

function difference(ours: string, theirs: string): string {
  let at = 0;
  while (ours[at] === theirs[at]) at++;
  return `  ours:  ${ours.slice(Math.max(0, at - 40), at + 40)}\n  cpp's: ${theirs.slice(Math.max(0, at - 40), at + 40)}`;
}

const filter = process.argv[2] ?? '';
const paths = boards(join(kernel, 'arch/arm64/boot/dts')).filter((path) => path.includes(filter));
let equal = 0;
let problems = 0;
let spent = 0;
for (const path of paths) {
  const theirs = normalise(splice(normalise(await cpp(path)), dirname(path)));
  const start = performance.now();
  const result = preprocess(path, host, { includeRoots: roots });
  spent += performance.now() - start;
  const ours = normalise(result.expanded.text);
  problems += result.problems.length;
  for (const problem of result.problems) console.log(`${path}: ${problem.id}: ${problem.message}`);
  if (ours === theirs) equal++;
  else console.log(`${path}\n${difference(ours, theirs)}`);
}
console.log(`${equal} / ${paths.length} equal; ${problems} problems; ${spent.toFixed(0)} ms in the preprocessor`);
