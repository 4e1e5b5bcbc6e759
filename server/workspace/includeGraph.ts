/**
 * Which file includes which, over the folders read so far, to find the boards that a `.dtsi` or a
 * header is compiled in. Includes are read by a fast scan that ignores `#if`: a file included only
 * under some condition still has that board as a candidate. It decides nothing about which board
 * is in force.
 */
import type { Disk } from './disk.ts';

/** One include as written. */
export interface IncludeEdge {
  readonly path: string;
  /** `"..."`, searched beside the includer first. */
  readonly quoted: boolean;
}

/** What the graph needs from elsewhere. */
export interface GraphHost {
  readonly disk: Disk;
  readText(path: string): string | undefined;
  scan(text: string): readonly IncludeEdge[];
  /** Where an angle include of `name` by `includer` may lie. */
  candidates(includer: string, name: string): readonly string[];
  /** The path behind symbolic links. */
  canonical(path: string): string;
}

const SOURCE = /\.(?:dts|dtsi|dtso|dtsp|overlay)$/;
const ROOT = /\.(?:dts|dtso)$/;
const SKIPPED = /^(?:\.|node_modules$|__pycache__$)/;

/** Caps for a workspace that is far more than a source tree. */
const MAX_FOLDERS = 50_000;
const MAX_FILES = 20_000;
const MAX_ROOTS = 2_000;

/** Whether a path names a source that is compiled by itself. */
export function isRootFile(path: string): boolean {
  return ROOT.test(path);
}

/** Include edges of the sources below some folders. */
export class IncludeGraph {
  private readonly edges = new Map<string, readonly IncludeEdge[]>();
  /** Includers by the last part of the included path. */
  private readonly byName = new Map<string, Set<string>>();
  private readonly scanned = new Set<string>();
  private folders = 0;

  constructor(private readonly host: GraphHost) {}

  /** Whether `folder` and all below it has been read. */
  covers(folder: string): boolean {
    return this.scanned.has(folder);
  }

  /** Every source file seen. */
  get files(): Iterable<string> {
    return this.edges.keys();
  }

  /** Reads all sources below `folder`, yielding after each file so that the caller can stop and go on. */
  *readFolder(folder: string): Generator<void, void> {
    const pending = [folder];
    for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
      if (this.scanned.has(current) || this.folders >= MAX_FOLDERS) continue;
      this.folders += 1;
      yield;
      for (const entry of this.host.disk.list(current) ?? []) {
        const path = `${current === '/' ? '' : current}/${entry.name}`;
        if (entry.folder && !SKIPPED.test(entry.name)) pending.push(path);
        else if (!entry.folder && SOURCE.test(entry.name) && this.edges.size < MAX_FILES && !this.edges.has(path)) {
          this.update(path);
          yield;
        }
      }
    }
    this.scanned.add(folder);
  }

  /** Reads folders again when asked for: what was not there may be there now. */
  forgetFolders(): void {
    this.scanned.clear();
    this.folders = 0;
  }

  /** Reads one file anew, or forgets it where it is gone. */
  update(path: string): void {
    for (const edge of this.edges.get(path) ?? []) this.byName.get(lastPart(edge.path))?.delete(path);
    const text = this.host.readText(path);
    if (text === undefined) {
      this.edges.delete(path);
      return;
    }
    const edges = this.host.scan(text);
    this.edges.set(path, edges);
    for (const edge of edges) {
      const name = lastPart(edge.path);
      const includers = this.byName.get(name) ?? new Set();
      this.byName.set(name, includers.add(path));
    }
  }

  /** The files that include `path` directly. */
  includersOf(path: string): string[] {
    return [...(this.byName.get(lastPart(path)) ?? [])].filter((includer) => this.includes(includer, path));
  }

  /** The boards that `path` is compiled in, nearest folder first; itself where it is one. */
  rootsOf(path: string): string[] {
    const seen = new Set([path]);
    const pending = [path];
    const roots: string[] = [];
    for (let current = pending.pop(); current !== undefined && roots.length < MAX_ROOTS; current = pending.pop()) {
      if (isRootFile(current)) roots.push(current);
      for (const includer of this.includersOf(current)) {
        if (!seen.has(includer)) pending.push(includer);
        seen.add(includer);
      }
    }
    const folder = parentFolder(path);
    const distance = (root: string): number => (parentFolder(root) === folder ? 0 : 1);
    return roots.sort((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1));
  }

  /** The sources that some boards are made of, themselves included, as far as this graph has read. */
  filesOf(roots: readonly string[]): Set<string> {
    const files = new Set(roots);
    for (const path of files) {
      for (const edge of this.edges.get(path) ?? []) {
        const beside = joinPath(parentFolder(path), edge.path);
        const found = [beside, ...this.host.candidates(path, edge.path).map((candidate) => this.host.canonical(candidate))]
          .find((candidate) => this.edges.has(candidate));
        if (found !== undefined) files.add(found);
      }
    }
    return files;
  }

  private includes(includer: string, path: string): boolean {
    const name = lastPart(path);
    return (this.edges.get(includer) ?? []).some((edge) => lastPart(edge.path) === name
      && (joinPath(parentFolder(includer), edge.path) === path
        || this.host.candidates(includer, edge.path).some((candidate) => candidate === path || this.host.canonical(candidate) === path)));
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder that holds `path`, `/` for a file at the top. */
export function parentFolder(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** `name` seen from `folder`, with `.` and `..` resolved. */
export function joinPath(folder: string, name: string): string {
  const parts: string[] = [];
  for (const part of `${folder}/${name}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return (folder.startsWith('/') ? '/' : '') + parts.join('/');
}
