/**
 * Compares our blobs with those of `cpp | dtc` for every board and overlay of a kernel tree, plain
 * and with -@: VSMMU_KERNEL=/path/to/linux node bench/run.mjs corpus-dtb [CACHE [PATTERN]]. dtc's
 * blobs are kept in the folder CACHE, so that a second run is quick. Prints `equal / total` of
 * bytes and of trees, and every exception with its cause.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeFiles } from '../cli/files.ts';
import { readBlob, type BlobNode } from '../model/devicetree/blob/read.ts';
import { toBlob } from '../model/devicetree/blob/write.ts';
import { compile } from '../model/devicetree/compile.ts';
import { findIncludeRoots } from '../model/devicetree/roots.ts';

const kernel = process.env['VSMMU_KERNEL'];
if (kernel === undefined) throw new Error('VSMMU_KERNEL names a kernel tree');
const dtc = process.env['VSMMU_DTC'] ?? 'dtc';
const cache = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'vsmmu-dtc-'));
const pattern = process.argv[3] ?? '';
const TOP = join(kernel, 'arch/arm64/boot/dts');
const INCLUDE_ROOTS = [join(kernel, 'scripts/dtc/include-prefixes'), join(kernel, 'include')];
const CPP = ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', ...INCLUDE_ROOTS.flatMap((r) => ['-I', r])];

/** dtc's blob, or why there is none. */
function dtcBlob(name: string, symbols: boolean): Uint8Array | string {
  const kept = join(cache, `${name}${symbols ? '.symbols' : ''}.dtb`);
  if (!existsSync(kept)) {
    const source = join(TOP, name);
    const { stdout: text } = spawnSync('cpp', [...CPP, source], { maxBuffer: 1 << 28 });
    const args = ['-q', ...(symbols ? ['-@'] : []), '-I', 'dts', '-O', 'dtb', '-i', dirname(source), '-'];
    const { status, stdout, stderr } = spawnSync(dtc, args, { input: text, maxBuffer: 1 << 28 });
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, status === 0 ? stdout : `dtc: ${stderr.toString().split('\n')[0]}`);
  }
  const data = readFileSync(kept);
  return data.subarray(0, 4).toString('latin1') === 'dtc:' ? data.toString() : data;
}

/** A tree without the order of its nodes and properties. */
function unordered(node: BlobNode | undefined): unknown {
  if (node === undefined) return undefined;
  const properties = node.properties.map((p) => [p.name, Buffer.from(p.data).toString('hex')]).sort();
  return [node.name, properties, node.children.map((c) => JSON.stringify(unordered(c))).sort()];
}

const spent = { ms: 0, trees: 0 };

/** Our blob, or the first of our errors. */
function ourBlob(name: string, symbols: boolean): Uint8Array | string {
  const path = join(TOP, name);
  const start = performance.now();
  const compilation = compile(path, nodeFiles, { includeRoots: findIncludeRoots(path, existsSync), symbols });
  spent.ms += performance.now() - start;
  spent.trees += 1;
  const error = compilation.problems.find((p) => p.level === 'error');
  return error === undefined ? toBlob(compilation.tree) : `we: ${error.message} (${error.range.file})`;
}

type Verdict = 'bytes' | 'tree' | 'refused by both' | 'different';

function compare(name: string, symbols: boolean): { verdict: Verdict; cause: string } {
  const theirs = dtcBlob(name, symbols);
  const ours = ourBlob(name, symbols);
  if (typeof theirs === 'string') return { verdict: typeof ours === 'string' ? 'refused by both' : 'different', cause: theirs };
  if (typeof ours === 'string') return { verdict: 'different', cause: ours };
  if (Buffer.compare(ours, theirs) === 0) return { verdict: 'bytes', cause: '' };
  const same = JSON.stringify(unordered(readBlob(ours).root)) === JSON.stringify(unordered(readBlob(theirs).root));
  return { verdict: same ? 'tree' : 'different', cause: same ? 'another order' : 'another tree' };
}

const names = readdirSync(TOP, { recursive: true, encoding: 'utf8' }).filter((f) => /\.dtso?$/.test(f) && f.includes(pattern)).sort();
for (const symbols of [false, true]) {
  for (const kind of ['dts', 'dtso']) {
    const results = names.filter((n) => n.endsWith(`.${kind}`)).map((name) => ({ name, ...compare(name, symbols) }));
    const counted = results.filter((r) => r.verdict !== 'refused by both');
    const bytes = counted.filter((r) => r.verdict === 'bytes').length;
    const trees = bytes + counted.filter((r) => r.verdict === 'tree').length;
    process.stdout.write(`.${kind}${symbols ? ' -@' : ''}: bytes equal ${bytes} / ${counted.length}, trees equal ${trees} / ${counted.length}\n`);
    for (const { name, verdict, cause } of results) if (verdict !== 'bytes') process.stdout.write(`  ${name}: ${verdict}: ${cause}\n`);
  }
}
process.stdout.write(`compile: ${(spent.ms / spent.trees).toFixed(1)} ms a tree, files read anew\n`);
