/**
 * The files of this machine, for scenarios. Paths are absolute and use `/`; text is UTF-8, a stray byte
 * becomes a sign of replacement. The only place of the debugger that reads files.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ScenarioFiles } from '../scenario/program.ts';

/** What cannot be read is no file. */
function readBytes(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** The real files. */
export const nodeFiles: ScenarioFiles = {
  readBytes,
  readText: (path) => {
    const bytes = readBytes(path);
    return bytes === undefined ? undefined : new TextDecoder('utf-8').decode(bytes);
  },
  resolve: (from, name) => resolve(dirname(from), name).replaceAll('\\', '/'),
};

/** The same, with some texts that are no files. */
export function withTexts(files: ScenarioFiles, texts: ReadonlyMap<string, string>): ScenarioFiles {
  return {
    readText: (path) => texts.get(path) ?? files.readText(path),
    readBytes: (path) => {
      const text = texts.get(path);
      return text === undefined ? files.readBytes(path) : new TextEncoder().encode(text);
    },
    resolve: (from, name) => files.resolve(from, name),
  };
}
