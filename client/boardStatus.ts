/**
 * The status bar item that says through which board the active file is understood, and the picker
 * that switches it. A `.dtsi` has no meaning of its own: its stream IDs depend on the board that
 * includes it.
 */
import * as vscode from 'vscode';
import { BOARD_LANGUAGES, type Server } from './server.ts';

interface Board {
  readonly uri: string;
  /** The path from the workspace folder. */
  readonly label: string;
}

interface Boards {
  readonly active: Board | null;
  readonly contexts: readonly Board[];
  /** Whether the search for boards has come to its end. */
  readonly complete: boolean;
}

function fileName(board: Board): string {
  return board.label.slice(board.label.lastIndexOf('/') + 1);
}

function folder(board: Board): string {
  return board.label.slice(0, Math.max(0, board.label.lastIndexOf('/')));
}

function activeDocument(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document !== undefined && BOARD_LANGUAGES.includes(document.languageId) ? document : undefined;
}

export class BoardStatus implements vscode.Disposable {
  readonly #server: Server;
  readonly #item = vscode.window.createStatusBarItem('vsmmu.board', vscode.StatusBarAlignment.Left, 10);
  readonly #disposables: vscode.Disposable[] = [];

  constructor(server: Server) {
    this.#server = server;
    this.#item.name = vscode.l10n.t('vSMMU Board');
    this.#item.command = 'vsmmu.selectBoard';
    server.onNotification('vsmmu/contextChanged', () => void this.refresh());
    this.#disposables.push(
      this.#item,
      vscode.window.onDidChangeActiveTextEditor(() => void this.refresh()),
      vscode.workspace.onDidOpenTextDocument(() => void this.refresh()),
      server.onDidChangeState(() => void this.refresh()),
    );
  }

  /** Asks the server again; hidden where the active editor shows no device tree. */
  async refresh(): Promise<void> {
    const document = activeDocument();
    if (document === undefined || !this.#server.isRunning()) return this.#item.hide();
    const boards = await this.#boards(document);
    if (document === activeDocument()) this.#show(boards);
  }

  /** Lets the user choose the board for the active file. */
  async choose(): Promise<void> {
    const document = activeDocument();
    if (document === undefined) return;
    const boards = await this.#boards(document);
    const automatic = { label: `$(sparkle) ${vscode.l10n.t('Automatic')}`, description: vscode.l10n.t('the nearest board that includes this file'), uri: null };
    const items = boards.contexts.map((board) => ({
      label: `$(circuit-board) ${fileName(board)}`,
      description: board.uri === boards.active?.uri ? vscode.l10n.t('{0} · in force', folder(board)) : folder(board),
      uri: board.uri,
    }));
    const chosen = await vscode.window.showQuickPick([...items, automatic], {
      placeHolder: vscode.l10n.t('Board through which {0} is understood', vscode.workspace.asRelativePath(document.uri)),
      matchOnDescription: true,
    });
    if (chosen === undefined) return;
    const parameters = { uri: document.uri.toString(), context: chosen.uri };
    this.#show(await this.#server.sendRequest<Boards>('vsmmu/setContext', parameters));
    // A click on the status bar leaves the focus there; the user goes on in the editor.
    await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  }

  #boards(document: vscode.TextDocument): Promise<Boards> {
    return this.#server.sendRequest<Boards>('vsmmu/contexts', { uri: document.uri.toString() });
  }

  #show({ active, contexts, complete }: Boards): void {
    this.#item.text = `$(circuit-board) ${active === null ? vscode.l10n.t('No board') : fileName(active)}`;
    const tooltip = new vscode.MarkdownString();
    tooltip.appendMarkdown(active === null ? vscode.l10n.t('No board includes this file') : vscode.l10n.t('**Board in force:** '));
    if (active !== null) tooltip.appendText(active.label);
    const others = contexts.filter((board) => board.uri !== active?.uri).length;
    const including = others === 1 ? vscode.l10n.t('1 other board includes it') : vscode.l10n.t('{0} other boards include it', others);
    tooltip.appendMarkdown(`\n\n${complete ? including : vscode.l10n.t('{0}, still looking', including)}`);
    this.#item.tooltip = tooltip;
    this.#item.show();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
