/**
 * A system from its files, for every command that looks at guests: a project file, or device trees
 * and xl configurations named together. A project with several boards is one system for each.
 */
import { posix } from 'node:path';
import type { Compilation } from '../model/devicetree/compile.ts';
import { PlatformContext } from '../model/platform/context.ts';
import { assemble } from '../model/platform/guests/assemble.ts';
import { type Project, PROJECT_FILE, readProject } from '../model/platform/guests/project.ts';
import { hostTree } from '../model/platform/guests/host.ts';
import { systemOf } from '../model/platform/guests/system.ts';
import type { HostTree, System } from '../model/platform/guests/types.ts';
import { platform } from '../model/platform/platform.ts';
import type { Problem } from '../model/problem.ts';
import { guestOf, type XlGuest } from '../model/xl/guestConfig.ts';
import { parseXl } from '../model/xl/parser.ts';
import type { CommandFiles } from './command.ts';
import type { Compiler } from './compiler.ts';

/** The files of a system, absolute: a project file, or trees and configurations. */
export type SystemSource =
  | { readonly project: string }
  | { readonly project?: undefined; readonly trees: readonly string[]; readonly configs: readonly string[] };

/** What was read for a system. */
export interface ReadSystem {
  /** One for each board. */
  readonly systems: readonly System[];
  readonly compiled: readonly Compilation[];
  readonly guests: readonly XlGuest[];
  /** What is wrong with the project file itself. */
  readonly problems: readonly Problem[];
}

function compiledHost(compilation: Compilation): HostTree {
  return hostTree(compilation, new PlatformContext(platform(compilation.tree), compilation.expanded));
}

/** Reads the systems of a project or of files named together. */
export function readSystem(source: SystemSource, compiler: Compiler, files: CommandFiles): ReadSystem {
  return source.project === undefined ? readFiles(source, compiler, files) : new ProjectReader(source.project, compiler, files).read();
}

function readFiles({ trees, configs }: { trees: readonly string[]; configs: readonly string[] }, compiler: Compiler, files: CommandFiles): ReadSystem {
  const compiled = trees.map((path) => compiler.compile(path));
  const guests = configs.map((path) => guestOf(parseXl(path, files.readText(path) ?? '')));
  // One Xen runs them all: what one of the files says of it holds for dom0less domains too.
  const dialect = guests.find((guest) => guest.dialect.vsmmu !== undefined)?.dialect;
  const system = systemOf(assemble({ trees: compiled.map(compiledHost), configs: guests, association: 'stated', dialect }));
  return { systems: [system], compiled, guests, problems: [] };
}

/** Where a file name stands in a project file. */
function mention(project: string, text: string, name: string): { file: string; start: number; end: number } {
  const start = text.indexOf(JSON.stringify(name));
  return start < 0 ? { file: project, start: 0, end: 0 } : { file: project, start: start + 1, end: start + 1 + name.length };
}

class ProjectReader {
  readonly #text: string;
  readonly #project: Project;
  readonly #problems: Problem[];
  readonly #trees = new Map<string, HostTree>();
  readonly #compiled: Compilation[] = [];

  constructor(readonly path: string, readonly compiler: Compiler, readonly files: CommandFiles) {
    this.#text = files.readText(path) ?? '';
    this.#project = readProject(path, this.#text);
    this.#problems = [...this.#project.problems];
  }

  read(): ReadSystem {
    const { boards, dialect } = this.#project;
    const configs = new Map(this.#project.guests.flatMap(({ config }) => {
      const path = config === undefined ? undefined : this.#present(config);
      return config === undefined || path === undefined ? [] : [[config, this.#guest(path)] as const];
    }));
    const systems = (boards.length === 0 ? [undefined] : boards).map((board) => {
      const guests = this.#project.guests.filter((guest) => (guest.board ?? boards[0]?.path) === board?.path);
      const trees = [
        ...(board === undefined ? [] : this.#tree(board.path, board)),
        ...guests.flatMap(({ partial }) => (partial === undefined ? [] : this.#tree(partial))),
      ];
      const partials = new Map(guests.flatMap(({ config, partial }) => (config === undefined || partial === undefined ? [] : [[this.#resolve(config), this.#resolve(partial)]])));
      return systemOf(assemble({ trees, configs: guests.flatMap(({ config }) => configs.get(config ?? '') ?? []), association: 'stated', dialect, partials }));
    });
    return { systems, compiled: this.#compiled, guests: [...configs.values()], problems: this.#problems };
  }

  #resolve(name: string): string {
    return posix.resolve(posix.dirname(this.path), name);
  }

  /** The path of a file that the project names, which is reported where it is not there. */
  #present(name: string): string | undefined {
    const path = this.#resolve(name);
    if (this.files.readText(path) !== undefined) return path;
    this.#problems.push({
      id: PROJECT_FILE.id, level: PROJECT_FILE.level, message: `There is no file ${name}.`, advice: 'Correct the path; it is relative to the project file.', range: mention(this.path, this.#text, name),
    });
    return undefined;
  }

  #guest(path: string): XlGuest {
    const { dialect, extraKeys } = this.#project;
    return guestOf(parseXl(path, this.files.readText(path) ?? ''), { dialect, extraKeys });
  }

  #tree(name: string, own?: { includeRoots: readonly string[]; defines: Readonly<Record<string, string>> }): HostTree[] {
    const path = this.#resolve(name);
    let tree = this.#trees.get(path);
    if (tree === undefined) {
      if (this.#present(name) === undefined) return [];
      const compilation = this.compiler.compile(path, own && { includeRoots: own.includeRoots.map((root) => this.#resolve(root)), defines: own.defines });
      this.#compiled.push(compilation);
      this.#trees.set(path, (tree = compiledHost(compilation)));
    }
    return [tree];
  }
}
