/**
 * Guests on the connection: open xl configurations, the systems that open files belong to, and
 * their problems. Those concern several files at once, so they are always sent, also to editors
 * that ask for the problems of a board themselves; the editor shows both.
 */
import { compileSteps } from '../../model/devicetree/compile.ts';
import { DEFAULT_LIMITS } from '../../model/devicetree/source/files.ts';
import { folderOf, joinPath } from '../../model/devicetree/source/paths.ts';
import { readProject } from '../../model/platform/guests/project.ts';
import { hostTree } from '../../model/platform/guests/host.ts';
import type { HostTree, System } from '../../model/platform/guests/types.ts';
import type { Problem } from '../../model/problem.ts';
import { dialectByName } from '../../model/xl/dialects.ts';
import { guestOf } from '../../model/xl/guestConfig.ts';
import { parseXl } from '../../model/xl/parser.ts';
import type { XlDocument } from '../features/xl/document.ts';
import { largeFileNotice } from '../workspace/hints.ts';
import { type SystemAnalysis, Systems, type SystemSource } from '../workspace/systems.ts';
import { toDiagnostic } from './convert.ts';
import type { Session } from './session.ts';

const XL_LANGUAGE = 'xl-cfg';

/** Whether a document is an xl configuration for the editor. */
export function isXlDocument(languageId: string, path: string): boolean {
  return languageId === XL_LANGUAGE || path.endsWith('.xlcfg') || (path.endsWith('.cfg') && languageId !== 'dts' && languageId !== 'devicetree');
}

/** The guests of one connection. */
export class Guests {
  private readonly systems: Systems;
  private readonly open = new Set<string>();
  /** Files that were last sent problems, by the system that has them. */
  private readonly shown = new Map<string, ReadonlySet<string>>();
  private readonly owners = new Map<string, string>();
  /** The problems that the editor was last sent of a file. */
  private readonly sent = new Map<string, string>();
  /** Opened, and the editor does not know their board yet. */
  private readonly unannounced = new Set<string>();
  /** Called when the problems of a file have changed; true where the board's own are sent with them. */
  onChanged: (path: string) => boolean = () => false;

  /** Called when devices have other owners than before: what is shown above their nodes is out of date. */
  onOwnersChanged: () => void = () => {};

  /** Called after each analysis of a system. */
  onAnalysed: () => void = () => {};

  constructor(private readonly session: Session) {
    const { files, includePaths } = session;
    this.systems = new Systems({
      readText: (path) => files.readText(path),
      filesIn: (folder) => this.filesIn(folder),
      isOpenConfig: (path) => this.open.has(path),
      analysed: (root) => this.openBoard(root),
      compile: (root, board, previous) => compileSteps(root, files, {
        includeRoots: [...(board?.includeRoots ?? []), ...includePaths.rootsFor(root)],
        defines: { ...session.settings.defines, ...board?.defines }, limits: session.settings.limits,
      }, previous),
      get problemsPerFile() { return session.settings.limits.problemsPerFile ?? DEFAULT_LIMITS.problemsPerFile; },
      get dialect() { return dialectByName(session.settings.xlDialect); },
      get extraKeys() { return session.settings.xlExtraKeys; },
    });
  }

  private filesIn(folder: string): string[] {
    const { files, disk } = this.session;
    const listed = (files.mayList(folder) ? disk.list(folder) ?? [] : []).filter((entry) => !entry.folder).map((entry) => entry.name);
    const open = [...this.open].filter((path) => folderOf(path) === folder).map((path) => path.slice(path.lastIndexOf('/') + 1));
    return [...new Set([...open, ...listed])];
  }

  isOpen(path: string): boolean {
    return this.open.has(path);
  }

  openDocument(path: string, text: string): void {
    this.open.add(path);
    this.unannounced.add(path);
    this.changeDocument(path, text);
  }

  changeDocument(path: string, text: string): void {
    this.session.files.setOpen(path, text);
    this.start(path);
  }

  closeDocument(path: string): void {
    this.open.delete(path);
    this.session.files.setClosed(path);
    this.start(path);
  }

  /** Files changed on disk, or settings changed: every system is looked at anew. */
  refresh(): void {
    for (const path of this.open) this.start(path);
    for (const root of new Set([...this.session.workspace.documents].flatMap((path) => this.session.workspace.contextOf(path)?.root ?? []))) this.start(root);
  }

  /** A board was analysed: the systems that it is part of may look different. */
  boardAnalysed(root: string): void {
    this.start(root);
  }

  /** The problems that systems have in a file, less the rules that the user switched off. */
  problems(path: string): Problem[] {
    const { rules } = this.session.settings;
    const length = this.open.has(path) ? this.session.files.readText(path)?.length ?? 0 : 0;
    const notice = largeFileNotice(path, length, this.session.editorChars);
    return [...notice, ...this.systems.of(path).flatMap((analysis) => (this.mayShow(analysis, path) ? analysis.problems.get(path) ?? [] : []))].flatMap((problem) => {
      const level = rules.get(problem.id);
      return level === 'off' ? [] : [level === undefined ? problem : { ...problem, level }];
    });
  }

  /** The system that a file belongs to, the largest of several. */
  systemOf(path: string): System | undefined {
    return this.systems.of(path).toSorted((a, b) => b.system.domains.length - a.system.domains.length)[0]?.system;
  }

  /** Every system that a file belongs to: a SoC's source belongs to one for each of its boards. */
  systemsOf(path: string): System[] {
    return this.systems.of(path).map(({ system }) => system);
  }

  /** The project file whose first board a file is, with its system: that board is what a scenario takes from a project. */
  projectOf(root: string): { readonly path: string; readonly system: System } | undefined {
    const found = this.systems.of(root).find(({ source, system }) => source.kind === 'project' && system.host?.path === root);
    const [first] = found === undefined ? [] : readProject(found.source.key, this.session.files.readText(found.source.key) ?? '').boards;
    const isFirst = found !== undefined && first !== undefined && joinPath(folderOf(found.source.key), first.path) === root;
    return isFirst ? { path: found.source.key, system: found.system } : undefined;
  }

  /** The system of a project file, analysed now, in slices. */
  *systemOfProject(path: string): Generator<void, System | undefined> {
    if (this.session.files.readText(path) === undefined) return undefined;
    return (yield* this.systems.analyse({ key: path, kind: 'project' })).system;
  }

  /** The system of a board and configurations that a scenario names, in slices. */
  systemOfFiles(files: { readonly board: string; readonly configs: readonly string[] }): Generator<void, System | undefined> {
    return this.systems.ofFiles(files);
  }

  /** The boards that could be the host of a file's system. */
  hostsOf(path: string): readonly string[] {
    return [...new Set(this.systems.of(path).flatMap((analysis) => analysis.hosts))];
  }

  /** Takes another board as the host of a file's system, or the best one where it is undefined. */
  choose(path: string, root: string | undefined): void {
    this.systems.choose(this.sourceOf(path), root);
    this.start(path);
  }

  /** An open configuration as the features see it; undefined for one that is too large for more than diagnostics. */
  document(path: string): XlDocument | undefined {
    const text = this.open.has(path) ? this.session.files.readText(path) : undefined;
    if (text === undefined || text.length > this.session.editorChars) return undefined;
    const system = this.systemOf(path);
    const known = system?.domains.find((domain) => domain.config?.syntax.path === path && domain.config.syntax.text === text)?.config;
    const { xlDialect, xlExtraKeys } = this.session.settings;
    return { guest: known ?? guestOf(parseXl(path, text), { dialect: dialectByName(xlDialect), extraKeys: xlExtraKeys }), system };
  }

  /** The same for a file that need not be open: its system is read from disk where it is not known yet. */
  async demand(path: string, milliseconds: number): Promise<System | undefined> {
    await this.ready(path, milliseconds);
    const source = this.sourceOf(path);
    if (!this.systems.has(source)) this.start(path);
    await this.session.scheduler.settled(keyOf(source), milliseconds);
    return this.systemOf(path);
  }

  /** Waits for the system of a file, at most `milliseconds`. */
  async ready(path: string, milliseconds: number): Promise<void> {
    const { workspace, scheduler } = this.session;
    if (!this.open.has(path)) await workspace.ready(path, milliseconds);
    // The system of a board is the one of its root file.
    const root = this.open.has(path) ? path : workspace.contextOf(path)?.root ?? path;
    await scheduler.settled(keyOf(this.sourceOf(root)), milliseconds);
  }

  private sourceOf(path: string): SystemSource {
    const top = this.session.folders.find((folder) => path.startsWith(`${folder}/`));
    return this.systems.sourceOf(path, top ?? folderOf(path));
  }

  private start(path: string): void {
    const source = this.sourceOf(path);
    // It may have been alone until a project file or a name made it part of something.
    if (source.kind !== 'alone' && this.systems.forget({ key: path, kind: 'alone' })) this.send(path);
    this.session.scheduler.start({ key: keyOf(source), background: true, run: () => this.analyse(source) });
  }

  private *analyse(source: SystemSource): Generator<void, void> {
    const analysis = yield* this.systems.analyse(source);
    const before = this.shown.get(source.key) ?? new Set<string>();
    const now = new Set(analysis.problems.keys());
    this.shown.set(source.key, now);
    for (const path of new Set([...before, ...now])) this.send(path);
    this.announce();
    const owners = ownersText(analysis.system);
    if (owners !== (this.owners.get(source.key) ?? '')) this.onOwnersChanged();
    this.owners.set(source.key, owners);
    this.onAnalysed();
  }

  /** Tells the editor to ask for the board of what was opened since. */
  private announce(): void {
    for (const path of this.unannounced) {
      const host = this.systemOf(path)?.host?.path;
      const { uris, host: { connection } } = this.session;
      const context = host === undefined ? null : { uri: uris.toEditor(host), label: this.session.label(host) };
      void connection.sendNotification('vsmmu/contextChanged', { uri: uris.toEditor(path), context });
    }
    this.unannounced.clear();
  }

  /** Says nothing where nothing is new: an editor that is told takes it as a change, and drops the list of quick fixes that was just asked for. */
  private send(path: string): void {
    if (this.onChanged(path)) return;
    const document = this.session.places.document(path);
    const diagnostics = document === undefined ? [] : this.problems(path).map((problem) => toDiagnostic(problem, document, this.session.places, this.session.host.pages));
    const text = JSON.stringify(diagnostics);
    if (text === (this.sent.get(path) ?? '[]')) return;
    this.sent.set(path, text);
    void this.session.host.connection.sendDiagnostics({ uri: this.session.uris.toEditor(path), diagnostics });
  }

  /** What rests on a guess is shown in open files alone: a folder may hold anything. */
  private mayShow({ source }: SystemAnalysis, path: string): boolean {
    return source.kind !== 'folder' || this.open.has(path) || this.session.documents.get(path) !== undefined;
  }

  private openBoard(root: string): HostTree | undefined {
    const { workspace } = this.session;
    const analysis = workspace.contextOf(root)?.root === root && workspace.isCurrent(root) ? workspace.latest(root) : undefined;
    return analysis === undefined ? undefined : hostTree(analysis.compilation, analysis.board.platform);
  }
}

/** Who owns what, less the hardware domain, as one text to compare. */
function ownersText(system: System): string {
  return system.domains.filter((one) => one.kind !== 'hardware').flatMap((domain) => domain.devices.map((device) => `${domain.name} ${device.path}\n`)).join('');
}

function keyOf(source: SystemSource): string {
  return `system ${source.key}`;
}
