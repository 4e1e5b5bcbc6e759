/**
 * What `vsmmu check` checks: the files it is given, and in folders every project, then every
 * `.dts`, `.dtso` and guest configuration that no project names, every scenario, and then those
 * `.dtsi` that nothing includes.
 */
import { dirname, posix } from 'node:path';
import { readProject } from '../../model/platform/guests/project.ts';
import { looksLikeXl } from '../../model/xl/looksLikeXl.ts';
import { type CommandFiles, UsageError } from '../command.ts';
import { absolute } from '../paths.ts';
import type { SystemSource } from '../system.ts';

/** One piece of work: a source, a scenario, or a system of several. */
export type Job = { readonly kind: 'tree' | 'scenario'; readonly path: string } | { readonly kind: 'system'; readonly source: SystemSource };

/** The pieces of work; `includable` are sources to compile only if nothing includes them. */
export interface Jobs {
  readonly jobs: readonly Job[];
  readonly includable: readonly string[];
}

/** Folders that hold no sources of the user's. */
const SKIPPED = new Set(['node_modules', '.git']);
const PROJECT = 'vsmmu.json';

function* filesBelow(folder: string, files: CommandFiles): Iterable<string> {
  const pending = [folder];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of files.list(at) ?? []) {
      const path = posix.join(at, entry.name);
      if (!entry.folder) yield path;
      else if (!SKIPPED.has(entry.name)) pending.push(path);
    }
  }
}

/** The files by what they are. */
class Found {
  readonly projects = new Set<string>();
  readonly trees = new Set<string>();
  readonly configs = new Set<string>();
  readonly scenarios = new Set<string>();
  readonly includable = new Set<string>();

  /** A file that the user named is what its ending says. */
  addNamed(path: string): void {
    if (path.endsWith('.json')) this.projects.add(path);
    else if (path.endsWith('.smmu')) this.scenarios.add(path);
    else if (/\.(?:cfg|xl)$/.test(path)) this.configs.add(path);
    else this.trees.add(path);
  }

  addFolder(folder: string, files: CommandFiles): void {
    for (const path of filesBelow(folder, files)) {
      if (posix.basename(path) === PROJECT) this.projects.add(path);
      else if (path.endsWith('.smmu')) this.scenarios.add(path);
      else if (/\.dtso?$/.test(path)) this.trees.add(path);
      else if (path.endsWith('.dtsi')) this.includable.add(path);
      else if (path.endsWith('.cfg') && looksLikeXl(files.readText(path) ?? '')) this.configs.add(path);
    }
  }

  /** Takes away what projects look at. */
  dropMembers(files: CommandFiles): void {
    for (const project of this.projects) {
      const { boards, guests } = readProject(project, files.readText(project) ?? '');
      for (const name of [...boards.map((b) => b.path), ...guests.flatMap((g) => [g.config, g.partial])]) {
        const path = posix.resolve(posix.dirname(project), name ?? '');
        this.trees.delete(path);
        this.configs.delete(path);
      }
    }
  }
}

/** The pieces of work that the arguments of the command mean. Trees and guests that are named together are one system. */
export function findJobs(paths: readonly string[], cwd: string, files: CommandFiles): Jobs {
  const named = new Found();
  const found = new Found();
  for (const given of paths) {
    const path = absolute(given, cwd);
    if (files.list(path) !== undefined) found.addFolder(path, files);
    else if (files.exists(path)) named.addNamed(path);
    else throw new UsageError(`no such file or folder: ${given}`);
  }
  found.dropMembers(files);
  const projects = new Set([...named.projects, ...found.projects]);
  const jobs: Job[] = [...projects].sort().map((project) => ({ kind: 'system', source: { project } }));
  if (named.configs.size > 0) jobs.push({ kind: 'system', source: { trees: [...named.trees], configs: [...named.configs] } });
  else for (const path of named.trees) found.trees.add(path);
  for (const config of found.configs) jobs.push({ kind: 'system', source: { trees: [], configs: [config] } });
  const trees = [...found.trees].sort();
  const scenarios = [...new Set([...named.scenarios, ...found.scenarios])].sort();
  return {
    jobs: [...jobs, ...trees.map((path): Job => ({ kind: 'tree', path })), ...scenarios.map((path): Job => ({ kind: 'scenario', path }))],
    includable: [...found.includable].filter((file) => !found.trees.has(file)).sort(),
  };
}

const INCLUDE = /^[ \t]*(?:#[ \t]*include|\/include\/)[ \t]*["<]([^">\n]+)[">]/gm;

/** Of files that no root includes, those that none of the others includes either. */
export function orphans(files: readonly string[], readText: (path: string) => string | undefined): string[] {
  const included = new Set<string>();
  for (const file of files) {
    for (const match of (readText(file) ?? '').matchAll(INCLUDE)) included.add(posix.join(dirname(file), match[1] ?? ''));
  }
  return files.filter((file) => !included.has(file));
}
