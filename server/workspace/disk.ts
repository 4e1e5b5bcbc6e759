/**
 * The file system as the workspace sees it: whole files and folder listings, or undefined. The one
 * place of the server that touches files; tests and other hosts hand in their own.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';

/** What one entry of a folder is. */
export interface DiskEntry {
  readonly name: string;
  readonly folder: boolean;
}

/** A file system. Nothing here throws; what cannot be read is undefined. */
export interface Disk {
  readBytes(path: string): Uint8Array | undefined;
  /** Changes whenever a file's content does; undefined where there is no such file. */
  stamp(path: string): string | undefined;
  list(folder: string): DiskEntry[] | undefined;
  /** The path behind symbolic links, so that a link cannot lead out of a folder unseen. */
  real(path: string): string | undefined;
}

/** Larger files are no sources and are not read. */
const MAX_BYTES = 64 * 1024 * 1024;

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** The file system of this machine. */
export const nodeDisk: Disk = {
  readBytes: (path) => attempt(() => {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(path) : undefined;
  }),
  stamp: (path) => attempt(() => {
    const stat = statSync(path);
    return stat.isFile() ? `${stat.mtimeMs} ${stat.size}` : undefined;
  }),
  list: (folder) => attempt(() => readdirSync(folder, { withFileTypes: true })
    .map((entry) => ({ name: entry.name, folder: entry.isDirectory() }))),
  real: (path) => attempt(() => realpathSync(path).replaceAll('\\', '/')),
};
