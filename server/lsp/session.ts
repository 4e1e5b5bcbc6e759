/**
 * One connection to one editor: its open documents, settings and workspace, and what request
 * handlers need of them. Each handler gets the session; none keeps state of its own.
 */
import type { ClientCapabilities, Connection } from 'vscode-languageserver/node';
import { DEFAULT_LIMITS } from '../../model/devicetree/source/files.ts';
import type { Board } from '../features/board.ts';
import { RawDocument } from '../features/raw/document.ts';
import { type Analysis, analyseBoard, type AnalysisOptions } from '../workspace/analysis.ts';
import { IncludePaths } from '../workspace/includePaths.ts';
import type { Disk } from '../workspace/disk.ts';
import { VirtualDisk } from '../workspace/virtualDisk.ts';
import { OverlayFiles } from '../workspace/files.ts';
import { IncludeGraph } from '../workspace/includeGraph.ts';
import { scanIncludes } from '../workspace/scanIncludes.ts';
import { type Clock, Scheduler } from '../workspace/scheduler.ts';
import { readSettings, type Settings } from '../workspace/settings.ts';
import { Uris } from '../workspace/uris.ts';
import { Workspace } from '../workspace/workspace.ts';
import type { Places } from './convert.ts';
import { OpenDocuments } from './documents.ts';
import { Guests } from './guests.ts';
import { OpenScenarios } from './scenarios.ts';

/** How long a request waits for an analysis that is under way before it is answered from the one before, in ms. */
const PATIENCE = 40;

/** The same for a request that a person made on purpose, such as a rename, where there is no analysis before. */
const FIRST_PATIENCE = 3000;

/** Work for one request that takes longer than this is given up, in ms. */
const LONGEST_WORK = 10_000;

/** What the session is given by its process. */
export interface SessionHost {
  readonly connection: Connection;
  readonly disk: Disk;
  readonly clock: Clock;
  /** The folder of the rules' pages, as a URI. */
  readonly pages: string;
}

/** A document with the board that explains it, where there is one by now. */
export interface Subject {
  readonly path: string;
  readonly document: RawDocument;
  readonly analysis: Analysis | undefined;
  readonly board: Board | undefined;
}

/** The state of one connection. */
export class Session {
  readonly uris = new Uris();
  readonly documents = new OpenDocuments();
  readonly files: OverlayFiles;
  readonly includePaths: IncludePaths;
  readonly graph: IncludeGraph;
  readonly scheduler: Scheduler;
  readonly workspace: Workspace<Analysis>;
  readonly guests: Guests;
  readonly scenarios: OpenScenarios;
  settings: Settings = readSettings(undefined);
  /** Whether the editor reads virtual files for us. */
  readsVirtual = false;
  folders: readonly string[] = [];
  capabilities: ClientCapabilities = {};
  /** Called after each analysis, and when the board of an open file has changed. */
  onAnalysed: (root: string, analysis: Analysis) => void = () => {};
  onContextChanged: (path: string) => void = () => {};
  /** Called when all that the editor shows may be out of date, without a document having changed in it. */
  onOutdated: () => void = () => {};
  /** Called before a long analysis is done, with what is known so far. */
  onEarly: NonNullable<AnalysisOptions['early']> = () => {};
  readonly disk: VirtualDisk;
  private trusted = true;
  private requests = 0;

  constructor(readonly host: SessionHost) {
    const disk = new VirtualDisk(host.disk);
    this.disk = disk;
    // Whatever was compiled took a file for absent that is there.
    disk.onFetched = () => {
      this.graph.forgetFolders();
      this.configure({});
    };
    this.files = new OverlayFiles(disk);
    this.includePaths = new IncludePaths(disk);
    this.graph = new IncludeGraph({
      disk,
      readText: (path) => this.files.readText(path),
      scan: scanIncludes,
      candidates: (includer, name) => this.includePaths.rootsFor(includer).map((root) => `${root}/${name}`),
      canonical: (path) => this.files.canonical(path),
    });
    this.scheduler = new Scheduler(host.clock, (error) => this.log(error));
    this.workspace = new Workspace(this.files, this.graph, this.scheduler, {
      analyse: (context, previous) => analyseBoard(context, this.analysisOptions(context.root), previous),
      analysed: (root, analysis) => this.onAnalysed(root, analysis),
      contextChanged: (path) => this.onContextChanged(path),
    });
    this.guests = new Guests(this);
    this.scenarios = new OpenScenarios(this);
  }

  log(error: unknown): void {
    this.host.connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  /** Takes over settings, folders and trust, and starts everything anew. */
  configure(change: { settings?: unknown; folders?: readonly string[]; trusted?: boolean; readsVirtual?: boolean }): void {
    this.onOutdated();
    this.readsVirtual = change.readsVirtual ?? this.readsVirtual;
    if (change.settings !== undefined) this.settings = readSettings(change.settings);
    this.folders = change.folders ?? this.folders;
    this.disk.restrictTo(this.folders);
    this.trusted = change.trusted ?? this.trusted;
    const roots = this.settings.includeRoots.flatMap((root) => this.resolve(root));
    this.includePaths.configure(roots);
    this.files.restrictTo(this.trusted ? undefined : [...this.folders, ...roots]);
    this.guests.refresh();
    this.scenarios.refresh();
    this.workspace.configure(this.folders, this.settings.contexts.flatMap((path) => this.resolve(path)));
  }

  /** Files changed on disk: whatever read them is looked at anew. */
  filesChanged(paths: readonly string[]): void {
    this.onOutdated();
    this.disk.invalidate(paths);
    this.workspace.filesChanged(paths);
    this.guests.refresh();
    this.scenarios.refresh();
  }

  /** Does long work beside everything else, and resolves when it is done. */
  async runInSlices(work: () => Generator<void, void>): Promise<void> {
    const key = `request ${(this.requests += 1)}`;
    this.scheduler.start({ key, run: work });
    await this.scheduler.settled(key, LONGEST_WORK);
    this.scheduler.cancel(key);
  }

  /** A document with its board: waits a little for an analysis that is under way. */
  async subject(uri: string, onPurpose = false): Promise<Subject | undefined> {
    const path = this.uris.fromEditor(uri);
    const isFirst = onPurpose && this.workspace.latest(path) === undefined;
    const analysis = await this.workspace.ready(path, isFirst ? FIRST_PATIENCE : PATIENCE);
    const document = this.documentAt(path);
    return document === undefined ? undefined : { path, document, analysis, board: analysis?.board };
  }

  /** Only the text of a document, for features that need no board. */
  document(uri: string): RawDocument | undefined {
    return this.documentAt(this.uris.fromEditor(uri));
  }

  /** Characters up to which a file gets more than diagnostics. */
  get editorChars(): number {
    return this.settings.limits.editorChars ?? DEFAULT_LIMITS.editorChars;
  }

  private documentAt(path: string): RawDocument | undefined {
    const document = this.documents.get(path);
    return document !== undefined && document.text.length <= this.editorChars ? document : undefined;
  }

  /** Where things are, counted in the text that the editor shows, or that is on disk. */
  readonly places: Places = {
    document: (path) => this.documents.get(path) ?? this.onDisk(path),
    uri: (path) => this.uris.toEditor(path),
  };

  /** A path as a person would write it: from the workspace folder where it lies in one. */
  label(path: string): string {
    const folder = this.folders.find((top) => path.startsWith(`${top}/`));
    return folder === undefined ? path : path.slice(folder.length + 1);
  }

  private readonly diskDocuments = new Map<string, RawDocument>();

  private onDisk(path: string): RawDocument | undefined {
    const text = this.files.readText(path);
    if (text === undefined) return undefined;
    const known = this.diskDocuments.get(path);
    if (known?.text === text) return known;
    const document = new RawDocument(path, text);
    this.diskDocuments.set(path, document);
    return document;
  }

  private resolve(path: string): string[] {
    const slashed = path.replaceAll('\\', '/').replace(/\/$/, '');
    if (slashed.startsWith('/') || /^[A-Za-z]:\//.test(slashed)) return [slashed];
    return this.folders.map((folder) => `${folder}/${slashed}`);
  }

  private analysisOptions(root: string): AnalysisOptions {
    return {
      files: this.files,
      compile: { includeRoots: this.includePaths.rootsFor(root), defines: this.settings.defines, limits: this.settings.limits },
      checks: this.settings.checks,
      levels: this.settings.rules,
      early: (compilation, problems) => this.onEarly(compilation, problems),
    };
  }
}
