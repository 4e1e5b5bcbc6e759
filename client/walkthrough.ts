/**
 * The walkthrough "Why does my DMA fault?": what the buttons of its steps do. Files open beside the
 * walkthrough, so that the text stays in view. The words are in package.json, the story is in the examples.
 */
import * as vscode from 'vscode';
import { exampleCopy, openExampleFile } from './exampleFolder.ts';

const BOARD = 'merlin/merlin.dtsi';
const SCENARIO = 'scenarios/forgotten-tlbi.smmu';

/** For how long the hover is brought back when lenses and hints that come late move the text under it, in ms. */
const SETTLING = 3000;

type Action = (context: vscode.ExtensionContext) => Promise<unknown>;

/** A place in a file of the examples, in an editor that shows it. */
interface Shown {
  readonly editor: vscode.TextEditor;
  readonly range: vscode.Range;
}

/** Shows a file of the examples with the cursor at a text of it, which is selected where it is to be deleted. */
async function show(context: vscode.ExtensionContext, path: string, text: string, isSelected = false): Promise<Shown> {
  const file = await openExampleFile(path) ?? vscode.Uri.joinPath(await exampleCopy(context), path);
  const document = await vscode.workspace.openTextDocument(file);
  // A user may have edited the copy: without the text the file is shown from its beginning.
  const offset = Math.max(0, document.getText().indexOf(text));
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + text.length));
  const isOpen = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const editor = await vscode.window.showTextDocument(document, { viewColumn: isOpen?.viewColumn ?? vscode.ViewColumn.Beside });
  // Without a selection a narrow editor need not scroll sideways.
  editor.selection = new vscode.Selection(isSelected ? range.end : range.start, range.start);
  editor.revealRange(new vscode.Range(range.start, range.start), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return { editor, range };
}

/** Waits for a first hover, since the server may just be starting: 5 seconds at most. */
async function untilHover({ editor, range }: Shown): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', editor.document.uri, range.start);
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
  const shown = await show(context, BOARD, 'MERLIN_SID_ETH(0)');
  await untilHover(shown);
  const hover = (): void => void vscode.commands.executeCommand('editor.action.showHover');
  hover();
  const again = vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
    if (textEditor === vscode.window.activeTextEditor && textEditor === shown.editor && textEditor.selection.start.isEqual(shown.range.start)) hover();
  });
  setTimeout(() => again.dispose(), SETTLING);
}

/** Runs the scenario up to the DMA that should have faulted. */
async function debug(context: vscode.ExtensionContext): Promise<void> {
  const { editor: { document: { uri } }, range } = await show(context, SCENARIO, 'dma eth0 write');
  const isAt = (one: vscode.Breakpoint): boolean => one instanceof vscode.SourceBreakpoint
    && one.location.uri.toString() === uri.toString() && one.location.range.start.line === range.start.line;
  if (!vscode.debug.breakpoints.some(isAt)) vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(uri, range.start))]);
  const configuration = {
    type: 'vsmmu', request: 'launch', name: vscode.l10n.t('Why does my DMA fault?'), program: uri.fsPath, stopOnEntry: false, stopOnEnd: true,
    // The box of a fault needs the room.
    internalConsoleOptions: 'neverOpen',
  };
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), configuration);
}

/** Goes on to the fault; begins anew where no session is. */
async function toFault(context: vscode.ExtensionContext): Promise<void> {
  if (vscode.debug.activeDebugSession?.type === 'vsmmu') await vscode.commands.executeCommand('workbench.action.debug.continue');
  else await debug(context);
}

/** Opens the walkthrough; its first step is done where the examples are open. */
async function start(context: vscode.ExtensionContext): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#whyFault`, false);
  await vscode.commands.executeCommand('setContext', 'vsmmu.hasExamples', await openExampleFile(SCENARIO) !== undefined);
}

const ACTIONS: Readonly<Record<string, Action>> = {
  'vsmmu.getStarted': start,
  'vsmmu.walkthrough.examples': examples,
  'vsmmu.walkthrough.board': showBoard,
  'vsmmu.walkthrough.debug': debug,
  'vsmmu.walkthrough.fault': toFault,
  'vsmmu.walkthrough.fix': (context) => show(context, SCENARIO, ' no-invalidate', true),
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
