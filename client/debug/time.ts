/**
 * Travelling in time, as far as VS Code has no button for it: stepping back over and out, running back
 * to whoever wrote a value, returning to the present; and the sign in the status bar that what is on
 * the screen lies in the past.
 */
import * as vscode from 'vscode';
import { TYPE } from './configurations.ts';

/** What the adapter says after each stop: `vsmmu/time`. */
interface Time {
  readonly isPast: boolean;
  /** For example `step 12 of 340`. */
  readonly text: string;
}

/** A row of the Variables view, as its context menu hands it over. */
interface VariableContext {
  readonly container?: { readonly variablesReference?: number };
  readonly variable?: { readonly name?: string; readonly evaluateName?: string; readonly memoryReference?: string };
}

function session(): vscode.DebugSession {
  const active = vscode.debug.activeDebugSession;
  if (active?.type !== TYPE) throw new Error(vscode.l10n.t('no scenario is being debugged'));
  return active;
}

function threadId(): number | undefined {
  const item = vscode.debug.activeStackItem;
  return item === undefined ? undefined : item.threadId;
}

/** Sends a step that has no place in the protocol. */
export async function reverseStep(request: 'vsmmu/stepBackOver' | 'vsmmu/stepBackOut'): Promise<void> {
  await session().customRequest(request, { threadId: threadId() });
}

/** Goes back to the moment before the value in a row of the Variables view was last written. */
export async function runBackToWriter(context: unknown): Promise<void> {
  const { container, variable } = (context ?? {}) as VariableContext;
  await session().customRequest('vsmmu/runBackToWriter', {
    threadId: threadId(), variablesReference: container?.variablesReference, name: variable?.name,
    expression: variable?.evaluateName, memoryReference: variable?.memoryReference,
  });
}

/** Goes forward to the newest moment there is. */
export async function returnToPresent(): Promise<void> {
  await session().customRequest('vsmmu/present', { threadId: threadId() });
}

/** Shows where in time the active session is. */
export class TimeStatus implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('vsmmu.time', vscode.StatusBarAlignment.Left, 1000);
  readonly #times = new Map<string, Time>();
  readonly #disposables: vscode.Disposable[] = [this.#item];

  constructor() {
    this.#item.name = vscode.l10n.t('vSMMU Time');
    this.#item.command = 'vsmmu.returnToPresent';
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#disposables.push(
      vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session: from, event, body }) => {
        if (from.type !== TYPE || event !== 'vsmmu/time') return;
        this.#times.set(from.id, body as Time);
        this.#show();
      }),
      vscode.debug.onDidTerminateDebugSession(({ id }) => {
        this.#times.delete(id);
        this.#show();
      }),
      vscode.debug.onDidChangeActiveDebugSession(() => this.#show()),
    );
  }

  #show(): void {
    const time = this.#times.get(vscode.debug.activeDebugSession?.id ?? '');
    const isPast = time?.isPast === true;
    void vscode.commands.executeCommand('setContext', 'vsmmu.isPast', isPast);
    if (!isPast) return this.#item.hide();
    this.#item.text = `$(history) ${vscode.l10n.t('In the past: {0}', time.text)}`;
    this.#item.tooltip = vscode.l10n.t('What the debugger shows lies before the newest moment. An edit here starts another future. Click to return to the present.');
    this.#item.show();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
