/**
 * Opens the examples that come with the extension: as a copy in the extension's own storage, because
 * what is installed is not to be edited. What the user changed in the copy is still there the next time.
 */
import * as vscode from 'vscode';

/** Opens the copy, in this window if it has no folder. */
export async function openExamples(context: vscode.ExtensionContext): Promise<void> {
  const { version } = context.extension.packageJSON as { version: string };
  const target = vscode.Uri.joinPath(context.globalStorageUri, `examples-${version}`);
  const exists = await vscode.workspace.fs.stat(target).then(() => true, () => false);
  if (!exists) await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'examples'), target);
  const hasFolder = (vscode.workspace.workspaceFolders?.length ?? 0) > 0;
  await vscode.commands.executeCommand('vscode.openFolder', target, { forceNewWindow: hasFolder });
}
