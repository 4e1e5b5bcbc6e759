/** Builds the server once a test run, and starts clients on it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Client } from '../client.ts';

let built: Promise<string> | undefined;

/** The path of a freshly bundled server. */
export function serverBundle(): Promise<string> {
  return (built ??= bundle());
}

async function bundle(): Promise<string> {
  const outdir = join(mkdtempSync(join(tmpdir(), 'vsmmu-server-')), 'dist');
  const entryPoints = { server: 'server/main.ts', 'server-main': 'server/lsp/server.ts' };
  await build({ entryPoints, bundle: true, platform: 'node', target: 'node20', format: 'cjs', outdir, logLevel: 'error' });
  return join(outdir, 'server.js');
}

/** A client with a server of its own, started with `options`. */
export async function connect(options: Parameters<Client['start']>[0] = {}): Promise<Client> {
  const client = new Client(process.execPath, [await serverBundle(), '--stdio']);
  await client.start(options);
  return client;
}
