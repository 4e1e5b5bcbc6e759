/** A world for commands: files in memory, output in strings. */
import type { CommandFiles, Io } from '../../cli/command.ts';

/** Files by absolute path; folders are where files lie. */
export function memoryFiles(files: Record<string, string | Uint8Array>): CommandFiles & { readonly written: Map<string, string | Uint8Array> } {
  const all = new Map(Object.entries(files));
  const list = (folder: string): { name: string; folder: boolean }[] | undefined => {
    const prefix = folder.endsWith('/') ? folder : `${folder}/`;
    const entries = new Map<string, boolean>();
    for (const path of all.keys()) {
      if (!path.startsWith(prefix)) continue;
      const [name = '', ...rest] = path.slice(prefix.length).split('/');
      entries.set(name, rest.length > 0);
    }
    if (entries.size === 0) return undefined;
    return [...entries].map(([name, isFolder]) => ({ name, folder: isFolder })).sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const read = (path: string): string | Uint8Array | undefined => all.get(path);
  return {
    readText: (path) => {
      const data = read(path);
      return typeof data === 'string' || data === undefined ? data : new TextDecoder().decode(data);
    },
    readBytes: (path) => {
      const data = read(path);
      return typeof data === 'string' ? new TextEncoder().encode(data) : data;
    },
    list,
    exists: (path) => all.has(path) || list(path) !== undefined,
    real: (path) => path,
    write: (path, data) => void all.set(path, data),
    written: all,
  };
}

export interface TestIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
}

/** An `Io` that remembers what was written. */
export function testIo(files: Record<string, string | Uint8Array> = {}, more: Partial<Io> = {}): TestIo {
  let out = '';
  let err = '';
  const text = (data: string | Uint8Array): string => (typeof data === 'string' ? data : new TextDecoder('latin1').decode(data));
  return {
    stdout: { write: (data) => void (out += text(data)) },
    stderr: { write: (data) => void (err += text(data)) },
    cwd: '/project',
    env: {},
    isTTY: false,
    columns: 80,
    files: memoryFiles(files),
    ...more,
    out: () => out,
    err: () => err,
  };
}
