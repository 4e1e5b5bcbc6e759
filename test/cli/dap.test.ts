import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../cli/command.ts';
import { dap } from '../../cli/dap.ts';
import { nodeFiles } from '../../cli/files.ts';

const SILENT = { write: () => undefined };
const IO = { stdout: SILENT, stderr: SILENT, cwd: '/', env: {}, isTTY: false, columns: 80, files: nodeFiles, script: 'dist/vsmmu.js' };
const SCENARIO = 'examples/scenarios/first-translation.smmu';

/** Frames messages, and splits what comes back. */
function speak(input: Readable, output: Writable): { send(command: string, args?: object): void; until(what: string): Promise<void> } {
  let [seq, text] = [1, ''];
  const waiting: { readonly what: string; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  input.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const one of waiting.splice(0)) {
      if (text.includes(one.what)) one.resolve();
      else if (text.includes('"success":false')) one.reject(new Error(text));
      else waiting.push(one);
    }
  });
  return {
    send(command, args = {}) {
      const message = JSON.stringify({ seq: seq++, type: 'request', command, arguments: args });
      output.write(`Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`);
    },
    until: (what) => (text.includes(what) ? Promise.resolve() : new Promise((resolve, reject) => waiting.push({ what, resolve, reject }))),
  };
}

async function talk({ send, until }: ReturnType<typeof speak>): Promise<void> {
  send('initialize', { adapterID: 'vsmmu' });
  await until('"command":"initialize"');
  send('launch', { program: `${process.cwd()}/${SCENARIO}`, stopOnEntry: true });
  await until('"event":"initialized"');
  send('configurationDone');
  await until('"event":"stopped"');
  send('disconnect');
  await until('"command":"disconnect"');
}

describe('vsmmu dap', () => {
  it.each<[string, object]>([
    ['nothing', {}], ['both ways at once', { stdio: true, port: '0' }], ['no port', { port: 'x' }], ['a port that is none', { port: '70000' }],
  ])('wants to be told how to speak: %s', async (_, values) => {
    await expect(async () => await dap.run({ values: { ...values }, positionals: [] }, IO)).rejects.toThrow(UsageError);
  });

  it('is a debug adapter over stdio, and ends with the session', async () => {
    const child = spawn(process.execPath, ['dist/vsmmu.js', 'dap', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    try {
      await talk(speak(child.stdout, child.stdin));
      expect((await ended)[0]).toBe(0);
    } finally {
      child.kill();
    }
  });

  it('serves several clients over a port, one session each', async () => {
    const child = spawn(process.execPath, ['dist/vsmmu.js', 'dap', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [first] = await once(child.stdout, 'data') as [Buffer];
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(first.toString())?.[1]);
      const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
      await Promise.all(sockets.map((socket) => talk(speak(socket, socket))));
      await Promise.all(sockets.map((socket) => (socket.closed ? undefined : once(socket, 'close'))));
    } finally {
      child.kill();
    }
  });
});
