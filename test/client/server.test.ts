import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

const state = vi.hoisted(() => ({ folders: [] as { uri: { scheme: string } }[], changed: () => undefined as unknown }));
vi.mock('vscode', () => ({
  EventEmitter: class { event = (): undefined => undefined; fire(): void {} },
  workspace: {
    get workspaceFolders() { return state.folders; },
    onDidChangeWorkspaceFolders: (listener: () => unknown) => { state.changed = listener; return { dispose: () => undefined }; },
  },
}));

/** A client that writes down what happens to it. */
const CLIENT = `
const log = globalThis.vsmmuLog = [];
exports.createClient = () => {
  const number = log.filter((line) => line.startsWith('new')).length;
  log.push('new ' + number);
  return {
    onNotification: (method) => log.push('listen ' + number + ' ' + method), onDidChangeState: () => undefined, isRunning: () => true,
    start: async () => void log.push('start ' + number), dispose: async () => void log.push('dispose ' + number), sendRequest: async () => number,
  };
};`;

const folder = mkdtempSync(join(tmpdir(), 'vsmmu-client-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('starts a client anew for a virtual folder that comes later, and for no other', async () => {
  writeFileSync(join(folder, 'client.js'), CLIENT);
  const { Server } = await import('../../client/server.ts');
  const server = new Server({ asAbsolutePath: () => join(folder, 'client.js') } as unknown as ConstructorParameters<typeof Server>[0]);
  server.onNotification('a/b', () => undefined);
  expect(await server.sendRequest('x', {})).toBe(0);
  state.folders = [{ uri: { scheme: 'file' } }];
  state.changed();
  expect(await server.sendRequest('x', {})).toBe(0);
  state.folders.push({ uri: { scheme: 'memfs' } });
  state.changed();
  await vi.waitFor(async () => expect(await server.sendRequest('x', {})).toBe(1));
  state.changed();
  expect(await server.sendRequest('x', {})).toBe(1);
  expect((globalThis as unknown as { vsmmuLog: string[] }).vsmmuLog).toEqual(['new 0', 'listen 0 a/b', 'start 0', 'dispose 0', 'new 1', 'listen 1 a/b', 'start 1']);
});
