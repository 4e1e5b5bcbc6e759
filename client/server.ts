/**
 * The language server as the rest of the client sees it: a process of its own, started a moment after
 * the extension is active, so that VS Code does not wait for it. Requests wait by themselves. Knows no
 * message of ours: those are sent by the files that need them.
 */
import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { BLOB_SCHEME } from './blobs.ts';
import type { ClientParts } from './languageClient.ts';
import { virtualSchemes } from './virtualFiles.ts';

/** Language ids of files that a board explains: device trees under ours and that of other extensions, and Xen guests. */
export const BOARD_LANGUAGES: readonly string[] = ['dts', 'devicetree', 'xl-cfg'];

/** Language ids that we serve: those, and scenarios. */
const LANGUAGES: readonly string[] = [...BOARD_LANGUAGES, 'smmu-scenario'];
const SCHEMES: readonly string[] = ['file', 'untitled', BLOB_SCHEME];

type Converter = LanguageClient['protocol2CodeConverter'];

export class Server implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #notified: [method: string, handler: (params: unknown) => void][] = [];
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when the server starts, stops or fails. */
  readonly onDidChangeState = this.#changed.event;
  readonly #folders: vscode.Disposable;
  /** Schemes of virtual folders that the client serves. */
  #virtual: readonly string[] = [];
  #client: LanguageClient | undefined;
  #starting: Promise<LanguageClient> | undefined;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    this.#folders = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      if (this.#client !== undefined && virtualSchemes().some((scheme) => !this.#virtual.includes(scheme))) void this.restart().catch(() => undefined);
    });
  }

  isRunning(): boolean {
    return this.#client?.isRunning() === true;
  }

  /** Starts it soon. That it cannot be started is reported by the client itself. */
  start(): void {
    setImmediate(() => void this.#ready().catch(() => undefined));
  }

  /** Starts it anew, with a client that serves the folders as they are now. */
  async restart(): Promise<void> {
    // One that is starting cannot be stopped.
    await this.#starting?.catch(() => undefined);
    const old = this.#client;
    this.#client = undefined;
    this.#starting = undefined;
    // A client whose server could not be started cannot be stopped either.
    await old?.dispose().catch(() => undefined);
    await this.#ready();
  }

  async sendRequest<R>(method: string, params: unknown): Promise<R> {
    return (await this.#ready()).sendRequest<R>(method, params);
  }

  async sendNotification(method: string, params: unknown): Promise<void> {
    await (await this.#ready()).sendNotification(method, params);
  }

  /** Listens to a notification, from the first one on. Before the server is started only. */
  onNotification(method: string, handler: (params: unknown) => void): void {
    this.#notified.push([method, handler]);
  }

  /** Turns places of the protocol into VS Code's own. */
  async converter(): Promise<Converter> {
    return (await this.#ready()).protocol2CodeConverter;
  }

  #ready(): Promise<LanguageClient> {
    return (this.#starting ??= this.#load());
  }

  async #load(): Promise<LanguageClient> {
    const bundle = this.#context.asAbsolutePath('dist/client.js');
    const { createClient } = createRequire(bundle)(bundle) as { createClient(parts: ClientParts): LanguageClient };
    this.#virtual = virtualSchemes();
    const client = createClient({ module: this.#context.asAbsolutePath('dist/server.js'), languages: LANGUAGES, schemes: SCHEMES });
    for (const [method, handler] of this.#notified) client.onNotification(method, handler);
    client.onDidChangeState(() => this.#changed.fire());
    this.#client = client;
    await client.start();
    return client;
  }

  dispose(): void {
    this.#folders.dispose();
    void this.#client?.dispose();
  }
}
