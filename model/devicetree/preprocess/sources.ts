/**
 * The files of one compilation: each read once, found through the include roots. Files with equal
 * text keep their object from one compilation of a host to the next, and with it their scan.
 */
import type { FileHost, SourceFile } from '../source/files.ts';
import { folderOf, joinPath } from '../source/paths.ts';

/** How many characters of source a host's files may hold on to before all are let go. */
const KEPT_CHARS = 24 * 1024 * 1024;

interface Kept {
  files: Map<string, SourceFile>;
  chars: number;
}

const keptByHost = new WeakMap<FileHost, Kept>();

function keptOf(host: FileHost): Kept {
  const known = keptByHost.get(host);
  if (known !== undefined) return known;
  const made = { files: new Map<string, SourceFile>(), chars: 0 };
  keptByHost.set(host, made);
  return made;
}

/** The current version of a file, or undefined where there is none. Equal text is the same object as before. */
export function readSource(host: FileHost, path: string): SourceFile | undefined {
  const text = host.readText(path);
  const kept = keptOf(host);
  const known = kept.files.get(path);
  if (text === undefined) {
    kept.files.delete(path);
    return undefined;
  }
  if (known?.text === text) return known;
  if (kept.chars > KEPT_CHARS) {
    kept.files.clear();
    kept.chars = 0;
  }
  const file = { path, text };
  kept.files.set(path, file);
  kept.chars += text.length;
  return file;
}

/** Where `#include` found a file: `root` is the index among the include roots, -1 for the includer's own folder. */
export interface FoundFile {
  readonly file: SourceFile;
  readonly root: number;
}

/** The files that one compilation has read, and those it looked for in vain. */
export class Sources {
  readonly host: FileHost;
  readonly roots: readonly string[];
  readonly files = new Map<string, SourceFile>();
  readonly missing = new Set<string>();

  constructor(host: FileHost, roots: readonly string[]) {
    this.host = host;
    this.roots = roots;
  }

  /** Reads a file by its path. */
  read(path: string): SourceFile | undefined {
    const known = this.files.get(path);
    if (known !== undefined || this.missing.has(path)) return known;
    const file = readSource(this.host, path);
    if (file === undefined) this.missing.add(path);
    else this.files.set(path, file);
    return file;
  }

  /** Finds a header: first in `folder` unless that is undefined, then in the roots from index `first`. */
  find(name: string, folder: string | undefined, first = 0): FoundFile | undefined {
    if (name === '') return undefined;
    if (name.startsWith('/')) {
      const file = this.read(joinPath('', name));
      return file === undefined ? undefined : { file, root: -1 };
    }
    const own = folder === undefined ? undefined : this.read(joinPath(folder, name));
    if (own !== undefined) return { file: own, root: -1 };
    for (let root = first; root < this.roots.length; root++) {
      const file = this.read(joinPath(this.roots[root] ?? '', name));
      if (file !== undefined) return { file, root };
    }
    return undefined;
  }

  /** Finds the file that a linemarker names, seen from the folder of `path` or any folder above it. */
  findMarked(name: string, path: string): SourceFile | undefined {
    if (name === '') return undefined;
    if (name.startsWith('/')) return this.read(joinPath('', name));
    for (let folder = folderOf(path); folder !== '.'; folder = folderOf(folder)) {
      const file = this.read(joinPath(folder, name));
      if (file !== undefined || folder === '') return file;
    }
    return undefined;
  }
}
