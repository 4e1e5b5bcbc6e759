/**
 * The language server on a connection: handshake, document synchronisation, and the table of
 * requests. Every handler is guarded: an unknown file or an error inside is answered with nothing
 * found, and logged; the connection lives on.
 */
import {
  type Connection, createConnection, DidChangeWatchedFilesNotification, type InitializeParams, type InitializeResult,
  ProposedFeatures, ResponseError,
} from 'vscode-languageserver/node';
import { nodeDisk } from '../workspace/disk.ts';
import type { Clock } from '../workspace/scheduler.ts';
import { serverCapabilities } from './capabilities.ts';
import { Diagnostics } from './diagnostics.ts';
import { BOARD_REQUESTS } from './boardRequests.ts';
import { CUSTOM_REQUESTS } from './customRequests.ts';
import { FILE_REQUESTS } from './fileRequests.ts';
import { GUEST_REQUESTS } from './guestRequests.ts';
import { isXlDocument } from './guests.ts';
import { Refresh } from './refresh.ts';
import { afterAnswers } from './slices.ts';
import type { RequestTable } from './requests.ts';
import { SCENARIO_REQUESTS } from './scenarioRequests.ts';
import { isScenarioDocument } from './scenarios.ts';
import { Session } from './session.ts';
import { VIEW_REQUESTS } from './viewRequests.ts';
import { startOptimizing } from './warmUp.ts';

const clock: Clock = {
  now: () => performance.now(),
  defer: (action) => afterAnswers(action),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A first analysis that takes longer than this, in ms, is worth the optimizer's time. */
const LONG_FIRST_ANALYSIS = 300;

/** Starts the server on the transport that the command line names (`--stdio`, `--node-ipc`, ...). */
export function runServer(pages: string): void {
  const connection = createConnection(ProposedFeatures.all);
  const session = new Session({ connection, disk: nodeDisk, clock, pages });
  serve(connection, session);
  connection.listen();
}

/** Connects a session to its connection. */
export function serve(connection: Connection, session: Session): void {
  const diagnostics = new Diagnostics(session);
  const refresh = new Refresh(session);
  const tellViews = (): void => void connection.sendNotification('vsmmu/modelChanged');
  session.onAnalysed = (root, analysis) => {
    diagnostics.analysed(root, analysis);
    refresh.analysed();
    session.guests.boardAnalysed(root);
    tellViews();
    startOptimizing();
  };
  session.guests.onAnalysed = tellViews;
  session.onOutdated = () => refresh.contextChanged();
  session.onEarly = (compilation, problems) => diagnostics.early(compilation, problems);
  session.guests.onOwnersChanged = () => {
    refresh.contextChanged();
    refresh.analysed();
  };
  session.guests.onChanged = (path) => diagnostics.guestsChanged(path);
  session.onContextChanged = (path) => {
    diagnostics.contextChanged(path);
    refresh.contextChanged();
    announceContext(connection, session, path);
  };
  connection.onInitialize((params) => initialize(session, diagnostics, params));
  connection.onInitialized(() => {
    void watchFiles(connection, session);
    readVirtualFiles(connection, session);
  });
  synchronise(connection, session, diagnostics);
  followSettings(connection, session);
  const requests: RequestTable = {
    ...FILE_REQUESTS, ...BOARD_REQUESTS, ...CUSTOM_REQUESTS, ...VIEW_REQUESTS,
    'textDocument/diagnostic': (_, params) => diagnostics.pull(params),
  };
  for (const [method, handle] of Object.entries(requests)) {
    connection.onRequest(method, async (params, token) => {
      try {
        const special = method.startsWith('textDocument/') ? specialRequests(session, params) : undefined;
        return special === undefined ? await handle(session, params, token) : ((await special[method]?.(session, params, token)) ?? null);
      } catch (error) {
        if (error instanceof ResponseError) return error;
        session.log(error);
        return null;
      }
    });
  }
}

/** Characters after which only scenarios have something to propose. */
const SCENARIO_TRIGGERS = new Set(['.', '=', '@']);

/** The table for a document that is no device tree; undefined for a device tree. */
function specialRequests(session: Session, params: { textDocument?: { uri?: string }; context?: { triggerCharacter?: string } } | undefined): RequestTable | undefined {
  const path = session.uris.fromEditor(params?.textDocument?.uri ?? '');
  if (session.scenarios.isOpen(path)) return SCENARIO_REQUESTS;
  if (SCENARIO_TRIGGERS.has(params?.context?.triggerCharacter ?? '')) return NOTHING;
  return session.guests.isOpen(path) ? GUEST_REQUESTS : undefined;
}

const NOTHING: RequestTable = {};

function initialize(session: Session, diagnostics: Diagnostics, params: InitializeParams): InitializeResult {
  session.capabilities = params.capabilities;
  const pulls = params.capabilities.textDocument?.diagnostic !== undefined;
  if (pulls) diagnostics.usePull();
  const roots = params.workspaceFolders?.map((folder) => folder.uri) ?? (params.rootUri === null || params.rootUri === undefined ? [] : [params.rootUri]);
  const options = readOptions(params.initializationOptions);
  session.configure({
    folders: roots.map((uri) => session.uris.fromEditor(uri).replace(/(.)\/$/, '$1')),
    settings: options.settings,
    trusted: options.trusted,
    readsVirtual: options.readsVirtual,
  });
  return { capabilities: serverCapabilities(pulls), serverInfo: { name: 'vsmmu' } };
}

function readOptions(value: unknown): { settings: unknown; trusted: boolean; readsVirtual: boolean } {
  const options: { settings?: unknown; trusted?: unknown; readsVirtual?: unknown } = typeof value === 'object' && value !== null ? value : {};
  return { settings: options.settings ?? {}, trusted: options.trusted !== false, readsVirtual: options.readsVirtual === true };
}

async function watchFiles(connection: Connection, session: Session): Promise<void> {
  if (session.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration !== true) return;
  const watchers = [{ globPattern: '**/*.{dts,dtsi,dtso,dtsp,overlay,h,cfg,xlcfg,smmu}' }, { globPattern: '**/vsmmu.json' }];
  await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
}

/** Has the editor read what is on no disk, where it says that it can. */
function readVirtualFiles(connection: Connection, session: Session): void {
  if (!session.readsVirtual) return;
  session.disk.connect(async (paths) => {
    const uris = paths.map((path) => session.uris.toEditor(path));
    const { entries } = await connection.sendRequest<{ entries: readonly (VirtualAnswer | null)[] }>('vsmmu/readVirtual', { uris });
    return entries.map((entry) => (entry === null || 'entries' in entry ? entry : { bytes: Buffer.from(entry.data, 'base64') }));
  });
}

/** A file's bytes, or what a folder has. */
type VirtualAnswer = { readonly data: string } | { readonly entries: readonly { readonly name: string; readonly folder: boolean }[] };

function announceContext(connection: Connection, session: Session, path: string): void {
  const context = session.workspace.contextOf(path);
  const board = context === undefined || context.fragment ? null : { uri: session.uris.toEditor(context.root), label: session.label(context.root) };
  void connection.sendNotification('vsmmu/contextChanged', { uri: session.uris.toEditor(path), context: board });
}

/** Notifications about documents and files on disk. */
function synchronise(connection: Connection, session: Session, diagnostics: Diagnostics): void {
  const { workspace, documents, uris } = session;
  connection.onDidOpenTextDocument(({ textDocument }) => {
    const path = uris.fromEditor(textDocument.uri);
    documents.open(path, textDocument.version, textDocument.text);
    session.host.clock.after(LONG_FIRST_ANALYSIS, startOptimizing);
    if (isScenarioDocument(textDocument.languageId, path)) return session.scenarios.openDocument(path, textDocument.text);
    if (isXlDocument(textDocument.languageId, path)) session.guests.openDocument(path, textDocument.text);
    else workspace.openDocument(path, textDocument.text);
  });
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    const path = uris.fromEditor(textDocument.uri);
    const text = documents.change(path, textDocument.version, contentChanges);
    if (text === undefined) return;
    if (session.scenarios.isOpen(path)) return session.scenarios.changeDocument(path, text);
    if (session.guests.isOpen(path)) session.guests.changeDocument(path, text);
    else workspace.changeDocument(path, text);
    session.scenarios.changed(path);
  });
  connection.onDidCloseTextDocument(({ textDocument }) => {
    const path = uris.fromEditor(textDocument.uri);
    documents.close(path);
    if (session.scenarios.isOpen(path)) return session.scenarios.closeDocument(path);
    if (session.guests.isOpen(path)) session.guests.closeDocument(path);
    else workspace.closeDocument(path);
    diagnostics.closed(path);
    session.scenarios.changed(path);
  });
  connection.onDidSaveTextDocument(() => {
    const stale = session.files.takeStale();
    if (stale.length > 0) session.filesChanged(stale);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    const paths = changes.map((change) => uris.fromEditor(change.uri)).filter((path) => !session.files.isOpen(path));
    if (paths.length > 0) session.filesChanged(paths);
  });
}

/** Settings, trust and folders. */
function followSettings(connection: Connection, session: Session): void {
  connection.onDidChangeConfiguration(({ settings }) => session.configure({ settings: settings?.vsmmu ?? {} }));
  connection.onNotification('vsmmu/trustChanged', ({ trusted }: { trusted: boolean }) => session.configure({ trusted }));
  connection.onNotification('workspace/didChangeWorkspaceFolders', ({ event }) => session.configure({ folders: changedFolders(session, event) }));
}

function changedFolders(session: Session, event: { added: { uri: string }[]; removed: { uri: string }[] }): string[] {
  const removed = new Set(event.removed.map((folder) => session.uris.fromEditor(folder.uri)));
  const added = event.added.map((folder) => session.uris.fromEditor(folder.uri));
  return [...session.folders.filter((folder) => !removed.has(folder)), ...added];
}
