/**
 * The examples that come with the extension: opened as a copy in the extension's own storage, because
 * what is installed is not to be edited. What the user changed in the copy is still there the next time.
 */
import * as vscode from 'vscode';

/** The folder of the copy, which is made where there is none. */
export async function exampleCopy(context: vscode.ExtensionContext): Promise<vscode.Uri> {
  const { version } = context.extension.packageJSON as { version: string };
  const target = vscode.Uri.joinPath(context.globalStorageUri, `examples-${version}`);
  const exists = await vscode.workspace.fs.stat(target).then(() => true, () => false);
  if (!exists) await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'examples'), target);
  return target;
}

/** Opens the copy, in this window if it has no folder. */
export async function openExamples(context: vscode.ExtensionContext): Promise<void> {
  const hasFolder = (vscode.workspace.workspaceFolders?.length ?? 0) > 0;
  await vscode.commands.executeCommand('vscode.openFolder', await exampleCopy(context), { forceNewWindow: hasFolder });
}

/** One file of the examples, in the workspace; undefined where the examples are not open. */
export async function openExampleFile(path: string): Promise<vscode.Uri | undefined> {
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const file = vscode.Uri.joinPath(uri, path);
    if (await vscode.workspace.fs.stat(file).then(() => true, () => false)) return file;
  }
  return undefined;
}
