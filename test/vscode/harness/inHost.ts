/**
 * Runs the tests of test/vscode/inhost inside VS Code's extension host, against the extension as it is
 * packaged: VS Code loads it from where it was installed, and then the bundle of the tests, which leaves
 * its results in a file. VS Code says through a function of the page that it is done.
 */
import { cp, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { startCodeServer } from './codeServer.ts';
import type { Installed } from './install.ts';
import type { Version } from './versions.ts';

const DEADLINE = 180_000;

/** What came of one test inside the extension host. */
export interface HostResult {
  readonly name: string;
  readonly milliseconds: number;
  readonly error?: string;
}

export interface InHost {
  readonly version: Version;
  readonly installed: Installed;
  /** Our packaged extension. */
  readonly ours: string;
  readonly browser: Browser;
  /** A folder for all that is written. */
  readonly folder: string;
  readonly words: readonly string[];
}

/** Opens the folder with the extension and its tests loaded, and waits for the end of the tests. */
async function visit(browser: Browser, url: string, lines: [string, string][]): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    const ended = new Promise<void>((done) => void page.exposeFunction('codeAutomationExit', () => done()));
    await page.exposeFunction('codeAutomationLog', () => undefined);
    await page.goto(`${url}/?${new URLSearchParams(lines).toString()}`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the tests in the extension host did not end')), DEADLINE);
    });
    await Promise.race([ended, late]).finally(() => clearTimeout(timer));
  } finally {
    await context.close();
  }
}

/** Runs the tests whose names have all the words. */
export async function runInHost({ version, installed, ours, browser, folder, words }: InHost): Promise<readonly HostResult[]> {
  // One folder deeper than a vsmmu.json would be seen: the extension is not active before the tests are.
  const workspace = join(folder, 'workspace');
  await cp('examples', join(workspace, 'sources/examples'), { recursive: true });
  const results = join(folder, 'results.json');
  const server = await startCodeServer(installed, [ours], join(folder, 'server'), {
    options: version.hostTests,
    env: { VSMMU_TEST_RESULTS: results, VSMMU_TEST_WORDS: words.join(' ') },
  });
  try {
    const extension = (await readdir(server.extensions)).find((name) => name.startsWith('vsmmu-workbench.'));
    if (extension === undefined) throw new Error('our extension was not installed');
    const remote = (path: string): string => `vscode-remote://${new URL(server.url).host}${path}`;
    await visit(browser, server.url, [['folder', workspace], ['payload', JSON.stringify([
      ['extensionDevelopmentPath', remote(join(server.extensions, extension))],
      ['extensionTestsPath', remote(resolve('out/test-vscode/inhost.js'))],
    ])]]);
    return JSON.parse(await readFile(results, 'utf8')) as readonly HostResult[];
  } finally {
    await server.stop();
  }
}
