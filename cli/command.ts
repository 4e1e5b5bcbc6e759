/**
 * What a subcommand of `vsmmu` is, and the world it may touch. A command gets its parsed options
 * and an `Io`, and answers with an exit code, so that a test can run it in its own process. It
 * deliberately knows no other way out: nothing below `cli/main.ts` calls `process.exit`.
 */
import type { FileHost } from '../model/devicetree/source/files.ts';

/** Where output goes: a stream, or a test's buffer. */
export interface Output {
  write(data: string | Uint8Array): void;
}

/** Files as a command sees them: what the model reads, and what only a command line does. Paths are absolute and use `/`. */
export interface CommandFiles extends FileHost {
  /** The entries of a folder by name, in code-point order; undefined where it is no folder. */
  list(folder: string): readonly { readonly name: string; readonly folder: boolean }[] | undefined;
  exists(path: string): boolean;
  /** The path behind symbolic links; the path itself where there is no such file. */
  real(path: string): string;
  write(path: string, data: string | Uint8Array): void;
}

/** The world of one run of the command. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A person watches: colour and progress are welcome. */
  readonly isTTY: boolean;
  readonly columns: number;
  readonly files: CommandFiles;
  /** All of standard input; undefined in a test that has none. */
  readonly stdin?: () => Promise<Uint8Array>;
  /** Starts a program that goes on by itself, by its path; undefined where none may be started. */
  readonly launch?: (program: string, args: readonly string[]) => void;
  /** This program's own file, which worker threads run; undefined in a test, which then uses none. */
  readonly script?: string;
}

/** One option; `value` is the placeholder that help shows for its argument. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  readonly value?: string;
  readonly text: string;
}

/** What the user wrote after the subcommand. */
export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/** One subcommand. */
export interface Command {
  readonly name: string;
  /** One line, lower case, no full stop. */
  readonly summary: string;
  /** What follows `vsmmu <name>`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Answers the exit code; throws `UsageError` for exit code 2. */
  run(input: Arguments, io: Io): number | Promise<number>;
}

/** The exit codes of every command. */
export const EXIT = { clean: 0, findings: 1, usage: 2, internal: 3 } as const;

/** The user must call the command in another way; the message says how. */
export class UsageError extends Error {}

/** The strings of an option that may be given several times. */
export function strings(input: Arguments, name: string): string[] {
  const value = input.values[name];
  if (value === undefined || typeof value === 'boolean') return [];
  return (typeof value === 'string' ? [value] : value).filter((v) => typeof v === 'string');
}

/** The string of an option, or undefined where it is absent. */
export function string(input: Arguments, name: string): string | undefined {
  const value = input.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The string of an option that takes one of a few words. */
export function choice<Word extends string>(input: Arguments, name: string, words: readonly [Word, ...Word[]]): Word {
  const value = string(input, name);
  if (value === undefined) return words[0];
  const word = words.find((w) => w === value);
  if (word === undefined) throw new UsageError(`--${name} takes ${words.join(', ')}; not '${value}'`);
  return word;
}

/** `-D NAME=TEXT` and `-D NAME` (which means 1), as cpp reads them. */
export function definitions(input: Arguments): Record<string, string> {
  return Object.fromEntries(strings(input, 'define').map((text) => {
    const equals = text.indexOf('=');
    return equals < 0 ? [text, '1'] : [text.slice(0, equals), text.slice(equals + 1)];
  }));
}

/** The options that say how sources are compiled, the same for every command that does. */
export const COMPILE_OPTIONS = {
  include: { type: 'string', short: 'I', multiple: true, value: 'DIR', text: 'look for included files here too, before the folders found by themselves' },
  define: { type: 'string', short: 'D', multiple: true, value: 'X[=Y]', text: 'define a macro' },
} as const satisfies Record<string, CommandOption>;
