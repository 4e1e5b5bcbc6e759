/** The packaged extension: what is in it, how large it is, and how long it takes to load. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { FLOOR } from '../vscode/harness/versions.ts';
import { stage } from './stage.ts';
import { type ZipEntry, zipEntries } from './zip.ts';

const MAX_BYTES = 2 * 1024 * 1024;

let folder = '';
let entries: ZipEntry[] = [];

beforeAll(() => {
  folder = stage();
  const [command = '', ...args] = manifest.scripts.package.replace('out/vsmmu-workbench.vsix', 'extension.vsix').split(' ');
  expect(command).toBe('vsce');
  execFileSync(process.execPath, [join(process.cwd(), 'node_modules/@vscode/vsce/vsce'), ...args], { cwd: folder, stdio: 'pipe' });
  entries = zipEntries(readFileSync(join(folder, 'extension.vsix')));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = (): string[] => entries.flatMap(({ name }) => (name.startsWith('extension/') ? [name.slice('extension/'.length)] : []));

describe('the packaged extension', () => {
  it('is smaller than 2 MB', () => expect(statSync(join(folder, 'extension.vsix')).size).toBeLessThan(MAX_BYTES));

  it('has what it runs and shows, and nothing else', () => {
    expect(files()).toEqual(expect.arrayContaining([
      'package.json', 'package.nls.json', 'l10n/bundle.l10n.json', 'readme.md', 'LICENSE.txt', 'dist/extension.js', 'dist/client.js', 'dist/server.js', 'dist/server-main.js', 'dist/vsmmu.js', 'dist/views.js', 'dist/views.css',
      'dist/THIRD_PARTY.txt', 'dist/sbom.cdx.json', 'docs/rules/smmu-reg.md', 'examples/merlin/merlin-evk.dts', 'syntaxes/dts.tmLanguage.json',
    ]));
    const top = new Set(files().map((name) => name.replace(/\/.*/, '')));
    expect([...top].toSorted()).toEqual(['LICENSE.txt', 'changelog.md', 'dist', 'docs', 'examples', 'l10n', 'package.json', 'package.nls.json', 'readme.md', 'schemas', 'syntaxes']);
    expect(files().filter((name) => /node_modules|\.test\.|\.ts$|\.map$|^lib\/|\.cache$|^docs\/(?!rules\/|images\/(?:icon|walkthrough\/))/.test(name))).toEqual([]);
  });

  it('names only files that it has', () => {
    const text = JSON.stringify({ main: manifest.main, icon: manifest.icon, contributes: manifest.contributes });
    const named = [...text.matchAll(/"(?:\.\/)?((?:dist|syntaxes|schemas|docs|examples|l10n)\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !files().includes(name))).toEqual([]);
  });

  it('has nothing that runs when it is installed, and asks nothing of the network', () => {
    const packed = JSON.parse(entries.find(({ name }) => name === 'extension/package.json')?.text() ?? '{}') as { scripts?: Record<string, string>; dependencies?: object };
    expect(packed.dependencies).toBeUndefined();
    const code = ['dist/extension.js', 'dist/client.js', 'dist/server-main.js', 'dist/vsmmu.js', 'dist/views.js'].map((name) => readFileSync(name, 'utf8'));
    expect(code.filter((text) => /require\("(?:node:)?(?:https?|dns|tls|dgram)"\)|(?:[=(,;:?&|!]|return |await )fetch\(|new WebSocket|XMLHttpRequest/.test(text)).length).toBe(0);
  });
});

describe('the bill of materials', () => {
  const bill = JSON.parse(readFileSync('dist/sbom.cdx.json', 'utf8')) as { components: { name: string; version: string; licenses: { license: { id: string } }[] }[] };

  it('lists every package in the bundles, each under a licence that allows it', () => {
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['vscode-languageclient', 'vscode-languageserver', 'vscode-jsonrpc']));
    const allowed = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0']);
    expect(bill.components.filter(({ licenses }) => !licenses.every(({ license }) => allowed.has(license.id)))).toEqual([]);
  });

  it('goes with the text of each licence', () => {
    const texts = readFileSync('dist/THIRD_PARTY.txt', 'utf8');
    for (const { name, version, licenses } of bill.components) expect(texts).toContain(`${name} ${version} (${licenses[0]?.license.id})`);
    expect(texts.match(/permission|redistribution|license/gi)?.length).toBeGreaterThan(bill.components.length);
  });
});

describe('the oldest VS Code', () => {
  it('is the same for users, for the types and for the tests', () => {
    const minor = FLOOR.vscode.replace(/\.\d+$/, '.0');
    expect(manifest.engines.vscode).toBe(`^${minor}`);
    expect(manifest.devDependencies['@types/vscode']).toBe(minor);
  });
});

describe('activation', () => {
  it('takes less than 100 ms of the processor, loading included', () => {
    const runs = Array.from({ length: 3 }, () => JSON.parse(execFileSync(process.execPath, ['test/packaging/activation.mjs'], { encoding: 'utf8' })) as { load: number; activate: number; subscriptions: number; failure?: string });
    expect(runs.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    expect(runs[0]?.subscriptions).toBeGreaterThan(10);
    // The least of three: what else a busy machine does is not the extension's doing.
    expect(Math.min(...runs.map(({ load, activate }) => load + activate))).toBeLessThan(100);
  });

  it('does not load the language client, the server or the debugger', () => {
    expect(statSync('dist/extension.js').size).toBeLessThan(100_000);
  });
});
