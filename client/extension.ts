/**
 * VS Code loads this file. It starts the language server and puts the parts that only VS Code can
 * show around it: the board in the status bar, the stream table, the pages of the rules. What the
 * user's files mean is none of its business.
 */
import * as vscode from 'vscode';
import { BoardStatus } from './boardStatus.ts';
import { registerCommands } from './commands.ts';
import { recognizeGuests } from './guestFiles.ts';
import { Pages } from './pages.ts';
import { createServer } from './server.ts';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const server = createServer(context);
  const pages = new Pages();
  const board = new BoardStatus(server);
  context.subscriptions.push(pages, board, ...registerCommands({ server, pages, board }));
  context.subscriptions.push(
    recognizeGuests(),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.sendNotification('vsmmu/trustChanged', { trusted: true })),
  );
  context.subscriptions.push({ dispose: () => void server.dispose() });
  await server.start();
}
