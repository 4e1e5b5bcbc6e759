/**
 * A small runner: each test gets a fresh copy of a folder and a fresh window on it, and is told
 * apart by its sentence. Prints a line a test and closes with the counts.
 */
import { rmSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { startCodeServer, type CodeServer } from './codeServer.ts';
import { runInHost, type HostResult } from './inHost.ts';
import { install, run, type Installed } from './install.ts';
import { CURRENT, type Version } from './versions.ts';
import { packageExtension } from './packageExtension.ts';
import { Workbench } from './workbench.ts';

const STEP_TIMEOUT = 45_000;
const SCREENSHOTS = 'out/screenshots';

/** What a test is given: the window, and the folder that it shows. */
export interface Stage {
  readonly workbench: Workbench;
  readonly folder: string;
}

export interface UiTest {
  /** A sentence: what a user sees. */
  readonly name: string;
  /** The folder of the checkout that is copied and opened. */
  readonly workspace: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The folder of another extension that is installed beside ours. */
  readonly beside?: string;
  run(stage: Stage): Promise<void>;
}

/** What is run in one VS Code. */
export interface Plan {
  readonly version: Version;
  readonly tests: readonly UiTest[];
  /** Words that choose tests inside the extension host; undefined where none is to run. */
  readonly inHost: readonly string[] | undefined;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Running {
  readonly browser: Browser;
  readonly server: CodeServer;
  readonly scratch: string;
  readonly version: Version;
}

async function packageOther(folder: string): Promise<string> {
  const vsix = resolve('out', `${basename(folder)}.vsix`);
  const vsce = resolve('node_modules/.bin/vsce');
  await run(vsce, ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', vsix], { cwd: folder });
  return vsix;
}

function launch(installed: Installed): Promise<Browser> {
  return chromium.launch({
    executablePath: installed.chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

async function runOne(test: UiTest, { browser, server, scratch, version }: Running): Promise<unknown> {
  // The documentation is made of those of the current VS Code.
  const pictures = version === CURRENT ? SCREENSHOTS : undefined;
  const folder = join(await mkdtemp(join(scratch, 'workspace-')), basename(test.workspace));
  await cp(test.workspace, folder, { recursive: true });
  await server.configure(test.settings ?? {});
  const context = await browser.newContext({ viewport: { width: 1360, height: 820 }, colorScheme: 'dark' });
  context.setDefaultTimeout(STEP_TIMEOUT);
  const workbench = new Workbench(await context.newPage(), { configure: (more) => server.configure({ ...test.settings, ...more }), pictures, version });
  try {
    await workbench.openFolder(server.url, folder);
    await test.run({ workbench, folder });
    return undefined;
  } catch (error) {
    await workbench.picture(`failed-${version.vscode}-${test.name.replace(/\W+/g, '-')}`, SCREENSHOTS).catch(() => undefined);
    return error;
  } finally {
    await context.close();
  }
}

function report(name: string, milliseconds: number, error: unknown): void {
  console.log(`${error === undefined ? '  ok    ' : '  FAILED'} ${name} (${(milliseconds / 1000).toFixed(1)} s)`);
  if (error !== undefined) console.log(error instanceof Error ? error.stack ?? error.message : String(error));
}

/** Runs the tests that want the same extensions in one VS Code; answers how many failed. */
async function runAll(tests: readonly UiTest[], running: Running): Promise<number> {
  let failed = 0;
  for (const test of tests) {
    const start = Date.now();
    // A browser test can stumble over the browser: what fails is tried once more in a window of its own, and said.
    const first = await runOne(test, running);
    const error = first === undefined ? undefined : await runOne(test, running);
    if (first !== undefined && error === undefined) console.log(`  again   ${test.name}: ${first instanceof Error ? first.message : String(first)}`);
    report(test.name, Date.now() - start, error);
    if (error !== undefined) failed += 1;
  }
  return failed;
}

interface Ground {
  readonly installed: Installed;
  readonly ours: string;
  readonly browser: Browser;
  readonly scratch: string;
  readonly version: Version;
}

async function runUi(tests: readonly UiTest[], { installed, ours, browser, scratch, version }: Ground): Promise<number> {
  let failed = 0;
  for (const beside of new Set(tests.map((test) => test.beside))) {
    const extensions = beside === undefined ? [ours] : [ours, await packageOther(beside)];
    const server = await startCodeServer(installed, extensions, await mkdtemp(join(scratch, 'code-server-')));
    try {
      failed += await runAll(tests.filter((test) => test.beside === beside), { browser, server, scratch, version });
    } finally {
      await server.stop();
    }
  }
  return failed;
}

async function runPlan({ version, tests, inHost }: Plan, ours: string, scratch: string): Promise<Counts> {
  const installed = await install(version);
  console.log(`\nVS Code ${version.vscode} (code-server ${version.codeServer})`);
  const browser = await launch(installed);
  try {
    const failed = await runUi(tests, { installed, ours, browser, scratch, version });
    const results: readonly HostResult[] = inHost === undefined ? [] : await runInHost({ version, installed, ours, browser, folder: await mkdtemp(join(scratch, 'in-host-')), words: inHost });
    for (const { name, milliseconds, error } of results) report(name, milliseconds, error);
    const failedInHost = results.filter(({ error }) => error !== undefined).length;
    return { passed: tests.length - failed + results.length - failedInHost, failed: failed + failedInHost };
  } finally {
    await browser.close();
  }
}

/** Removes a folder; what cannot be removed is no failure of a test. */
function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    console.log(error);
  }
}

/** Installs, starts and runs everything; answers the exit code. A plan that cannot be run counts as a failure. */
export async function runSuite(plans: readonly Plan[]): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'vsmmu-vscode-'));
  // An exit ends what was started; a signal alone would not.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  process.once('exit', () => discard(scratch));
  let [passed, failed] = [0, 0];
  try {
    const ours = await packageExtension();
    for (const plan of plans) {
      const counts = await runPlan(plan, ours, scratch).catch((error: unknown) => {
        console.log(`VS Code ${plan.version.vscode} could not be run:`, error);
        return { passed: 0, failed: 1 };
      });
      passed += counts.passed;
      failed += counts.failed;
    }
    if (passed + failed === 0) throw new Error('no test has such a name');
  } catch (error) {
    console.log(error);
    failed += 1;
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
