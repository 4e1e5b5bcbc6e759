/** What tests inside the extension host share: the extension, the sources of the workspace, and waiting. */
import * as vscode from 'vscode';

const DEADLINE = 20_000;

/** One test: a sentence, and what it does. It may answer what it measured. */
export interface HostTest {
  readonly name: string;
  run(): Promise<string | undefined | void>;
}

/** The extension under test, as VS Code sees it. */
export function ours(): vscode.Extension<unknown> {
  const extension = vscode.extensions.all.find(({ id }) => id.endsWith('.vsmmu-workbench'));
  if (extension === undefined) throw new Error('the extension is not there');
  return extension;
}

/** What package.json of the extension contributes. */
export function contributed<T>(what: string): readonly T[] {
  const { contributes } = ours().packageJSON as { contributes: Readonly<Record<string, readonly T[] | undefined>> };
  return contributes[what] ?? [];
}

/** A file of the examples. */
export function example(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('no folder is open');
  return vscode.Uri.joinPath(folder.uri, 'sources/examples', path);
}

/** Opens a file of the examples, and tells where a text stands in it, moved right by `shift`. */
export async function open(path: string, text: string, shift = 0): Promise<{ document: vscode.TextDocument; at: vscode.Position }> {
  const document = await vscode.workspace.openTextDocument(example(path));
  await vscode.window.showTextDocument(document);
  const offset = document.getText().indexOf(text);
  if (offset < 0) throw new Error(`${path} has no ${JSON.stringify(text)}`);
  return { document, at: document.positionAt(offset + shift) };
}

/** Asks until there is an answer: the server may not be ready, or VS Code may not have heard of its answer. */
export async function eventually<T>(what: string, probe: () => Thenable<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + DEADLINE;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
