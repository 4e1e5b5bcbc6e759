/**
 * Puts what the tests need beside the checkout, once: a Node that VS Code's build asks for,
 * code-server (VS Code's workbench and extension host, served to a browser) and Chromium; people who
 * look at the extension in their browser need the first two only. All of
 * it comes from the npm registry and the system's package manager. The folder is named after the
 * versions, and appears whole or not at all: an install that is broken off leaves nothing half, and of
 * two at the same time the first to end serves both.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Version } from './versions.ts';

/** VS Code's workbench, and the Node that runs it. */
export interface InstalledWorkbench {
  readonly node: string;
  readonly codeServer: string;
}

/** Programs that the harness starts. */
export interface Installed extends InstalledWorkbench {
  readonly chromium: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end; its output is shown only if it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-4000)}`);
  return output;
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** Installs Debian packages where we may, and says what to install where we may not. */
async function debian(packages: readonly string[], purpose: string): Promise<void> {
  if (process.getuid?.() !== 0 || onPath(['apt-get']) === undefined) {
    throw new Error(`${purpose}: please install ${packages.join(' ')} (Debian's names), then run again`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
}

/** The package with ripgrep for this machine. */
const RIPGREP = `@vscode/ripgrep-${process.platform}-${process.arch}`;

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

async function chromium(): Promise<string> {
  if (onPath(BROWSERS) === undefined) await debian(['chromium', 'fonts-dejavu-core'], 'The tests drive Chromium');
  const found = onPath(BROWSERS);
  if (found === undefined) throw new Error('Chromium was installed but is not on PATH');
  return found;
}

/** Without the program that finds files, Quick Open and extensions find none. */
async function putRipgrep(folder: string, inner: string): Promise<void> {
  const bin = join(inner, 'node_modules/@vscode/ripgrep/bin');
  await mkdir(bin, { recursive: true });
  await copyFile(join(folder, 'node_modules', RIPGREP, 'bin/rg'), join(bin, 'rg'));
}

async function workbench(version: Version, folder: string): Promise<void> {
  if (onPath(['g++']) === undefined || onPath(['make']) === undefined || onPath(['python3']) === undefined) {
    await debian(['g++', 'make', 'python3'], 'Small native modules of VS Code are compiled once');
  }
  const npm = (args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> =>
    run('npm', [...args, '--no-audit', '--no-fund'], { cwd, env });
  const nodePackage = `node-${process.platform}-${process.arch}`;
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  await npm(['install', '--ignore-scripts', `${nodePackage}@${version.node}`], folder, process.env);
  const node = join(folder, 'node_modules', nodePackage);
  const env = {
    ...process.env, PATH: `${join(node, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    // Headers and sources are in the packages: nothing asks for a ready-made binary elsewhere.
    npm_config_nodedir: node, npm_config_build_from_source: 'true',
  };
  const found = version.ripgrep === undefined ? [] : [`${RIPGREP}@${version.ripgrep}`];
  await npm(['install', '--ignore-scripts', `code-server@${version.codeServer}`, ...found], folder, env);
  const inner = join(folder, 'node_modules/code-server/lib/vscode');
  await npm(['install', '--omit=dev', '--ignore-scripts', ...version.installOptions], inner, env);
  if (version.ripgrep !== undefined) await putRipgrep(folder, inner);
  await run('npm', ['rebuild', ...version.compiled.vscode], { cwd: inner, env });
  if (version.compiled.codeServer.length > 0) await run('npm', ['rebuild', ...version.compiled.codeServer], { cwd: folder, env });
}

/** VS Code's workbench, installed now if it is not there yet. */
export async function installWorkbench(version: Version): Promise<InstalledWorkbench> {
  const cache = process.env['VSMMU_TEST_CACHE'] ?? join(homedir(), '.cache', 'vsmmu-workbench');
  const parts = ['code-server', version.codeServer, 'node', version.node, ...(version.ripgrep === undefined ? [] : ['ripgrep', version.ripgrep]), process.platform, process.arch];
  const home = join(cache, parts.join('-'));
  if (!existsSync(home)) {
    const start = Date.now();
    process.stdout.write(`Installing VS Code ${version.vscode} (code-server ${version.codeServer}) into ${home} ...\n`);
    await mkdir(cache, { recursive: true });
    const building = await mkdtemp(join(cache, 'building-'));
    try {
      await workbench(version, building);
      await rename(building, home).catch((error: unknown) => {
        if (!existsSync(home)) throw error;
      });
    } finally {
      await rm(building, { recursive: true, force: true });
    }
    process.stdout.write(`Installed in ${((Date.now() - start) / 1000).toFixed(0)} s\n`);
  }
  return {
    node: join(home, `node_modules/node-${process.platform}-${process.arch}/bin/node`),
    codeServer: join(home, 'node_modules/code-server/out/node/entry.js'),
  };
}

/** Everything the tests need, installed now if it is not there yet. */
export async function install(version: Version): Promise<Installed> {
  const browser = await chromium();
  return { ...await installWorkbench(version), chromium: browser };
}
