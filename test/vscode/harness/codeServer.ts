/**
 * Starts code-server on this machine with our packaged extension installed, as a user installs it,
 * in folders of its own: nothing of the person who runs the tests is read or written. Ends what it
 * started, extension hosts too: they are one group of processes.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { run, type InstalledWorkbench } from './install.ts';

/** Settings that keep VS Code's own chrome out of the tests' way. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'update.showReleaseNotes': false,
  'telemetry.telemetryLevel': 'off',
  'editor.minimap.enabled': false,
  'editor.hover.delay': 100,
  'editor.cursorBlinking': 'solid',
  'editor.accessibilitySupport': 'off',
  'window.commandCenter': false,
  'security.workspace.trust.enabled': false,
  'window.autoDetectColorScheme': true,
  'debug.openDebug': 'openOnSessionStart',
};

export interface CodeServer {
  readonly url: string;
  /** Folder of the user's settings, to write other ones. */
  readonly configure: (settings: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Where the packaged extensions were unpacked. */
  readonly extensions: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Ends a group of processes at once, if there is anything left of it. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('code-server did not answer within a minute');
}

/** For whom VS Code is started: the tests, unless something else is said. */
export interface Audience {
  /** The user's settings to begin with. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What the browser is asked for first; none for the tests. */
  readonly password?: string;
  /** More options of the command line. */
  readonly options?: readonly string[];
  /** More variables of the environment, which the extension host sees. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts VS Code with the packaged extensions, in a folder of its own. */
export async function startCodeServer(installed: InstalledWorkbench, extensions: readonly string[], folder: string, audience: Audience = {}): Promise<CodeServer> {
  const at = (name: string): string => join(folder, name);
  await Promise.all(['user/User', 'extensions', 'config', 'data', 'tmp'].map((name) => mkdir(at(name), { recursive: true })));
  const configure = (settings: Readonly<Record<string, unknown>>): Promise<void> =>
    writeFile(at('user/User/settings.json'), JSON.stringify({ ...(audience.settings ?? SETTINGS), ...settings }, null, 2));
  await configure({});
  await writeFile(at('config.yaml'), '');
  const env = {
    PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8', TZ: 'UTC',
    XDG_CONFIG_HOME: at('config'), XDG_DATA_HOME: at('data'), TMPDIR: at('tmp'),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...(audience.password === undefined ? {} : { PASSWORD: audience.password }),
    ...audience.env,
  };
  const common = ['--user-data-dir', at('user'), '--extensions-dir', at('extensions'), '--config', at('config.yaml')];
  const chosen = extensions.flatMap((vsix) => ['--install-extension', vsix]);
  await run(installed.node, [installed.codeServer, ...common, ...chosen], { env });

  const port = await freePort();
  const child = spawn(installed.node, [
    installed.codeServer, ...common, '--auth', audience.password === undefined ? 'none' : 'password', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry',
    '--disable-update-check', '--disable-getting-started-override', ...(audience.options ?? []),
  ], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const abandon = (): void => killGroup(child);
  process.prependOnceListener('exit', abandon);
  const log = createWriteStream(at('code-server.log'));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
    // What it started may outlive it, and would make files in a folder that is being removed.
    killGroup(child);
    process.off('exit', abandon);
    log.end();
  };
  await untilHealthy(url, child).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, configure, extensions: at('extensions'), stop };
}
