/**
 * What the client said of itself when it connected: how it counts lines and columns, how it writes
 * paths, and which events it understands. Inside the adapter lines and columns count from 0 and paths
 * are absolute with `/`.
 */
import type { DebugProtocol as P } from '@vscode/debugprotocol';

/** What a client can do with what it is told beyond the answers that it asked for. */
export type ClientFeature =
  | 'supportsVariableType' | 'supportsMemoryReferences' | 'supportsProgressReporting' | 'supportsInvalidatedEvent'
  | 'supportsMemoryEvent' | 'supportsANSIStyling';

/** The client at the other end; before `initialize`, one that knows nothing and counts from 1. */
export class Client {
  #said: Partial<P.InitializeRequestArguments> = {};

  /** Takes note of what the client says. */
  introduce(args: P.InitializeRequestArguments): void {
    this.#said = args;
  }

  /** Whether the client said that it understands something. */
  can(feature: ClientFeature): boolean {
    return this.#said[feature] === true;
  }

  /** A line from 0 as the client counts it. */
  line(line: number): number {
    return this.#said.linesStartAt1 === false ? line : line + 1;
  }

  /** A column from 0 as the client counts it. */
  column(column: number): number {
    return this.#said.columnsStartAt1 === false ? column : column + 1;
  }

  /** A line of the client from 0. */
  fromLine(line: number): number {
    return this.#said.linesStartAt1 === false ? line : line - 1;
  }

  /** A column of the client from 0. */
  fromColumn(column: number): number {
    return this.#said.columnsStartAt1 === false ? column : column - 1;
  }

  /** A path as the client writes it. */
  path(path: string): string {
    if (this.#said.pathFormat !== 'uri') return path;
    return new URL(`file://${path.startsWith('/') ? '' : '/'}${encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F')}`).href;
  }

  /** A path of the client as we write it. */
  fromPath(path: string): string {
    if (!path.startsWith('file:')) return path.replaceAll('\\', '/');
    try {
      return decodeURIComponent(new URL(path).pathname).replace(/^\/(?=[A-Za-z]:)/, '');
    } catch {
      return path;
    }
  }
}
