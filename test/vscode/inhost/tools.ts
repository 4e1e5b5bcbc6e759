/** What other parts of VS Code get from the extension: tests, language-model tools, tasks. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { contributed, eventually, example, type HostTest } from './host.ts';

/** The part of a newer VS Code's API that is used here; package.json's types are those of the oldest. */
interface NewerApi {
  readonly lm?: {
    readonly tools?: readonly { readonly name: string }[];
    invokeTool?(name: string, options: { readonly input: object; readonly toolInvocationToken: undefined }): Thenable<{ readonly content: readonly { readonly value?: string }[] }>;
  };
}

const { lm } = vscode as unknown as NewerApi;

export const tools: readonly HostTest[] = [
  {
    name: 'in-host: has tests',
    async run() {
      const commands = await vscode.commands.getCommands();
      // An older VS Code does not tell who has tests; that they run is seen in the window there too.
      if (!commands.includes('vscode.testing.getControllersWithTests')) return 'VS Code does not tell';
      await eventually('a controller with tests', async () =>
        (await vscode.commands.executeCommand<string[]>('vscode.testing.getControllersWithTests')).find((id) => id.startsWith('vsmmu')));
      return undefined;
    },
  },
  {
    name: 'in-host: offers its tools to language models where VS Code has tools',
    async run() {
      const named = contributed<{ name: string }>('languageModelTools').map(({ name }) => name);
      ok(named.length > 0);
      // Versions before 1.95 have parts of it, for the makers of VS Code only.
      if (lm?.tools === undefined || lm.invokeTool === undefined || Number(vscode.version.split('.')[1]) < 95) return 'VS Code has none';
      deepEqual(lm.tools.map(({ name }) => name).filter((name) => name.startsWith('vsmmu_')).toSorted(), named.toSorted());
      const { content } = await lm.invokeTool('vsmmu_check', { input: { path: example('faults/faulty-evk.dts').fsPath }, toolInvocationToken: undefined });
      match(content.map(({ value }) => value ?? '').join(''), /"iommus-length"/);
      return undefined;
    },
  },
  {
    name: 'in-host: knows the languages of package.json',
    async run() {
      const known = await vscode.languages.getLanguages();
      deepEqual(contributed<{ id: string }>('languages').map(({ id }) => id).filter((id) => !known.includes(id)), []);
      equal((await vscode.workspace.openTextDocument(example('xen/domd.cfg'))).languageId, 'xl-cfg');
    },
  },
];
