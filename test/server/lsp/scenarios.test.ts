/** Scenarios over a real process: problems as one types and as the board changes, and every request answered. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Client, type Published, uriOf } from '../client.ts';
import { connect } from './build.ts';

const clients: Client[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Items { items: { label: string }[] }

interface Opened { client: Client; at: (name: string) => string; read: (name: string) => string }

/** A server on a copy of the Xen example. */
async function session(options: { capabilities?: object; settings?: object } = {}): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'vsmmu-scenario-'));
  folders.push(folder);
  cpSync('examples', folder, { recursive: true });
  const client = await connect({ folder, capabilities: options.capabilities ?? {}, initializationOptions: { settings: options.settings ?? {} } });
  clients.push(client);
  const at = (name: string): string => join(folder, name);
  return { client, at, read: (name) => readFileSync(at(name), 'utf8') };
}

const codes = (published: Published | undefined): string[] | undefined => published?.diagnostics.map((one) => one.code).sort();

function until(client: Client, path: string, wanted: string[]): Promise<true> {
  return client.until(() => {
    const last = client.published.findLast((one) => one.uri === uriOf(path));
    return JSON.stringify(codes(last)) === JSON.stringify(wanted) ? true : undefined;
  }, `${wanted.join(', ')} in ${path}`);
}

const SCENARIO = 'board "merlin-xen.dts"\nhypervisor xen viommu=smmuv3\nguest domd "domd.cfg"\n\nin domd\n  probe\n  attach eth0\ndma eth0 read 0x1000\nexpect fault F_TRANSLATION StreamID=8\n';

function open({ client, at }: Opened, text = SCENARIO): string {
  const path = at('xen/test.smmu');
  client.open(path, text, 'smmu-scenario');
  return path;
}

describe.each([['an editor that is told', {}], ['an editor that asks', { textDocument: { diagnostic: {} } }]])('%s', (_kind, capabilities) => {
  it('sees mistakes as they are typed, and as the board changes', async () => {
    const opened = await session({ capabilities });
    const { client, at, read } = opened;
    const path = open(opened);
    await until(client, path, []);
    client.change(path, 2, { line: 7, character: 4, length: 4, text: 'eth9' });
    await until(client, path, ['scenario-unknown-device']);
    client.change(path, 3, { line: 7, character: 4, length: 4, text: 'eth0' });
    await until(client, path, []);
    const board = at('xen/merlin-xen.dts');
    const text = read('xen/merlin-xen.dts');
    client.open(board, text);
    const line = text.slice(0, text.indexOf('&eth0 {')).split('\n').length - 1;
    client.change(board, 2, { line, character: 0, length: 1, text: 'other: &' });
    client.change(path, 4, { line: 7, character: 4, length: 4, text: 'other' });
    await until(client, path, []);
    client.change(board, 3, { line, character: 0, length: 'other: '.length, text: '' });
    await until(client, path, ['scenario-unknown-device']);
  });

  it('shows problems of an included file in that file, and takes them back', async () => {
    const opened = await session({ capabilities });
    const { client, at } = opened;
    const steps = at('xen/steps.smmu');
    writeFileSync(steps, 'in domd\n  attach eth9\n');
    const path = open(opened, `${SCENARIO}include "steps.smmu"\n`);
    await until(client, steps, ['scenario-unknown-device']);
    client.notify('textDocument/didClose', { textDocument: { uri: uriOf(path) } });
    await until(client, steps, []);
  });
});

describe('requests about a scenario', () => {
  it('are answered from its board', async () => {
    const opened = await session();
    const { client, at } = opened;
    const path = open(opened);
    await until(client, path, []);
    const document = { textDocument: { uri: uriOf(path) } };
    const ask = <T>(method: string, line: number, character: number, more: object = {}): Promise<T> => client.request(`textDocument/${method}`, { ...document, position: { line, character }, ...more }) as Promise<T>;
    expect((await ask<{ contents: { value: string } }>('hover', 7, 5)).contents.value).toMatch(/StreamID.*Given to `domd`/s);
    expect((await ask<Items>('completion', 7, 4)).items.map((one) => one.label).some((label) => label.startsWith('ethernet@'))).toBe(true);
    expect((await ask<Items>('completion', 8, 0, { context: { triggerKind: 2, triggerCharacter: '.' } })).items.length).toBeGreaterThan(10);
    expect((await ask<{ uri: string }[]>('definition', 7, 5))[0]?.uri).toContain('/merlin/');
    expect((await ask<{ uri: string }[]>('definition', 4, 4))[0]?.uri).toBe(uriOf(path));
    expect(await ask('references', 7, 5, { context: { includeDeclaration: false } })).toHaveLength(2);
    expect((await ask<{ signatures: { label: string }[] }>('signatureHelp', 7, 9)).signatures[0]?.label).toMatch(/^dma DEVICE/);
    expect(await client.request('textDocument/documentSymbol', document)).toHaveLength(6);
    expect(await client.request('textDocument/foldingRange', document)).toEqual([{ startLine: 4, endLine: 6 }]);
    expect(((await client.request('textDocument/semanticTokens/full', document)) as { data: number[] }).data.length).toBeGreaterThan(50);
    expect(await client.request('textDocument/documentLink', document)).toEqual([
      expect.objectContaining({ target: uriOf(at('xen/merlin-xen.dts')) }), expect.objectContaining({ target: uriOf(at('xen/domd.cfg')) }),
    ]);
    client.change(path, 2, { line: 5, character: 0, length: 2, text: '\t' });
    expect(await client.request('textDocument/formatting', { ...document, options: { tabSize: 2, insertSpaces: true } })).toEqual([]);
    client.change(path, 3, { line: 6, character: 0, length: 2, text: '\t' });
    expect(await client.request('textDocument/formatting', { ...document, options: { tabSize: 2, insertSpaces: true } })).toHaveLength(2);
    client.change(path, 4, { line: 5, character: 1, length: 5, text: 'prbe' });
    await until(client, path, ['scenario-unknown-action']);
    const range = { start: { line: 5, character: 1 }, end: { line: 5, character: 1 } };
    expect(((await client.request('textDocument/codeAction', { ...document, range, context: { diagnostics: [] } })) as { title: string }[]).map((one) => one.title)).toEqual(['Change to `probe`']);
    for (const method of ['inlayHint', 'codeLens', 'documentHighlight', 'selectionRange', 'onTypeFormatting', 'prepareRename']) {
      expect(await client.request(`textDocument/${method}`, { ...document, range, position: range.start, positions: [], ch: '\n' })).toBeNull();
    }
  });

  it('obey the settings: levels, caps, length', async () => {
    const opened = await session({ settings: { rules: { 'scenario-unknown-device': 'off', 'scenario-unexpected': 'hint' }, limits: { scenarioActions: 10, editorChars: 300 } } });
    const { client } = opened;
    const path = open(opened, `${SCENARIO}in domd\n  attach eth9\n  events smmu_io 5\n`);
    await until(client, path, ['limit-scenario-actions', 'scenario-unexpected']);
    expect(client.published.findLast((one) => one.uri === uriOf(path))?.diagnostics.find((one) => one.code === 'scenario-unexpected')?.severity).toBe(4);
    client.change(path, 2, { line: 0, character: 0, text: `# ${'x'.repeat(300)}\n` });
    await until(client, path, ['limit-editor-chars', 'limit-scenario-actions', 'scenario-unexpected']);
    expect(await client.request('textDocument/hover', { textDocument: { uri: uriOf(path) }, position: { line: 1, character: 1 } })).toBeNull();
  });

  it('keeps the characters of scenarios out of other languages', async () => {
    const { client, at, read } = await session();
    const board = at('xen/merlin-xen.dts');
    client.open(board, read('xen/merlin-xen.dts'));
    await client.diagnostics(board);
    const params = { textDocument: { uri: uriOf(board) }, position: { line: 20, character: 0 } };
    expect(await client.request('textDocument/completion', { ...params, context: { triggerKind: 2, triggerCharacter: '=' } })).toBeNull();
  });
});
