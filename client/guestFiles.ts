/**
 * Xen guest configurations end in `.cfg`, and so do a hundred other kinds of file. Where one is
 * opened under another language and its content looks like a guest, this offers to set the
 * language; it never does so unasked, and asks once for each file.
 */
import * as vscode from 'vscode';

const LANGUAGE = 'xl-cfg';
const KEY = /^\s*(?:name|kernel|memory|vcpus|dtdev|disk|vif|irqs|iomem|device_tree|viommu)\s*\+?=/;
const READ_LINES = 200;

/** Whether a text assigns at least two of the keys that only guests have together. */
export function looksLikeGuest(lines: readonly string[]): boolean {
  const keys = new Set(lines.flatMap((line) => KEY.exec(line)?.[0].replace(/[\s+=]/g, '') ?? []));
  return keys.size >= 2;
}

function firstLines(document: vscode.TextDocument): string[] {
  const count = Math.min(document.lineCount, READ_LINES);
  return Array.from({ length: count }, (_, line) => document.lineAt(line).text);
}

async function offer(document: vscode.TextDocument): Promise<void> {
  const name = vscode.workspace.asRelativePath(document.uri);
  const chosen = await vscode.window.showInformationMessage(
    `${name} looks like a Xen guest configuration.`,
    'Set Language',
    'Always for This Folder',
  );
  if (chosen === undefined) return;
  await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
  if (chosen === 'Always for This Folder') await associate(document);
}

/** Remembers the folder's `.cfg` files in the workspace's settings. */
async function associate(document: vscode.TextDocument): Promise<void> {
  const files = vscode.workspace.getConfiguration('files', document.uri);
  const folder = vscode.workspace.asRelativePath(vscode.Uri.joinPath(document.uri, '..'), false);
  const pattern = folder.startsWith('/') ? `${folder}/*.cfg` : `**/${folder}/*.cfg`;
  const associations = files.get<Record<string, string>>('associations');
  await files.update('associations', { ...associations, [pattern]: LANGUAGE }, vscode.ConfigurationTarget.Workspace);
}

/** Watches for guest configurations that are opened as something else. */
export function offerGuestLanguage(): vscode.Disposable {
  const asked = new Set<string>();
  const look = (editor: vscode.TextEditor | undefined): void => {
    const document = editor?.document;
    if (document === undefined || !document.fileName.endsWith('.cfg') || document.languageId === LANGUAGE) return;
    if (asked.has(document.uri.toString()) || !looksLikeGuest(firstLines(document))) return;
    asked.add(document.uri.toString());
    void offer(document);
  };
  look(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(look);
}
