/**
 * The texts of a session as the client knows them: files by their path, and texts that are no files (a
 * scenario made for one DMA) by a number. Turns places in them into the client's lines and columns.
 */
import { createHash } from 'node:crypto';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { SourceRange } from '../../model/problem.ts';
import type { Client } from './client.ts';

/** A place as the client counts. */
export interface Place {
  readonly source: P.Source;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A position from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

interface Text {
  readonly text: string;
  /** Offsets at which lines begin. */
  readonly starts: readonly number[];
}

function withLines(text: string): Text {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return { text, starts };
}

function lineAt({ starts }: Text, offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The texts of one session. */
export class Sources {
  readonly #client: Client;
  readonly #read: (path: string) => string | undefined;
  readonly #texts = new Map<string, Text>();
  /** Paths of texts that are no files; the place in the list, from 1, is the number that the client sees. */
  readonly #made: string[] = [];

  /** `read` gives the text of a file. */
  constructor(client: Client, read: (path: string) => string | undefined) {
    this.#client = client;
    this.#read = read;
  }

  /** Forgets what files held: they may have changed. */
  refresh(): void {
    for (const path of this.#texts.keys()) if (!this.#made.includes(path)) this.#texts.delete(path);
  }

  /** Adds or replaces a text that is no file. */
  make(path: string, text: string): void {
    if (!this.#made.includes(path)) this.#made.push(path);
    this.#texts.set(path, withLines(text));
  }

  /** Whether a text is no file. */
  isMade(path: string): boolean {
    return this.#made.includes(path);
  }

  /** The text of a source; undefined where there is none. */
  text(path: string): string | undefined {
    return this.#text(path)?.text;
  }

  /** The path of a text that is no file, by its number. */
  byReference(reference: number): string | undefined {
    return this.#made[reference - 1];
  }

  /** The path that the client means. */
  pathOf(source: P.Source): string | undefined {
    const made = this.byReference(source.sourceReference ?? 0);
    if (made !== undefined) return made;
    const path = source.path === undefined ? undefined : this.#client.fromPath(source.path);
    // An editor may set breakpoints in a made text before it knows the number.
    return path ?? this.#made.find((name) => name.endsWith(`/${source.name ?? ''}`));
  }

  /** A source as the client is told of it. */
  source(path: string): P.Source {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const number = this.#made.indexOf(path) + 1;
    if (number > 0) return { name, path: name, sourceReference: number, origin: 'made for this session' };
    const text = this.text(path);
    const checksum = text === undefined ? [] : [{ algorithm: 'SHA256' as const, checksum: createHash('sha256').update(text).digest('hex') }];
    return { name, path: this.#client.path(path), checksums: checksum };
  }

  /** A place as the client counts. */
  place({ file, start, end }: SourceRange): Place {
    const from = this.position(file, start);
    const to = this.position(file, end);
    return {
      source: this.source(file), line: this.#client.line(from.line), column: this.#client.column(from.column),
      endLine: this.#client.line(to.line), endColumn: this.#client.column(to.column),
    };
  }

  /** Line and column from 0 of an offset; the beginning where there is no such text. */
  position(path: string, offset: number): Position {
    const text = this.#text(path);
    if (text === undefined) return { line: 0, column: 0 };
    const line = lineAt(text, Math.min(offset, text.text.length));
    return { line, column: Math.min(offset, text.text.length) - (text.starts[line] ?? 0) };
  }

  /** The offset of a line and column from 0. */
  offset(path: string, { line, column }: Position): number {
    const text = this.#text(path);
    if (text === undefined) return 0;
    return Math.min((text.starts[Math.min(line, text.starts.length - 1)] ?? 0) + column, text.text.length);
  }

  #text(path: string): Text | undefined {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const text = this.#read(path);
    if (text === undefined) return undefined;
    const made = withLines(text);
    this.#texts.set(path, made);
    return made;
  }
}
