/**
 * Files of a workspace that is on no disk: a repository that VS Code shows without a checkout, for
 * instance. The editor reads them, and it takes its time, while compilations read at once: what is not
 * known yet is absent for now and wanted, and when it has come everything is compiled anew. Paths of
 * such files begin with `/@scheme@authority/`, so that everything else sees ordinary paths.
 */
import type { Disk, DiskEntry } from './disk.ts';
import { isWithin } from './uris.ts';

/** What the editor says of one path: the bytes of a file, the content of a folder, or null for neither. */
export type VirtualEntry = { readonly bytes: Uint8Array } | { readonly entries: readonly DiskEntry[] } | null;

/** Fetches entries, in the order of the paths. */
export type FetchEntries = (paths: readonly string[]) => Promise<readonly VirtualEntry[]>;

const VIRTUAL = /^\/@[\w+.-]+@/;
/** More than a board and its guests are made of: a search must not download a whole repository. */
const MAX_PATHS = 2000;

/** Whether a path is one of ours. */
export function isVirtualPath(path: string): boolean {
  return VIRTUAL.test(path);
}

/** A disk with virtual files beside those of the machine. */
export class VirtualDisk implements Disk {
  readonly #disk: Disk;
  readonly #known = new Map<string, { readonly entry: VirtualEntry; readonly stamp: number }>();
  readonly #wanted = new Set<string>();
  /** Asked for, and not answered yet. */
  #asked: ReadonlySet<string> = new Set();
  #folders: readonly string[] = [];
  #stamps = 0;
  #fetch: FetchEntries | undefined;
  /** Called when something that was absent is known now. */
  onFetched: () => void = () => {};

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Only what is in these folders is there. */
  restrictTo(folders: readonly string[]): void {
    this.#folders = folders;
  }

  /** Virtual files can be read from now on. */
  connect(fetch: FetchEntries): void {
    this.#fetch = fetch;
    void this.#fetchAll();
  }

  /** Forgets what is known of these paths: they have changed. */
  invalidate(paths: readonly string[]): void {
    for (const path of paths.filter(isVirtualPath)) this.#known.delete(path);
  }

  readBytes(path: string): Uint8Array | undefined {
    if (!isVirtualPath(path)) return this.#disk.readBytes(path);
    const entry = this.#look(path);
    return entry !== null && entry !== undefined && 'bytes' in entry ? entry.bytes : undefined;
  }

  stamp(path: string): string | undefined {
    if (!isVirtualPath(path)) return this.#disk.stamp(path);
    const entry = this.#look(path);
    return entry !== null && entry !== undefined && 'bytes' in entry ? String(this.#known.get(path)?.stamp) : undefined;
  }

  list(folder: string): DiskEntry[] | undefined {
    if (!isVirtualPath(folder)) return this.#disk.list(folder);
    const entry = this.#look(folder);
    return entry !== null && entry !== undefined && 'entries' in entry ? [...entry.entries] : undefined;
  }

  real(path: string): string | undefined {
    if (!isVirtualPath(path)) return this.#disk.real(path);
    const entry = this.#look(path);
    return entry === null || entry === undefined ? undefined : path;
  }

  #look(path: string): VirtualEntry | undefined {
    const known = this.#known.get(path);
    if (known !== undefined) return known.entry;
    if (this.#asked.has(path) || !this.#folders.some((folder) => isWithin(path, folder))) return undefined;
    if (this.#known.size + this.#wanted.size < MAX_PATHS) this.#wanted.add(path);
    void this.#fetchAll();
    return undefined;
  }

  /** Fetches in rounds: what was fetched may include more. */
  async #fetchAll(): Promise<void> {
    if (this.#asked.size > 0 || this.#fetch === undefined || this.#wanted.size === 0) return;
    const paths = [...this.#wanted];
    this.#asked = new Set(paths);
    this.#wanted.clear();
    // What cannot be told now is not known to be absent: the next look asks again.
    const entries = await this.#fetch(paths).catch(() => []);
    for (const [index, entry] of entries.entries()) this.#known.set(paths[index] ?? '', { entry, stamp: (this.#stamps += 1) });
    this.#asked = new Set();
    if (entries.some((entry) => entry !== null)) this.onFetched();
    await this.#fetchAll();
  }
}
