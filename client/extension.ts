/**
 * VS Code loads this file. It starts the language server and puts the parts that only VS Code can
 * show around it: the board in the status bar, the views, the pages of the rules. What the
 * user's files mean is none of its business.
 */
import * as vscode from 'vscode';
import { registerBlobs } from './blobs.ts';
import { BoardStatus } from './boardStatus.ts';
import { registerCommands } from './commands.ts';
import { registerDebugger } from './debug/index.ts';
import { recognizeGuests } from './guestFiles.ts';
import { Pages } from './pages.ts';
import { Server } from './server.ts';
import { registerTools } from './tools/languageModel.ts';
import { registerTasks } from './tools/tasks.ts';
import { boardViews } from './views/boardViews.ts';
import { ViewPanels } from './views/panels.ts';
import { registerWalkthrough } from './walkthrough.ts';

export function activate(context: vscode.ExtensionContext): void {
  const server = new Server(context);
  const pages = new Pages();
  const panels = new ViewPanels(context);
  for (const view of boardViews(server)) panels.register(view);
  const board = new BoardStatus(server);
  context.subscriptions.push(pages, panels, board, ...registerCommands({ context, server, pages, panels, board }), ...registerDebugger(context, server, panels));
  context.subscriptions.push(
    recognizeGuests(),
    ...registerBlobs(server),
    registerTasks(context),
    ...registerTools(context),
    ...registerWalkthrough(context),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.sendNotification('vsmmu/trustChanged', { trusted: true })),
  );
  context.subscriptions.push(server);
  server.start();
}
