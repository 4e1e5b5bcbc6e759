/** The language features as VS Code's own commands ask for them. */
import { deepEqual, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually, example, type HostTest, open, ours } from './host.ts';

const FAULTY = 'faults/faulty-evk.dts';
const SOC = 'merlin/merlin.dtsi';
const EVK = 'merlin/merlin-evk.dts';
const GUEST = 'xen/domd.cfg';
const FIRST = 'scenarios/first-translation.smmu';

interface Finding {
  readonly id: string;
  readonly level: string;
  readonly file: string;
  readonly start: { readonly line: number; readonly column: number };
}

/** What the command says of a file: rule and place, as the editor counts it. */
function checked(uri: vscode.Uri): string[] {
  let output: string;
  try {
    output = execFileSync(process.execPath, [join(ours().extensionPath, 'dist/vsmmu.js'), 'check', '--format', 'json', uri.fsPath], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    output = (error as { stdout: string }).stdout; // It ends with an error when it finds any.
  }
  const { findings } = JSON.parse(output) as { findings: readonly Finding[] };
  return findings.filter(({ file }) => uri.fsPath.endsWith(file.replace(/^(?:\.\.?\/)+/, '')))
    .map(({ id, start }) => `${id} ${start.line}:${start.column}`).toSorted();
}

function shown(uri: vscode.Uri): string[] {
  return vscode.languages.getDiagnostics(uri).map(({ code, range }) => {
    const id = typeof code === 'object' ? code.value : code;
    return `${id} ${range.start.line + 1}:${range.start.character + 1}`;
  }).toSorted();
}

function completes(path: string, text: string, label: string): HostTest {
  return {
    name: `in-host: completes ${label} in ${path}`,
    async run() {
      const { document, at } = await open(path, text, text.length);
      await eventually(label, async () => {
        const { items } = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, at);
        return items.find((item) => (typeof item.label === 'string' ? item.label : item.label.label).includes(label));
      });
    },
  };
}

function hovers(path: string, text: string, says: RegExp): HostTest {
  return {
    name: `in-host: says ${String(says)} on hover in ${path}`,
    async run() {
      const { document, at } = await open(path, text, 1);
      await eventually(String(says), async () => {
        const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
        return found.flatMap(({ contents }) => contents).map((one) => (typeof one === 'string' ? one : one.value)).find((one) => says.test(one));
      });
    },
  };
}

function leads(path: string, text: string, target: RegExp): HostTest {
  return {
    name: `in-host: leads from ${text} in ${path} to its definition`,
    async run() {
      const { document, at } = await open(path, text, 2);
      await eventually(String(target), async () => {
        const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>('vscode.executeDefinitionProvider', document.uri, at);
        return found.map((one) => ('uri' in one ? one.uri : one.targetUri)).find((uri) => target.test(uri.path));
      });
    },
  };
}

export const languages: readonly HostTest[] = [
  {
    name: 'in-host: shows on a faulty board what the command finds',
    async run() {
      const expected = checked(example(FAULTY));
      ok(expected.length >= 10 && expected.some((one) => one.startsWith('iommus-length ')), expected.join('\n'));
      await open(FAULTY, '/dts-v1/');
      await eventually('diagnostics', () => (shown(example(FAULTY)).length === expected.length ? true : undefined)).catch(() => undefined);
      deepEqual(shown(example(FAULTY)), expected);
    },
  },
  {
    name: 'in-host: shows nothing on a good board',
    async run() {
      const { document, at } = await open(EVK, '&uart0', 1);
      // An answer about the board says that it has been read.
      await eventually('hover', async () => (await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at))[0]);
      deepEqual(shown(document.uri), []);
    },
  },
  hovers(SOC, 'MERLIN_SID_ETH(0)', /0x20\b/),
  hovers(FIRST, 'attach eth0', /attach/),
  leads(EVK, '&uart0', /merlin\.dtsi$/),
  leads(FIRST, '../merlin/merlin-evk.dts', /merlin-evk\.dts$/),
  completes(EVK, 'status = ', 'okay'),
  completes(GUEST, '"/soc@10000000/ethernet', 'ethernet@1c400000'),
  completes(FIRST, 'dma ', 'ethernet@1c400000'),
  {
    name: 'in-host: offers a quick fix for a misspelt property',
    async run() {
      const { document, at } = await open(FAULTY, 'iommu = <', 1);
      await eventually('iommus', async () => {
        const found = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, new vscode.Range(at, at));
        return found.find(({ title, edit }) => title.includes('iommus') && edit !== undefined);
      });
    },
  },
];
