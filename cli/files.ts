/**
 * The file system behind the command: the only place in `cli/` that reads or writes files. Text
 * is decoded as UTF-8 with replacement characters, so that a stray byte is a finding, not a crash.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import type { CommandFiles } from './command.ts';

/** A folder and a missing file are both no file; anything else (no permission) is worth hearing about. */
function absent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP';
}

function readBytes(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (absent(error)) return undefined;
    throw error;
  }
}

function list(folder: string): { name: string; folder: boolean }[] | undefined {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return undefined;
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .map((entry) => ({ name: entry.name, folder: entry.isDirectory() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The real files of this machine. */
export const nodeFiles: CommandFiles = {
  readText: (path) => {
    const bytes = readBytes(path);
    return bytes === undefined ? undefined : new TextDecoder('utf-8').decode(bytes);
  },
  readBytes,
  list,
  exists: existsSync,
  real: (path) => (existsSync(path) ? realpathSync(path).replaceAll('\\', '/') : path),
  write: (path, data) => writeFileSync(path, data),
};
