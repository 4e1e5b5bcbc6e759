/**
 * Xen guest configurations end in `.cfg`, and so do a hundred other kinds of file. One that says
 * what it is, or that a project file names, gets its language at once: VS Code asks the first line
 * only of files whose ending no language claims. Where the content merely looks like a guest, this
 * offers to set the language, once for each file.
 */
import * as vscode from 'vscode';

const LANGUAGE = 'xl-cfg';
const KEY = /^\s*(?:name|kernel|memory|vcpus|dtdev|disk|vif|irqs|iomem|device_tree|viommu)\s*\+?=/;
const MARK = /^#.*(?:vsmmu:\s*dialect|\bxl\.cfg\b|\bxl create\b|-\*-.*xl-cfg)/;
const MARK_LINES = 5;
const READ_LINES = 200;
const PROJECT = 'vsmmu.json';

/** Whether a text assigns at least two of the keys that only guests have together. */
export function looksLikeGuest(lines: readonly string[]): boolean {
  const keys = new Set(lines.flatMap((line) => KEY.exec(line)?.[0].replace(/[\s+=]/g, '') ?? []));
  return keys.size >= 2;
}

function firstLines(document: vscode.TextDocument): string[] {
  const count = Math.min(document.lineCount, READ_LINES);
  return Array.from({ length: count }, (_, line) => document.lineAt(line).text);
}

/** Whether the project file of the folder names the document as a guest. */
async function isInProject(document: vscode.TextDocument): Promise<boolean> {
  try {
    const project = vscode.Uri.joinPath(document.uri, '..', PROJECT);
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(project));
    const { guests } = JSON.parse(text) as { guests?: readonly { config?: string }[] };
    return guests?.some(({ config }) => config !== undefined && document.uri.path.endsWith(`/${config}`)) === true;
  } catch {
    return false;
  }
}

async function settle(document: vscode.TextDocument): Promise<void> {
  const lines = firstLines(document);
  const isMarked = lines.slice(0, MARK_LINES).some((line) => MARK.test(line));
  if (isMarked || (await isInProject(document))) await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
  else if (looksLikeGuest(lines)) await offer(document);
}

async function offer(document: vscode.TextDocument): Promise<void> {
  const name = vscode.workspace.asRelativePath(document.uri);
  const [once, always] = [vscode.l10n.t('Set Language'), vscode.l10n.t('Always for This Folder')];
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} looks like a Xen guest configuration.', name),
    once,
    always,
  );
  if (chosen === undefined) return;
  await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
  if (chosen === always) await associate(document);
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
export function recognizeGuests(): vscode.Disposable {
  const asked = new Set<string>();
  const look = (editor: vscode.TextEditor | undefined): void => {
    const document = editor?.document;
    if (document === undefined || !document.fileName.endsWith('.cfg') || document.languageId === LANGUAGE) return;
    if (asked.has(document.uri.toString())) return;
    asked.add(document.uri.toString());
    void settle(document);
  };
  look(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(look);
}
