/**
 * The commands under "vSMMU", and those that code lenses name. A command that needs the server
 * says so when the server cannot answer, instead of failing in silence.
 */
import * as vscode from 'vscode';
import type { Location, Position } from 'vscode-languageclient/node';
import type { BoardStatus } from './boardStatus.ts';
import { openExamples } from './exampleFolder.ts';
import { openLine, type Pages } from './pages.ts';
import { chooseRule } from './rules.ts';
import type { Server } from './server.ts';
import type { ViewPanels } from './views/panels.ts';

interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly server: Server;
  readonly pages: Pages;
  readonly panels: ViewPanels;
  readonly board: BoardStatus;
}

type Command = (parts: Parts, ...args: unknown[]) => Promise<unknown>;

/** A command that opens a view of a file: the one that it is given, or the active one. */
function showView(id: string): Command {
  return async ({ panels }, uri) => {
    const active = vscode.window.activeTextEditor?.document.uri.toString();
    const target = typeof uri === 'string' ? uri : active;
    if (target !== undefined) panels.show(id, target);
  };
}

async function explainRule({ server, pages }: Parts, id?: unknown): Promise<void> {
  const rule = await chooseRule(server, id);
  if (rule !== undefined) await pages.show(rule.id, rule.markdown);
}

/** A code lens speaks LSP; the peek view wants VS Code's own objects. */
async function showReferences({ server }: Parts, ...args: unknown[]): Promise<void> {
  const [uri, position, locations] = args as [string, Position, Location[]];
  const { asLocation, asPosition } = await server.converter();
  const places = locations.map((location) => asLocation(location));
  await vscode.commands.executeCommand('editor.action.showReferences', vscode.Uri.parse(uri), asPosition(position), places);
}

const COMMANDS: Readonly<Record<string, Command>> = {
  'vsmmu.selectBoard': ({ board }) => board.choose(),
  'vsmmu.showTopology': showView('topology'),
  'vsmmu.showStreams': showView('streams'),
  'vsmmu.showOwnership': showView('ownership'),
  'vsmmu.explainRule': explainRule,
  'vsmmu.openExamples': ({ context }) => openExamples(context),
  'vsmmu.restartServer': ({ server }) => server.restart(),
  'vsmmu.showReferences': showReferences,
  'vsmmu.openLine': (_, uri, line) => openLine(uri, line),
};

/** Registers every command. */
export function registerCommands(parts: Parts): vscode.Disposable[] {
  return Object.entries(COMMANDS).map(([name, command]) =>
    vscode.commands.registerCommand(name, async (...args: unknown[]) => {
      try {
        await command(parts, ...args);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        void vscode.window.showErrorMessage(`vSMMU: ${reason}`);
      }
    }),
  );
}
