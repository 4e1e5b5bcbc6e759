// Makes the bytecode cache of the built server: lets it analyse the example board once, as an
// editor would, and end. See codeCache.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Runs `dist/server.js` on a board until it has reported, and lets it write its bytecode. */
export async function writeCodeCache(server, board) {
  const child = spawn(process.execPath, [server, '--stdio'], { env: { ...process.env, VSMMU_WRITE_CODE_CACHE: '1' }, stdio: ['pipe', 'pipe', 'inherit'] });
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const textDocument = { uri: pathToFileURL(resolve(board)).href };
  let heard = '';
  const ended = once(child, 'exit');
  const until = async (word) => {
    while (!heard.includes(word)) {
      const chunk = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
      if (chunk === undefined) throw new Error('the built server ended before it had reported');
      heard += chunk.toString();
    }
  };
  send({ id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
  send({ method: 'initialized', params: {} });
  send({ method: 'textDocument/didOpen', params: { textDocument: { ...textDocument, languageId: 'dts', version: 1, text: readFileSync(board, 'utf8') } } });
  await until('publishDiagnostics');
  send({ id: 2, method: 'textDocument/hover', params: { textDocument, position: { line: 10, character: 3 } } });
  send({ id: 3, method: 'shutdown' });
  await until('"id":3');
  send({ method: 'exit' });
  await ended;
}
