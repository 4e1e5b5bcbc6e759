import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { lsp } from '../../cli/lsp.ts';
import { nodeFiles } from '../../cli/files.ts';
import { UsageError } from '../../cli/command.ts';

const SILENT = { write: () => undefined };
const IO = { stdout: SILENT, stderr: SILENT, cwd: '/', env: {}, isTTY: false, columns: 80, files: nodeFiles };

describe('vsmmu lsp', () => {
  it('wants to be told how to speak', () => {
    expect(() => lsp.run({ values: {}, positionals: [] }, { ...IO, script: 'dist/vsmmu.js' })).toThrow(UsageError);
  });

  it('is a language server over stdio, and ends when the editor says so', async () => {
    const child = spawn(process.execPath, ['dist/vsmmu.js', 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    connection.listen();
    const result = await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    expect(result).toMatchObject({ serverInfo: { name: 'vsmmu' }, capabilities: { hoverProvider: true } });
    await connection.sendNotification('initialized', {});
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    expect((await ended)[0]).toBe(0);
    connection.dispose();
  });
});
