/**
 * The files that a compilation may see: open documents over the disk, cached, and in a workspace
 * that is not trusted only what lies in the workspace and the configured include roots.
 */
import type { FileHost } from '../../model/devicetree/source/files.ts';
import type { Disk } from './disk.ts';
import { isFilePath, isWithin } from './uris.ts';

interface Cached {
  readonly stamp: string | undefined;
  text: string | undefined;
}

/** Decodes as UTF-8; broken sequences become U+FFFD, a byte order mark is kept out. */
const UTF8 = new TextDecoder('utf-8');

/** Open documents over the disk. */
export class OverlayFiles implements FileHost {
  private readonly open = new Map<string, string>();
  private readonly cache = new Map<string, Cached>();
  private readonly real = new Map<string, string>();
  private allowed: readonly string[] | undefined;

  constructor(private readonly disk: Disk) {}

  /** Reads only below these folders; undefined lifts the restriction. */
  restrictTo(folders: readonly string[] | undefined): void {
    this.allowed = folders?.flatMap((folder) => [folder, this.disk.real(folder) ?? folder]);
    this.cache.clear();
  }

  setOpen(path: string, text: string): void {
    this.open.set(path, text);
  }

  setClosed(path: string): void {
    this.open.delete(path);
    this.cache.delete(path);
  }

  isOpen(path: string): boolean {
    return this.open.has(path);
  }

  /** Forgets what was read from disk, of one file or of all. */
  invalidate(path?: string): void {
    this.real.clear();
    if (path === undefined) this.cache.clear();
    else this.cache.delete(path);
  }

  /** Files whose content on disk is no longer what was read, which are forgotten by this. */
  takeStale(): string[] {
    const stale = [...this.cache].filter(([path, cached]) => this.disk.stamp(path) !== cached.stamp).map(([path]) => path);
    for (const path of stale) this.cache.delete(path);
    return stale;
  }

  readText(path: string): string | undefined {
    const open = this.open.get(path);
    if (open !== undefined) return open;
    const cached = this.cache.get(path);
    if (cached !== undefined) return cached.text;
    if (!this.mayRead(path)) return undefined;
    const entry: Cached = { stamp: this.disk.stamp(path), text: undefined };
    const bytes = entry.stamp === undefined ? undefined : this.disk.readBytes(path);
    if (bytes !== undefined) entry.text = UTF8.decode(bytes);
    this.cache.set(path, entry);
    return entry.text;
  }

  /** The path behind symbolic links, so that an include through one and an open document are one file. */
  canonical(path: string): string {
    const known = this.real.get(path);
    if (known !== undefined) return known;
    const real = isFilePath(path) ? (this.disk.real(path) ?? path) : path;
    this.real.set(path, real);
    return real;
  }

  readBytes(path: string): Uint8Array | undefined {
    return this.mayRead(path) ? this.disk.readBytes(path) : undefined;
  }

  /** Whether the content of a folder may be shown. */
  mayList(folder: string): boolean {
    return this.mayRead(folder);
  }

  private mayRead(path: string): boolean {
    if (!isFilePath(path)) return false;
    const { allowed } = this;
    if (allowed === undefined) return true;
    const real = this.disk.real(path);
    return real !== undefined && allowed.some((folder) => isWithin(real, folder));
  }
}
