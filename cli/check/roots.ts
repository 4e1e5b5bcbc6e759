/**
 * What `vsmmu check` compiles: the files it is given, and in folders every `.dts` and `.dtso`,
 * and then those `.dtsi` that none of them includes.
 */
import { dirname, posix } from 'node:path';
import { type CommandFiles, UsageError } from '../command.ts';
import { absolute } from '../paths.ts';

/** The sources to compile; `includable` are those to compile only if nothing includes them. */
export interface Roots {
  readonly roots: readonly string[];
  readonly includable: readonly string[];
}

/** Folders that hold no sources of the user's. */
const SKIPPED = new Set(['node_modules', '.git']);

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

/** The sources that the arguments of the command mean. */
export function findRoots(paths: readonly string[], cwd: string, files: CommandFiles): Roots {
  const roots = new Set<string>();
  const includable = new Set<string>();
  for (const given of paths) {
    const path = absolute(given, cwd);
    if (files.list(path) === undefined) {
      if (!files.exists(path)) throw new UsageError(`no such file or folder: ${given}`);
      roots.add(path);
      continue;
    }
    for (const file of filesBelow(path, files)) {
      if (/\.dtso?$/.test(file)) roots.add(file);
      else if (file.endsWith('.dtsi')) includable.add(file);
    }
  }
  return { roots: [...roots].sort(), includable: [...includable].filter((file) => !roots.has(file)).sort() };
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
