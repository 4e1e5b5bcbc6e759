/**
 * The state of the server: open documents, the board of each, the latest analysis of each board,
 * and the work that is under way to bring those up to date. Told of every change; tells when an
 * analysis is done or a file's board has changed. Knows nothing of LSP.
 */
import { type Context, Contexts } from './contexts.ts';
import type { OverlayFiles } from './files.ts';
import { type IncludeGraph, isRootFile, parentFolder } from './includeGraph.ts';
import type { Scheduler } from './scheduler.ts';
import { isFilePath, isWithin } from './uris.ts';

/** What the workspace needs to know of an analysis. */
export interface AnalysisLike {
  readonly files: ReadonlyMap<string, unknown>;
}

/** How boards are analysed, and who hears of it. */
export interface WorkspaceHost<Analysis extends AnalysisLike> {
  analyse(context: Context, previous: Analysis | undefined): Generator<void, Analysis>;
  analysed(root: string, analysis: Analysis): void;
  contextChanged(path: string): void;
}

/** The open documents and the boards that explain them. */
export class Workspace<Analysis extends AnalysisLike> {
  private readonly contexts: Contexts;
  private readonly open = new Set<string>();
  private readonly inForce = new Map<string, Context>();
  private readonly analyses = new Map<string, Analysis>();
  private readonly found = new Map<string, readonly string[]>();
  private preferred: readonly string[] = [];
  private folders: readonly string[] = [];

  constructor(
    private readonly files: OverlayFiles,
    private readonly graph: IncludeGraph,
    private readonly scheduler: Scheduler,
    private readonly host: WorkspaceHost<Analysis>,
  ) {
    this.contexts = new Contexts({
      includes: (root, path) => this.analyses.get(root)?.files.has(path) === true,
      found: (path) => (isFilePath(path) ? this.found.get(path) : []),
      current: (path) => this.inForce.get(path)?.root,
      hasVersionTag: (path) => /^(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/.*\n|#.*\n)*\/dts-v1\//.test(this.files.readText(path)?.slice(0, 4000) ?? ''),
      preferred: () => [...this.preferred, ...[...this.open].reverse().filter(isRootFile)],
    });
  }

  /** The workspace folders, and the boards that the settings prefer. Everything is compiled anew. */
  configure(folders: readonly string[], preferred: readonly string[]): void {
    this.folders = folders;
    this.preferred = preferred;
    this.found.clear();
    this.analyses.clear();
    this.refresh();
    for (const context of this.inForce.values()) this.start(context);
  }

  openDocument(path: string, text: string): void {
    const changes = this.files.isOpen(path) || this.files.readText(path) !== text;
    this.files.setOpen(path, text);
    this.open.delete(path);
    this.open.add(path);
    if (changes) this.restart(path);
    this.refresh();
  }

  changeDocument(path: string, text: string): void {
    this.files.setOpen(path, text);
    this.restart(path);
  }

  closeDocument(path: string): void {
    this.files.setClosed(path);
    this.open.delete(path);
    this.inForce.delete(path);
    this.restart(path);
    this.refresh();
  }

  /** Files changed on disk. */
  filesChanged(paths: readonly string[]): void {
    for (const path of paths) {
      this.files.invalidate(path);
      this.graph.update(path);
    }
    this.found.clear();
    // A new file may be what an include did not find: every board is affected.
    for (const context of new Map([...this.inForce.values()].map((c) => [c.root, c])).values()) this.start(context);
    this.refresh();
  }

  /** Open documents, in the order in which they were opened. */
  get documents(): Iterable<string> {
    return this.open;
  }

  contextOf(path: string): Context | undefined {
    return this.inForce.get(path) ?? this.contexts.of(path);
  }

  /** The board of `path` becomes `root`, or the best one where it is undefined. */
  choose(path: string, root: string | undefined): void {
    this.contexts.choose(path, root);
    if (root === undefined) this.inForce.delete(path);
    this.refresh();
  }

  /** The latest analysis that explains `path`, as it is. */
  latest(path: string): Analysis | undefined {
    const context = this.contextOf(path);
    return context === undefined ? undefined : this.analyses.get(context.root);
  }

  /** The analysis of `path` once it is up to date, or the one before after `milliseconds`. */
  async ready(path: string, milliseconds: number): Promise<Analysis | undefined> {
    await this.scheduler.settled(searchKey(path), milliseconds);
    const context = this.contextOf(path);
    if (context === undefined) return undefined;
    await this.scheduler.settled(analysisKey(context.root), milliseconds);
    return this.analyses.get(context.root);
  }

  /** Whether the analysis of a file is up to date. */
  isCurrent(path: string): boolean {
    const context = this.contextOf(path);
    return context !== undefined && this.analyses.has(context.root) && !this.scheduler.isPending(analysisKey(context.root));
  }

  /** All boards that `path` is compiled in, after a search of the whole workspace. */
  async allContexts(path: string, milliseconds: number): Promise<{ roots: readonly string[]; complete: boolean }> {
    if (!isFilePath(path)) return { roots: [], complete: true };
    const key = `everything ${path}`;
    this.scheduler.start({ key, run: () => this.search(path, false) });
    const complete = await this.scheduler.settled(key, milliseconds);
    return { roots: this.graph.rootsOf(path), complete };
  }

  /** Looks again which board each open document has, and starts what is missing. */
  private refresh(): void {
    for (const path of this.open) {
      const context = this.contexts.of(path);
      if (context === undefined) {
        this.searchFor(path);
        continue;
      }
      const before = this.inForce.get(path);
      this.inForce.set(path, context);
      const needed = !this.analyses.has(context.root) && !this.scheduler.isPending(analysisKey(context.root));
      if (needed) this.start(context);
      if (before?.root !== context.root || before.fragment !== context.fragment) this.host.contextChanged(path);
    }
    this.forget();
  }

  /** Drops analyses that explain no open document any more. */
  private forget(): void {
    const needed = new Set([...this.inForce.values()].map((context) => context.root));
    for (const root of this.analyses.keys()) {
      if (needed.has(root)) continue;
      this.analyses.delete(root);
      this.scheduler.cancel(analysisKey(root));
    }
  }

  /** Analyses anew every board that `path` is part of, its own context first. */
  private restart(path: string): void {
    const own = this.inForce.get(path)?.root;
    const affected = new Map<string, Context>();
    for (const context of this.inForce.values()) {
      const reads = context.root === path || this.analyses.get(context.root)?.files.has(path) === true;
      if (reads || context.root === own) affected.set(context.root, context);
    }
    const ordered = [...affected.values()].sort((a, b) => Number(b.root === own) - Number(a.root === own));
    for (const context of ordered) this.start(context);
  }

  private start(context: Context): void {
    this.scheduler.start({ key: analysisKey(context.root), run: () => this.analyse(context) });
  }

  private *analyse(context: Context): Generator<void, void> {
    const analysis = yield* this.host.analyse(context, this.analyses.get(context.root));
    this.analyses.set(context.root, analysis);
    this.host.analysed(context.root, analysis);
    this.refresh();
  }

  private searchFor(path: string): void {
    if (this.scheduler.isPending(searchKey(path))) return;
    this.scheduler.start({ key: searchKey(path), run: () => this.find(path) });
  }

  private *find(path: string): Generator<void, void> {
    if (this.contexts.of(path) === undefined) {
      yield* this.search(path, true);
      this.found.set(path, this.graph.rootsOf(path));
    }
    this.refresh();
  }

  /** Reads the sources around `path`, folder by folder outwards to the workspace's top. */
  private *search(path: string, stopAtFirst: boolean): Generator<void, void> {
    const top = this.folders.find((folder) => isWithin(path, folder));
    if (!isFilePath(path)) return;
    for (let folder = parentFolder(path); ; folder = parentFolder(folder)) {
      yield* this.graph.readFolder(folder);
      const enough = stopAtFirst && this.graph.rootsOf(path).length > 0;
      if (enough || top === undefined || folder === top || folder === '/') return;
    }
  }
}

function analysisKey(root: string): string {
  return `analyse ${root}`;
}

function searchKey(path: string): string {
  return `search ${path}`;
}
