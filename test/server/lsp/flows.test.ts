/** What an editor does in a session, over a real process: each flow once, the details are in the feature tests. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Client } from '../client.ts';
import { uriOf } from '../client.ts';
import { BOARD } from '../boards.ts';
import { filesOf } from '../check.ts';
import { connect } from './build.ts';

const clients: Client[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A workspace on disk with these files; `/include` is an include root by its `dt-bindings`. */
function workspace(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'vsmmu-flow-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const FILES = filesOf(BOARD);
const SOC = FILES['/soc.dtsi'] ?? '';
const BOARD_TEXT = FILES['/board.dts'] ?? '';
const SETTINGS = { settings: { includeRoots: ['include'] } };

async function session(options: { files?: Record<string, string>; capabilities?: object; settings?: object; trusted?: boolean } = {}): Promise<{ client: Client; folder: string }> {
  const { files = FILES, capabilities = {}, settings = {}, trusted = true } = options;
  const folder = workspace(files);
  const client = await connect({ folder, capabilities, initializationOptions: { settings: { ...SETTINGS.settings, ...settings }, trusted } });
  clients.push(client);
  return { client, folder };
}

function place(text: string, needle: string, into = 1): { line: number; character: number } {
  const offset = text.indexOf(needle) + into;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

/** Asks again while the answer is null: an analysis may be under way, and the server does not wait for it long. */
async function ask(client: Client, method: string, params: object): Promise<unknown> {
  for (const end = Date.now() + 10_000; ;) {
    const answer = await client.request(method, params);
    if (answer !== null || Date.now() > end) return answer;
  }
}

describe('a session', () => {
  it('reports problems of an open board and follows each keystroke', async () => {
    const { client, folder } = await session();
    const path = join(folder, 'board.dts');
    client.open(path, BOARD_TEXT);
    const first = await client.diagnostics(path);
    expect(first.diagnostics.filter((one) => one.severity === 1)).toEqual([]);
    client.change(path, 2, { ...place(BOARD_TEXT, 'status', 0), text: 'iommus = <&nobody 1>; ' });
    const second = await client.diagnostics(path, 2);
    expect(second.version).toBe(2);
    expect(second.diagnostics.some((one) => one.message.includes('nobody'))).toBe(true);
    client.change(path, 3, { ...place(BOARD_TEXT, 'status', 0), length: 'iommus = <&nobody 1>; '.length, text: '' });
    expect((await client.diagnostics(path, 3)).diagnostics).toEqual(first.diagnostics);
  });

  it('tells the views after each analysis, and shows them what was typed', async () => {
    const { client, folder } = await session();
    const path = join(folder, 'board.dts');
    client.open(path, BOARD_TEXT);
    await client.diagnostics(path);
    const told = (): number => client.notifications.filter(({ method }) => method === 'vsmmu/modelChanged').length;
    await client.until(() => told() > 0 || undefined, 'modelChanged');
    const before = told();
    client.change(path, 2, { ...place(BOARD_TEXT, 'status', 0), text: 'iommus = <&smmu 0x777>; ' });
    await client.until(() => told() > before || undefined, 'modelChanged after an edit');
    expect(JSON.stringify(await client.request('vsmmu/topology', { uri: uriOf(path) }))).toContain('"text":"0x777"');
    expect(await client.request('vsmmu/streams', { uri: uriOf(join(folder, 'nothing.dts')) })).toMatchObject({ kind: 'empty', text: 'No board explains this file.' });
  });

  it('hands out diagnostics to an editor that asks, and pushes none', async () => {
    const { client, folder } = await session({ capabilities: { textDocument: { diagnostic: {} } } });
    const path = join(folder, 'board.dts');
    client.open(path, BOARD_TEXT.replace('&uart {', '&nobody {'));
    const params = { textDocument: { uri: uriOf(path) } };
    const report = await client.request('textDocument/diagnostic', params) as { kind: string; resultId: string; items: { code: string }[] };
    expect(report.kind).toBe('full');
    expect(report.items.length).toBeGreaterThan(0);
    const again = await client.request('textDocument/diagnostic', { ...params, previousResultId: report.resultId }) as { kind: string };
    expect(again.kind).toBe('unchanged');
    expect(client.published).toEqual([]);
  });

  it('understands a shared file through its board, and lets the user switch', async () => {
    const other = BOARD_TEXT.replace('&uart', '&crypto');
    const { client, folder } = await session({ files: { ...FILES, '/other.dts': other } });
    const path = join(folder, 'soc.dtsi');
    client.open(path, SOC);
    await client.diagnostics(path);
    const uri = uriOf(path);
    const answer = await client.request('vsmmu/contexts', { uri }) as { active: { label: string }; contexts: { label: string }[]; complete: boolean };
    expect(answer).toMatchObject({ active: { label: 'board.dts' }, contexts: [{ label: 'board.dts' }, { label: 'other.dts' }], complete: true });
    const hover = { textDocument: { uri }, position: place(SOC, 'crypto@') };
    expect(JSON.stringify(await ask(client, 'textDocument/hover', hover))).not.toContain('other.dts');
    const switched = await client.request('vsmmu/setContext', { uri, context: uriOf(join(folder, 'other.dts')) });
    expect(switched).toMatchObject({ active: { label: 'other.dts' } });
    expect(client.notifications.filter(({ method }) => method === 'vsmmu/contextChanged').at(-1)?.params).toMatchObject({ uri, context: { label: 'other.dts' } });
    expect(JSON.stringify(await ask(client, 'textDocument/hover', hover))).toContain('other.dts');
    expect(await client.request('vsmmu/setContext', { uri, context: null })).toMatchObject({ active: { label: 'board.dts' } });
  });

  it('says only what is certain of a file that no board includes', async () => {
    const { client, folder } = await session({ files: { '/alone.dtsi': '' } });
    const path = join(folder, 'alone.dtsi');
    client.open(path, '&elsewhere { a = <&b>; c = <1; };\n');
    const { diagnostics } = await client.diagnostics(path);
    expect(diagnostics.map((one) => one.code)).toEqual(['dts-syntax']);
  });

  it('renames a label in files that are not open', async () => {
    const { client, folder } = await session();
    const path = join(folder, 'board.dts');
    client.open(path, BOARD_TEXT);
    const edit = await client.request('textDocument/rename', { textDocument: { uri: uriOf(path) }, position: place(BOARD_TEXT, '&uart', 2), newName: 'console' }) as { changes: Record<string, unknown[]> };
    expect(Object.entries(edit.changes).map(([uri, edits]) => [uri, edits.length])).toEqual([[uriOf(path), 1], [uriOf(join(folder, 'soc.dtsi')), 1]]);
    await expect(client.request('textDocument/rename', { textDocument: { uri: uriOf(path) }, position: place(BOARD_TEXT, '&uart', 2), newName: '1x' })).rejects.toThrow('not a label name');
  });

  it('renames a label in the other boards that include the file which defines it', async () => {
    const other = '/dts-v1/;\n#include "soc.dtsi"\n&uart {\n\tstatus = "okay";\n};\n';
    const { client, folder } = await session({ files: { ...FILES, '/other.dts': other } });
    const path = join(folder, 'board.dts');
    client.open(path, BOARD_TEXT);
    const params = { textDocument: { uri: uriOf(path) }, position: place(BOARD_TEXT, '&uart', 2) };
    const edit = await client.request('textDocument/rename', { ...params, newName: 'console' }) as { changes: Record<string, unknown[]> };
    expect(Object.keys(edit.changes).toSorted()).toEqual(['board.dts', 'other.dts', 'soc.dtsi'].map((name) => uriOf(join(folder, name))));
    const uses = await client.request('textDocument/references', { ...params, context: { includeDeclaration: false } }) as { uri: string }[];
    expect(uses.map(({ uri }) => uri).toSorted()).toEqual(['board.dts', 'other.dts'].map((name) => uriOf(join(folder, name))));
  });

  it('answers every request of the protocol that it announces', async () => {
    const { client, folder } = await session();
    const path = join(folder, 'soc.dtsi');
    client.open(join(folder, 'board.dts'), BOARD_TEXT);
    client.open(path, SOC);
    await client.diagnostics(path);
    const textDocument = { uri: uriOf(path) };
    const at = { textDocument, position: place(SOC, '&smmu SID_UART', 8) };
    const range = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };
    const answers: [string, object, (answer: never) => unknown][] = [
      ['textDocument/hover', at, (a: { contents: { value: string } }) => a.contents.value.includes('StreamID 0x101')],
      ['textDocument/completion', at, (a: { items: { label: string }[] }) => a.items.some((item) => item.label === 'SID_DMA')],
      ['textDocument/signatureHelp', at, (a: { activeParameter: number }) => a.activeParameter === 1],
      ['textDocument/definition', at, (a: { uri: string }[]) => a[0]?.uri.endsWith('sid.h')],
      ['textDocument/declaration', at, (a: { uri: string }[]) => a[0]?.uri.endsWith('sid.h')],
      ['textDocument/references', { ...at, context: { includeDeclaration: true } }, (a: unknown[]) => a.length === 2],
      ['textDocument/documentHighlight', at, (a: unknown[]) => a.length === 1],
      ['textDocument/prepareRename', at, (a: { placeholder: string }) => a.placeholder === 'SID_UART'],
      ['textDocument/documentSymbol', { textDocument }, (a: { children: unknown[] }[]) => (a.at(-1)?.children.length ?? 0) > 5],
      ['textDocument/foldingRange', { textDocument }, (a: unknown[]) => a.length > 5],
      ['textDocument/selectionRange', { textDocument, positions: [at.position] }, (a: { parent: object }[]) => a[0]?.parent !== undefined],
      ['textDocument/semanticTokens/full', { textDocument }, (a: { data: number[] }) => a.data.length > 100],
      ['textDocument/semanticTokens/range', { textDocument, range: { ...range, end: { line: 2, character: 0 } } }, (a: { data: number[] }) => a.data.length > 0],
      ['textDocument/documentLink', { textDocument }, (a: unknown[]) => a.length === 1],
      ['textDocument/inlayHint', { textDocument, range }, (a: unknown[]) => a.length === 4],
      ['textDocument/codeLens', { textDocument }, (a: { command: { title: string } }[]) => a[0]?.command.title === '4 masters'],
      ['textDocument/codeAction', { textDocument, range: { start: place(SOC, 'dma@'), end: place(SOC, 'dma@') }, context: { diagnostics: [] } }, (a: { title: string }[]) => a.some((one) => one.title.includes('label'))],
      ['textDocument/formatting', { textDocument, options: { tabSize: 8, insertSpaces: false } }, (a: unknown[]) => a.length === 0],
      ['textDocument/rangeFormatting', { textDocument, range, options: {} }, (a: unknown[]) => a.length === 0],
      ['textDocument/onTypeFormatting', { ...at, ch: ';', options: {} }, (a: unknown[]) => a.length === 0],
      ['workspace/symbol', { query: 'smm' }, (a: { name: string }[]) => a[0]?.name === 'smmu'],
      ['vsmmu/topology', { uri: textDocument.uri }, (a: { kind: string; data: { board: string; devices: unknown[] } }) => a.kind === 'show' && a.data.board === 'board.dts' && a.data.devices.length === 4],
      ['vsmmu/blobSource', { name: 'x.dtb', data: '' }, (a: { text: string }) => a.text.startsWith('/dts-v1/;\n// Read from x.dtb')],
      ['vsmmu/streams', { uri: textDocument.uri }, (a: { kind: string; data: { tables: { id: string }[] } }) => a.kind === 'show' && a.data.tables.some(({ id }) => id === 'streams')],
      ['vsmmu/rules', {}, (a: { rules: unknown[] }) => a.rules.length > 50],
    ];
    for (const [method, params, holds] of answers) {
      const answer = await ask(client, method, params);
      expect(holds(answer as never), `${method}: ${JSON.stringify(answer)?.slice(0, 300)}`).toBe(true);
    }
  });

  it('follows settings: rules, checks, hints', async () => {
    const { client, folder } = await session();
    const path = join(folder, 'board.dts');
    const text = BOARD_TEXT.replace('status', 'iommus = <&smmu>; status').replace('&uart {', '&nobody { };\n&uart {');
    client.open(path, text);
    const codes = async (version: number): Promise<string[]> => (await client.diagnostics(path, version)).diagnostics.map((one) => one.code);
    const all = await codes(1);
    expect(all.some((code) => code.startsWith('iommus-'))).toBe(true);
    const off = all.find((code) => code.startsWith('iommus-')) ?? '';
    client.notify('workspace/didChangeConfiguration', { settings: { vsmmu: { ...SETTINGS.settings, checks: 'iommu', rules: { [off]: 'off' }, codeLens: false } } });
    const left = await client.until(() => {
      const last = client.published.findLast((one) => one.uri === uriOf(path))?.diagnostics.map((one) => one.code);
      return last?.includes(off) === false ? last : undefined;
    });
    expect(left.filter((code) => code.startsWith('dt'))).toEqual([]);
    expect(await client.request('textDocument/codeLens', { textDocument: { uri: uriOf(path) } })).toEqual([]);
  });

  it('reads nothing outside an untrusted workspace, not even through a link, until it is trusted', async () => {
    const outside = workspace({ '/secret.dtsi': '/ { secret; };\n' });
    const { client, folder } = await session({ files: { '/link.txt': '' }, trusted: false });
    symlinkSync(join(outside, 'secret.dtsi'), join(folder, 'linked.dtsi'));
    const path = join(folder, 'board.dts');
    client.open(path, `/dts-v1/;\n#include "${outside}/secret.dtsi"\n#include "linked.dtsi"\n/ { };\n`);
    const { diagnostics } = await client.diagnostics(path);
    expect(diagnostics.map((one) => one.code)).toEqual(['include-not-found', 'include-not-found']);
    client.notify('vsmmu/trustChanged', { trusted: true });
    await client.until(() => (client.published.at(-1)?.diagnostics.length === 0 ? true : undefined));
  });

  it('notices files that appear on disk', async () => {
    const { client, folder } = await session({ files: { '/x.txt': '' } });
    const path = join(folder, 'board.dts');
    client.open(path, '/dts-v1/;\n#include "later.dtsi"\n/ { };\n');
    expect((await client.diagnostics(path)).diagnostics[0]?.code).toBe('include-not-found');
    writeFileSync(join(folder, 'later.dtsi'), '/ { later; };\n');
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(join(folder, 'later.dtsi')), type: 1 }] });
    await client.until(() => (client.published.at(-1)?.diagnostics.length === 0 ? true : undefined));
  });

  it('shows problems of a file that is not open in that file, and takes them back', async () => {
    const { client, folder } = await session({ files: { ...FILES, '/soc.dtsi': `${SOC}\n/ { x = <&nobody>; };\n` } });
    const path = join(folder, 'board.dts');
    client.open(path, BOARD_TEXT);
    const soc = await client.diagnostics(join(folder, 'soc.dtsi'));
    expect(soc.diagnostics.some((one) => one.message.includes('nobody'))).toBe(true);
    client.notify('textDocument/didClose', { textDocument: { uri: uriOf(path) } });
    await client.until(() => (client.published.findLast((one) => one.uri === soc.uri)?.diagnostics.length === 0 ? true : undefined));
  });

  it('serves the other language id and documents that are no files', async () => {
    const { client } = await session();
    client.notify('textDocument/didOpen', { textDocument: { uri: 'untitled:Untitled-1', languageId: 'devicetree', version: 1, text: '/dts-v1/;\n/ { a = <&b>; };\n' } });
    const found = await client.until(() => client.published.find((one) => one.uri === 'untitled:Untitled-1'));
    expect(found.diagnostics.length).toBeGreaterThan(0);
  });

  it('ends with code 0 after shutdown', async () => {
    const { client } = await session();
    expect(await client.stop()).toBe(0);
  });
});
