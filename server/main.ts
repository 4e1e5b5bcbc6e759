/**
 * The language server as a program: `node server.js --stdio`, or over IPC as VS Code starts it.
 * Loaded as a module by the `vsmmu lsp` command, it only offers `runServer`.
 */
import './lsp/warmUp.ts';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runServer as run } from './lsp/server.ts';

/** Starts the server on the transport that the command line names. */
export function runServer(): void {
  run(pathToFileURL(join(__dirname, '..', 'docs', 'rules')).href);
}

if (require.main === module) runServer();
