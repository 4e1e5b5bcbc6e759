/**
 * The language server as a program: `node server.js --stdio`, or over IPC as VS Code starts it.
 * Loaded as a module by the `vsmmu lsp` command, it only offers `runServer`. The server itself is
 * the bundle beside it.
 */
import './lsp/warmUp.ts';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadProgram } from './codeCache.ts';

/** Starts the server on the transport that the command line names. */
export function runServer(): void {
  const server = loadProgram(join(__dirname, 'server-main.js')) as { runServer(pages: string): void };
  server.runServer(pathToFileURL(join(__dirname, '..', 'docs', 'rules')).href);
}

if (require.main === module) runServer();
