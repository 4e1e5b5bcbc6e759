/**
 * The walkthrough "Why does my DMA fault?": what the buttons of its steps do. Files open beside the
 * walkthrough, so that the text stays in view. The words are in package.json, the story is in the examples.
 */
import * as vscode from 'vscode';
import { exampleCopy, openExampleFile } from './exampleFolder.ts';

const BOARD = 'merlin/merlin.dtsi';
const SCENARIO = 'scenarios/forgotten-tlbi.smmu';

type Action = (context: vscode.ExtensionContext) => Promise<unknown>;

/** Shows a file of the examples with a text of it selected; answers where that is. */
async function show(context: vscode.ExtensionContext, path: string, text: string): Promise<vscode.Location> {
  const file = await openExampleFile(path) ?? vscode.Uri.joinPath(await exampleCopy(context), path);
  const document = await vscode.workspace.openTextDocument(file);
  // A user may have edited the copy: without the text the file is shown from its beginning.
  const offset = Math.max(0, document.getText().indexOf(text));
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + text.length));
  const isOpen = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  // The cursor stands at the beginning, where a hover asks.
  const selection = new vscode.Selection(range.end, range.start);
  const editor = await vscode.window.showTextDocument(document, { viewColumn: isOpen?.viewColumn ?? vscode.ViewColumn.Beside });
  editor.selection = selection;
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return new vscode.Location(document.uri, range);
}

/** Waits for a first hover, since the server may just be starting: 5 seconds at most. */
async function untilHover({ uri, range }: vscode.Location): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, range.start);
    if (found.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** VS Code opens the folder that is answered here, and this walkthrough again in its window. */
async function examples(context: vscode.ExtensionContext): Promise<unknown> {
  if (await openExampleFile(SCENARIO) === undefined) return { openFolder: await exampleCopy(context) };
  return vscode.commands.executeCommand('workbench.view.explorer');
}

async function showBoard(context: vscode.ExtensionContext): Promise<void> {
  await untilHover(await show(context, BOARD, 'MERLIN_SID_ETH(0)'));
  await vscode.commands.executeCommand('editor.action.showHover');
}

/** Runs the scenario up to the DMA that should have faulted. */
async function debug(context: vscode.ExtensionContext): Promise<void> {
  const at = await show(context, SCENARIO, 'dma eth0 write');
  const isAt = (one: vscode.Breakpoint): boolean => one instanceof vscode.SourceBreakpoint
    && one.location.uri.toString() === at.uri.toString() && one.location.range.start.line === at.range.start.line;
  if (!vscode.debug.breakpoints.some(isAt)) vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(at.uri, at.range.start))]);
  const configuration = { type: 'vsmmu', request: 'launch', name: vscode.l10n.t('Why does my DMA fault?'), program: at.uri.fsPath, stopOnEntry: false, stopOnEnd: true };
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(at.uri), configuration);
}

/** Goes on to the fault; begins anew where no session is. */
async function toFault(context: vscode.ExtensionContext): Promise<void> {
  if (vscode.debug.activeDebugSession?.type === 'vsmmu') await vscode.commands.executeCommand('workbench.action.debug.continue');
  else await debug(context);
}

const ACTIONS: Readonly<Record<string, Action>> = {
  'vsmmu.getStarted': (context) => Promise.resolve(vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#whyFault`, false)),
  'vsmmu.walkthrough.examples': examples,
  'vsmmu.walkthrough.board': showBoard,
  'vsmmu.walkthrough.debug': debug,
  'vsmmu.walkthrough.fault': toFault,
  'vsmmu.walkthrough.fix': (context) => show(context, SCENARIO, ' no-invalidate'),
};

/** Registers what the walkthrough and *vSMMU: Get Started* do. */
export function registerWalkthrough(context: vscode.ExtensionContext): vscode.Disposable[] {
  return Object.entries(ACTIONS).map(([name, action]) =>
    vscode.commands.registerCommand(name, async () => {
      try {
        return await action(context);
      } catch (error) {
        void vscode.window.showErrorMessage(`vSMMU: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      }
    }),
  );
}
