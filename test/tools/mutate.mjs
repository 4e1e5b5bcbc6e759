/**
 * Mutation testing of the walk, the legality rules and the invalidation scopes: changes one
 * operator, literal, condition or statement at a time and runs the emulator's tests until one
 * fails. Prints every survivor and fails below 80 % killed.
 *
 *   node test/tools/mutate.mjs [--only PART-OF-PATH] [--sample N]
 */
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { weave } from './mutation/mutants.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');
const THRESHOLD = 80;
/** The walk, the legality rules, the invalidation scopes. */
const TARGETS = ['emulator/walk', 'emulator/config', 'emulator/tlb/invalidate.ts', 'emulator/tlb/tlb.ts'];
/** Tests of the emulator as a whole; decoding, hypervisors and history do not look at these sources' decisions. */
const TESTS = 'test/emulator';
const WITHOUT = ['decode', 'hypervisor', 'fields', 'idr', 'history'];
const MUTANTS_A_WORKER = 60;

const { values: options } = parseArgs({ options: { only: { type: 'string' }, sample: { type: 'string' } } });

/** The files below a folder whose name ends so, relative to the checkout. */
function filesBelow(folder, end) {
  if (folder.endsWith(end)) return [folder];
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((n) => n.endsWith(end)).map((n) => join(folder, n)).toSorted();
}

function sources() {
  const files = TARGETS.flatMap((t) => filesBelow(t, '.ts'));
  const woven = new Map();
  const mutants = [];
  for (const file of files) {
    if (options.only !== undefined && !file.includes(options.only)) continue;
    const { mutants: found, code } = weave(file, readFileSync(join(ROOT, file), 'utf8'), mutants.length + 1);
    mutants.push(...found);
    woven.set(join(ROOT, file), code);
  }
  return { woven, mutants };
}

/** One file with all mutants, all tests and the stand-in for the test runner. */
async function bundled(woven, folder) {
  const tests = filesBelow(TESTS, '.test.ts').filter((t) => !WITHOUT.some((w) => t.includes(`/${w}/`)));
  const entry = join(folder, 'entry.mjs');
  writeFileSync(entry, [...tests.map((t) => `import ${JSON.stringify(join(ROOT, t))};`), `export { runAll, survey } from ${JSON.stringify(join(HERE, 'mutation/shim.mjs'))};`].join('\n'));
  const outfile = join(folder, 'bundle.mjs');
  await build({
    entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error', absWorkingDir: ROOT, nodePaths: [join(ROOT, 'node_modules')],
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __mutant = globalThis.__mutantNumber ?? 0;" },
    alias: { vitest: join(HERE, 'mutation/shim.mjs') },
    plugins: [{
      name: 'mutants',
      setup: (b) => {
        b.onLoad({ filter: /\.ts$/ }, ({ path }) => {
          const text = woven.get(path) ?? readFileSync(path, 'utf8');
          // Tests find their fixtures beside themselves, wherever the bundle lies.
          return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)).replaceAll('import.meta.dirname', JSON.stringify(dirname(path))), loader: 'ts' };
        });
      },
    }],
  });
  return outfile;
}

/** A process that runs mutants until it hangs or has done its share. */
class Runner {
  #bundle;
  #child;
  #done = 0;

  constructor(bundle) {
    this.#bundle = bundle;
  }

  /** `{killer}`, the number of the failing test, 'timeout' or undefined; without an order, a survey of the tests. */
  async run(message, limit) {
    if (this.#child === undefined || this.#done >= MUTANTS_A_WORKER) await this.#start();
    this.#done++;
    const child = this.#child;
    return await new Promise((settle) => {
      const timer = setTimeout(() => {
        this.stop();
        settle({ killer: 'timeout' });
      }, limit);
      child.once('message', (given) => {
        clearTimeout(timer);
        settle(given);
      });
      child.send(message);
    });
  }

  stop() {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #start() {
    this.stop();
    this.#done = 0;
    const child = fork(join(HERE, 'mutation/worker.mjs'), [pathToFileURL(this.#bundle).href], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, VSMMU_QUICK: '1', VSMMU_RUNS: '30' } });
    this.#child = child;
    await new Promise((settle) => child.once('message', settle));
  }
}

async function runAll(mutants, bundle, { order, limit }) {
  const waiting = [...mutants];
  const results = [];
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, async () => {
    const runner = new Runner(bundle);
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      results.push({ mutant, killer: (await runner.run({ id: mutant.id, order }, limit)).killer });
      if (results.length % 50 === 0) process.stderr.write(`${results.length} of ${mutants.length}\n`);
    }
    runner.stop();
  }));
  return results;
}

/** Every n-th mutant, for a quick look. */
function sampled(mutants) {
  const every = options.sample === undefined ? 1 : Math.max(1, Math.floor(mutants.length / Number(options.sample)));
  return mutants.filter((_, i) => i % every === 0);
}

function report(results) {
  const survivors = results.filter((r) => r.killer === undefined).toSorted((a, b) => a.mutant.id - b.mutant.id);
  for (const { mutant } of survivors) console.log(`survived ${relative(ROOT, join(ROOT, mutant.path))}:${mutant.line}  ${mutant.what}  ${mutant.source}`);
  for (const path of [...new Set(results.map((r) => r.mutant.path))].toSorted()) {
    const of = results.filter((r) => r.mutant.path === path);
    console.log(`${path}: ${of.filter((r) => r.killer !== undefined).length} of ${of.length} killed`);
  }
  const share = (100 * (results.length - survivors.length)) / results.length;
  console.log(`${results.length - survivors.length} of ${results.length} mutants killed (${share.toFixed(1)} %), ${results.filter((r) => r.killer === 'timeout').length} by timeout`);
  return share;
}

mkdirSync(join(ROOT, 'out'), { recursive: true });
const folder = mkdtempSync(join(ROOT, 'out/mutation-'));
try {
  const { woven, mutants } = sources();
  const bundle = await bundled(woven, folder);
  const runner = new Runner(bundle);
  const start = Date.now();
  const { survey } = await runner.run({ id: 0 }, 600_000);
  runner.stop();
  if (survey === undefined) throw new Error('the tests do not run without any mutant');
  for (const text of survey.leftOut) console.log(`left out, ${text}`);
  const time = Date.now() - start;
  console.log(`${mutants.length} mutants; ${survey.order.length} tests take ${time} ms`);
  process.exitCode = report(await runAll(sampled(mutants), bundle, { order: survey.order, limit: time * 4 + 5000 })) >= THRESHOLD ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
