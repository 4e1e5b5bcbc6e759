/**
 * `npm run code:web`: packages the extension, installs it into a VS Code of its own (code-server), opens the
 * examples and says where, until Ctrl-C. Only this machine can reach it, and only with the password: other
 * people may work on the same machine. What is set in that VS Code is forgotten when it ends.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startCodeServer } from './harness/codeServer.ts';
import { installWorkbench } from './harness/install.ts';
import { packageExtension } from './harness/packageExtension.ts';
import { CURRENT } from './harness/versions.ts';

/** VS Code as it comes, but for what would ask the network or get between a newcomer and the examples. */
const SETTINGS = {
  'security.workspace.trust.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'window.autoDetectColorScheme': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'update.showReleaseNotes': false,
};

function untilAsked(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
  });
}

/** Serves until Ctrl-C. */
export async function serve(): Promise<void> {
  const installed = await installWorkbench(CURRENT);
  console.log('Packaging the extension ...');
  const extension = await packageExtension();
  const folder = await mkdtemp(join(tmpdir(), 'vsmmu-web-'));
  const asked = untilAsked();
  try {
    const password = randomBytes(6).toString('hex');
    const server = await startCodeServer(installed, [extension], folder, { settings: SETTINGS, password });
    console.log(`\nVS Code with the examples:\n  ${server.url}/?folder=${encodeURIComponent(resolve('examples'))}\n  password ${password}\n\nF1, then "vSMMU: Get Started". Ctrl-C here ends it.`);
    await asked;
    await server.stop();
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
