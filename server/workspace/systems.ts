/**
 * The systems that open files belong to: which board, guests and partial trees go together, and
 * what the rules over all of them say. A project file states it; without one, the files of a
 * folder are taken together. Device trees that are open as boards are not compiled twice. Knows
 * nothing of LSP; all files come through the host.
 */
import type { Compilation } from '../../model/devicetree/compile.ts';
import { PlatformContext } from '../../model/platform/context.ts';
import { assemble } from '../../model/platform/guests/assemble.ts';
import { hostTree } from '../../model/platform/guests/host.ts';
import { isFragment } from '../../model/platform/guests/fragment.ts';
import { type Project, type ProjectBoard, readProject } from '../../model/platform/guests/project.ts';
import { SYSTEM_RULES } from '../../model/platform/guests/rules/index.ts';
import { systemOf } from '../../model/platform/guests/system.ts';
import type { HostTree, System } from '../../model/platform/guests/types.ts';
import { platformSteps } from '../../model/platform/platform.ts';
import type { Problem } from '../../model/problem.ts';
import type { XlDialect } from '../../model/xl/dialects.ts';
import { guestOf, type XlGuest } from '../../model/xl/guestConfig.ts';
import { looksLikeXl } from '../../model/xl/looksLikeXl.ts';
import { parseXl } from '../../model/xl/parser.ts';
import { XL_RULES } from '../../model/xl/rules/index.ts';
import { tooMany } from './analysis.ts';
import { folderOf, joinPath } from '../../model/devicetree/source/paths.ts';

/** What the systems need from the server. */
export interface SystemHost {
  readText(path: string): string | undefined;
  /** Names of the plain files of a folder, and of those that are open there and not saved yet. */
  filesIn(folder: string): readonly string[];
  /** Whether a file is open as an xl configuration, whatever it looks like. */
  isOpenConfig(path: string): boolean;
  /** The analysis of a board that is open, as it is. */
  analysed(root: string): HostTree | undefined;
  compile(root: string, board: ProjectBoard | undefined, previous: Compilation | undefined): Generator<void, Compilation>;
  /** More problems of one file are not shown. */
  readonly problemsPerFile: number;
  /** What the settings say of xl configurations. */
  readonly dialect: XlDialect | undefined;
  readonly extraKeys: readonly string[];
}

/** Where the list of files of a system comes from: a project file, the files of a folder, or one configuration that neither lists. */
export interface SystemSource {
  /** The path of the project file, of the folder, or of the configuration. */
  readonly key: string;
  readonly kind: 'project' | 'folder' | 'alone';
}

/** One analysed system. */
export interface SystemAnalysis {
  readonly source: SystemSource;
  readonly system: System;
  /** The boards that could be the host, by path. */
  readonly hosts: readonly string[];
  /** Every file that something of it was read from. */
  readonly files: ReadonlySet<string>;
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

const PROJECT = 'vsmmu.json';
/** A folder with more is no system, but a store of them. */
const MAX_FILES = 32;
const MAX_BOARDS = 8;

interface CompiledTree {
  readonly compilation: Compilation;
  readonly tree: HostTree;
}

/** The systems of a workspace. */
export class Systems {
  private readonly trees = new Map<string, CompiledTree>();
  private readonly analyses = new Map<string, SystemAnalysis>();
  /** The host that the user chose for a system. */
  private readonly chosen = new Map<string, string>();

  constructor(private readonly host: SystemHost) {}

  /** The source that a file's system is listed in: the nearest project file up to `top`, else its folder, else the configuration itself. */
  sourceOf(path: string, top: string | undefined): SystemSource {
    const source = this.listOf(path, top);
    const isListed = !this.host.isOpenConfig(path) || (source.kind === 'project' ? this.projectFiles(source.key).configs : this.configsIn(source.key)).includes(path);
    return isListed ? source : { key: path, kind: 'alone' };
  }

  private listOf(path: string, top: string | undefined): SystemSource {
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      const project = joinPath(folder, PROJECT);
      if (this.host.readText(project) !== undefined) return { key: project, kind: 'project' };
      if (folder === top || top === undefined || folder === '' || folder === '.') return { key: folderOf(path), kind: 'folder' };
    }
  }

  /** The latest analyses that read a file. */
  of(path: string): SystemAnalysis[] {
    return [...this.analyses.values()].filter((analysis) => analysis.files.has(path));
  }

  /** Whether a system was analysed at all. */
  has(source: SystemSource): boolean {
    return this.analyses.has(source.key);
  }

  /** Analyses one system in slices. */
  *analyse(source: SystemSource): Generator<void, SystemAnalysis> {
    const files = this.filesOf(source);
    const trees: HostTree[] = [];
    for (const [path, board] of files.trees) {
      const tree = yield* this.tree(path, board);
      if (tree !== undefined) trees.push(tree);
    }
    const configs = files.configs.flatMap((path) => this.guest(path, files));
    yield;
    const hosts = trees.filter((tree) => !isFragment(tree.tree));
    const chosen = hosts.find((tree) => tree.path === this.chosen.get(source.key));
    const host = chosen ?? hosts.toSorted((a, b) => matches(b, configs) - matches(a, configs))[0];
    const system = systemOf(assemble({
      trees: [...(host === undefined ? [] : [host]), ...trees.filter((tree) => !hosts.includes(tree))],
      configs, association: source.kind === 'project' || chosen !== undefined ? 'stated' : 'guessed', dialect: files.dialect, partials: files.partials,
    }));
    const problems = yield* this.problems(system, configs, files.problems);
    const analysis: SystemAnalysis = { source, system, hosts: hosts.map((tree) => tree.path), files: readBy(source, trees, configs), problems };
    this.analyses.set(source.key, analysis);
    return analysis;
  }

  /** The system of files that somebody names together, such as a scenario; undefined where the board cannot be read. */
  *ofFiles({ board, configs }: { readonly board: string; readonly configs: readonly string[] }): Generator<void, System | undefined> {
    const tree = yield* this.tree(board, undefined);
    if (tree === undefined) return undefined;
    const reading = this.reading(undefined);
    const guests = configs.flatMap((path) => this.guest(path, reading));
    return systemOf(assemble({ trees: [tree], configs: guests, association: 'stated', dialect: reading.dialect }));
  }

  /** Fixes the host of a system; undefined leaves the choice to its devices again. */
  choose(source: SystemSource, root: string | undefined): void {
    if (root === undefined) this.chosen.delete(source.key);
    else this.chosen.set(source.key, root);
  }

  /** Forgets a system, for instance when its last file is closed; true where it was known. */
  forget(source: SystemSource): boolean {
    return this.analyses.delete(source.key);
  }

  private *problems(system: System, configs: readonly XlGuest[], project: readonly Problem[]): Generator<void, Map<string, Problem[]>> {
    const found = [...project];
    for (const rule of SYSTEM_RULES) {
      found.push(...rule.check(system));
      yield;
    }
    for (const guest of configs) {
      for (const rule of XL_RULES) found.push(...rule.check(guest));
      yield;
    }
    return byFile(found, this.host.problemsPerFile);
  }

  private guest(path: string, { dialect, extraKeys }: Pick<SystemFiles, 'dialect' | 'extraKeys'>): XlGuest[] {
    const text = this.host.readText(path);
    return text === undefined ? [] : [guestOf(parseXl(path, text), { dialect, extraKeys })];
  }

  /** A tree as it is open, else compiled, else as it was while none of its files has changed. */
  private *tree(path: string, board: ProjectBoard | undefined): Generator<void, HostTree | undefined> {
    const open = this.host.analysed(path);
    if (open !== undefined) return open;
    if (this.host.readText(path) === undefined) return undefined;
    const known = this.trees.get(path);
    if (known !== undefined && this.isFresh(known.compilation)) return known.tree;
    const compilation = yield* this.host.compile(path, board, known?.compilation);
    const tree = hostTree(compilation, new PlatformContext(yield* platformSteps(compilation.tree), compilation.expanded));
    this.trees.set(path, { compilation, tree });
    return tree;
  }

  private isFresh(compilation: Compilation): boolean {
    return [...compilation.files.values()].every((file) => this.host.readText(file.path) === file.text);
  }

  private projectFiles(path: string): SystemFiles {
    const project = readProject(path, this.host.readText(path) ?? '');
    const at = (name: string): string => joinPath(folderOf(path), name);
    const partials = project.guests.flatMap(({ partial }) => (partial === undefined ? [] : [at(partial)]));
    return {
      trees: new Map([...project.boards.map((board) => [at(board.path), absolute(board, at)] as const), ...partials.map((one) => [one, undefined] as const)]),
      configs: project.guests.flatMap(({ config }) => (config === undefined ? [] : [at(config)])),
      partials: new Map(project.guests.flatMap(({ config, partial }) => (config === undefined || partial === undefined ? [] : [[at(config), at(partial)] as const]))),
      ...this.reading(project),
      problems: project.problems,
    };
  }

  private reading(project: Project | undefined): Pick<SystemFiles, 'dialect' | 'extraKeys'> {
    return { dialect: project?.dialect ?? this.host.dialect, extraKeys: [...(project?.extraKeys ?? []), ...this.host.extraKeys] };
  }

  private filesOf({ key, kind }: SystemSource): SystemFiles {
    if (kind === 'project') return this.projectFiles(key);
    if (kind === 'folder') return this.folderFiles(key);
    return { trees: new Map(), configs: [key], partials: new Map(), ...this.reading(undefined), problems: [] };
  }

  /** The configurations of a folder, and its device trees where there are configurations at all. */
  private folderFiles(folder: string): SystemFiles {
    const configs = this.configsIn(folder);
    const trees = configs.length === 0 ? [] : this.host.filesIn(folder).filter((name) => name.endsWith('.dts')).slice(0, MAX_BOARDS).map((name) => joinPath(folder, name));
    return { trees: new Map(trees.map((path) => [path, undefined])), configs, partials: new Map(), ...this.reading(undefined), problems: [] };
  }

  private configsIn(folder: string): string[] {
    return this.host.filesIn(folder).filter((name) => /\.(?:cfg|xlcfg)$/.test(name)).slice(0, MAX_FILES).map((name) => joinPath(folder, name))
      .filter((path) => this.host.isOpenConfig(path) || looksLikeXl(this.host.readText(path) ?? ''));
  }
}

function byFile(problems: readonly Problem[], perFile: number): Map<string, Problem[]> {
  const files = new Map<string, Problem[]>();
  for (const problem of problems) {
    const list = files.get(problem.range.file) ?? [];
    files.set(problem.range.file, list);
    if (list.length < perFile) list.push(problem);
    else if (list.length === perFile) list.push(tooMany(problem, perFile));
  }
  return files;
}

interface SystemFiles {
  readonly trees: ReadonlyMap<string, ProjectBoard | undefined>;
  readonly configs: readonly string[];
  readonly partials: ReadonlyMap<string, string>;
  readonly dialect: XlDialect | undefined;
  readonly extraKeys: readonly string[];
  readonly problems: readonly Problem[];
}

function absolute(board: ProjectBoard, at: (name: string) => string): ProjectBoard {
  return { ...board, path: at(board.path), includeRoots: board.includeRoots.map(at) };
}

/** How many of the assigned devices a host has. */
function matches(host: HostTree, configs: readonly XlGuest[]): number {
  return configs.flatMap((config) => config.dtdev).filter(({ value }) => host.tree.byPath(value) !== undefined).length;
}

function readBy(source: SystemSource, trees: readonly HostTree[], configs: readonly XlGuest[]): Set<string> {
  return new Set([...(source.kind === 'project' ? [source.key] : []), ...trees.flatMap((tree) => [...tree.text.files.keys()]), ...configs.map((config) => config.syntax.path)]);
}
