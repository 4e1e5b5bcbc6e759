/** Paths as the command line has them: relative to the working folder on the way in and out, absolute with `/` inside. */
import { relative, resolve, sep } from 'node:path';

/** An absolute path with `/`. */
export function absolute(path: string, cwd: string): string {
  return resolve(cwd, path).split(sep).join('/');
}

/** Names files for a person: relative to the working folder where they lie below it. */
export function namer(cwd: string): (file: string) => string {
  return (file) => {
    const name = relative(cwd, file);
    return name.startsWith('..') || name === '' ? file : name.split(sep).join('/');
  };
}
