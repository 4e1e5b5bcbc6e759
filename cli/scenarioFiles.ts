/** How scenarios reach files on a disk, or in the files of a test. */
import { posix } from 'node:path';
import type { ScenarioFiles } from '../debugger/scenario/program.ts';
import type { CommandFiles } from './command.ts';

/** Files beside the one that names them. */
export function nodeScenarioFiles(files: Pick<CommandFiles, 'readText' | 'readBytes'>): ScenarioFiles {
  return {
    readText: (path) => files.readText(path),
    readBytes: (path) => files.readBytes(path),
    resolve: (from, name) => posix.resolve(posix.dirname(from), name),
  };
}
