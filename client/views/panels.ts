/**
 * The panels of all views: opens one for a view and its subject, gives it data whenever it asks and
 * whenever that may have changed, does what its user wants done outside it, and restores it after a
 * reload of the window. What a view shows is the business of its `View`; how, of its script.
 */
import * as vscode from 'vscode';
import { BLOB_SCHEME } from '../blobs.ts';
import { openLine } from '../pages.ts';
import { FROM_WEB, type FromWeb, type Place, STATE, type ToWeb } from './messages.ts';
import { nonce, pageOf } from './page.ts';

/** One kind of view. */
export interface View {
  /** Names the script (`client/views/web`) and, with `vsmmu.` before it, the panel's type. */
  readonly id: string;
  /** The panel's title. */
  title(subject: string): string;
  /** What there is to show now. A failure is caught, and shown as an empty view. */
  load(subject: string): Promise<ToWeb>;
  /** Fires whenever what any view of the kind shows may be out of date. */
  readonly onChanged: vscode.Event<void>;
  /** Opens a line, for a view that leads to other places than documents. */
  open?(place: Place): Promise<void>;
  /** What its script can ask for beyond what every script can. Each checks what it is given. */
  readonly actions?: Readonly<Record<string, (subject: string, value: unknown) => Promise<void>>>;
}

/** Changes come in bursts while a user types. */
const QUIET_MS = 120;

/** What documents a link in a view may lead to: sources, never a command or a page of the web. */
const SOURCES: readonly string[] = ['file', 'untitled', 'debug', BLOB_SCHEME];

/** Opens and restores the panels of views. */
export class ViewPanels implements vscode.Disposable {
  readonly #root: vscode.Uri;
  readonly #open = new Map<string, ViewPanel>();
  readonly #views = new Map<string, View>();
  readonly #disposables: vscode.Disposable[] = [];

  constructor(context: vscode.ExtensionContext) {
    this.#root = vscode.Uri.joinPath(context.extensionUri, 'dist');
  }

  /** Makes a view known, and restores those panels of it that were open when the window closed. */
  register(view: View): void {
    this.#views.set(view.id, view);
    const deserializeWebviewPanel = async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
      if (STATE(state)) this.#adopt(view, state.subject, panel);
      else panel.dispose();
    };
    this.#disposables.push(vscode.window.registerWebviewPanelSerializer(typeOf(view), { deserializeWebviewPanel }));
  }

  /** Shows a view of a subject: the panel that there is, else a new one. */
  show(id: string, subject: string, column = vscode.ViewColumn.Active): void {
    const view = this.#views.get(id);
    if (view === undefined) return;
    const known = this.#open.get(keyOf(view, subject));
    if (known !== undefined) return known.panel.reveal();
    const panel = vscode.window.createWebviewPanel(typeOf(view), view.title(subject), { viewColumn: column, preserveFocus: false }, { enableFindWidget: true });
    this.#adopt(view, subject, panel);
  }

  #adopt(view: View, subject: string, panel: vscode.WebviewPanel): void {
    const key = keyOf(view, subject);
    this.#open.get(key)?.panel.dispose();
    const shown = new ViewPanel(view, subject, panel, this.#root);
    this.#open.set(key, shown);
    panel.onDidDispose(() => {
      shown.dispose();
      if (this.#open.get(key) === shown) this.#open.delete(key);
    });
  }

  dispose(): void {
    for (const { panel } of this.#open.values()) panel.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

function typeOf(view: View): string {
  return `vsmmu.${view.id}`;
}

function keyOf(view: View, subject: string): string {
  return `${view.id} ${subject}`;
}

/** One panel. */
class ViewPanel implements vscode.Disposable {
  readonly panel: vscode.WebviewPanel;
  readonly #view: View;
  readonly #subject: string;
  readonly #disposables: vscode.Disposable[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** What the script shows, as text; undefined before it is ready. */
  #shown: string | undefined;
  #isReady = false;
  #loads = 0;

  constructor(view: View, subject: string, panel: vscode.WebviewPanel, root: vscode.Uri) {
    [this.#view, this.#subject, this.panel] = [view, subject, panel];
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    this.#disposables.push(
      webview.onDidReceiveMessage((message: unknown) => void this.#receive(message)),
      view.onChanged(() => this.#later()),
      // A hidden panel has no script; when it is seen again, its script starts anew and says so.
      panel.onDidChangeViewState(() => { if (!panel.visible) this.#isReady = false; }),
    );
    const at = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
    webview.html = pageOf({
      view: view.id, subject, title: panel.title, language: vscode.env.language, strings: vscode.l10n.bundle ?? {},
      script: at('views.js'), style: at('views.css'), source: webview.cspSource, nonce: nonce(),
    });
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#refresh(), QUIET_MS);
  }

  /** Sends what there is to show, where the panel can be seen and that is news. */
  async #refresh(): Promise<void> {
    if (!this.panel.visible || !this.#isReady) return;
    const load = (this.#loads += 1);
    const message = await this.#load();
    const text = JSON.stringify(message);
    if (text === this.#shown || load !== this.#loads) return;
    this.#shown = text;
    await this.panel.webview.postMessage(message);
  }

  async #load(): Promise<ToWeb> {
    try {
      return await this.#view.load(this.#subject);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: 'empty', text: reason, advice: null };
    }
  }

  async #receive(message: unknown): Promise<void> {
    if (!FROM_WEB(message)) return;
    try {
      await this.#obey(message);
    } catch (error) {
      void vscode.window.showErrorMessage(`vSMMU: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #obey(message: FromWeb): Promise<void> {
    switch (message.kind) {
      case 'ready':
        [this.#isReady, this.#shown] = [true, undefined];
        return this.#refresh();
      case 'open':
        if (!isSource(vscode.Uri.parse(message.place.uri))) return undefined;
        return this.#view.open?.(message.place) ?? openLine(message.place.uri, message.place.line);
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied: {0}', message.what), 3000);
        return undefined;
      case 'save':
        return save(message.name, message.text);
      case 'act':
        return Object.hasOwn(this.#view.actions ?? {}, message.name) ? this.#view.actions?.[message.name]?.(this.#subject, message.value) : undefined;
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

function isSource(uri: vscode.Uri): boolean {
  return SOURCES.includes(uri.scheme) || vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

/** Asks where to, and writes. */
async function save(name: string, text: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const plainName = name.replaceAll(/[^\w.-]+/g, '-');
  const target = await vscode.window.showSaveDialog(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, plainName) });
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}
