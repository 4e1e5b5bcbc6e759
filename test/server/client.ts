/**
 * A language client by hand: starts the server as a process of its own and speaks JSON-RPC over
 * its standard streams, as an editor does, and nothing more.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';

/** What the server last said of one file. */
export interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly { range: { start: { line: number; character: number }; end: { line: number; character: number } }; code: string; message: string; severity: number }[];
}

type Message = { id?: number; method?: string; params?: unknown; result?: unknown; error?: { code: number; message: string } };

/** A running server with a connection to it. */
export class Client {
  readonly process: ChildProcessWithoutNullStreams;
  readonly published: Published[] = [];
  readonly notifications: { method: string; params: unknown }[] = [];
  /** What this client answers to requests of the server, at once or later; null to others. */
  readonly answers = new Map<string, (params: never) => unknown>();
  stderr = '';
  private readonly pending = new Map<number, (message: Message) => void>();
  private readonly watchers = new Set<() => void>();
  private chunks: Buffer[] = [];
  private received = 0;
  private expected = 0;
  private nextId = 1;

  constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, [...args], { stdio: 'pipe' });
    this.process.stdout.on('data', (chunk: Buffer) => this.receive(chunk));
    this.process.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.process.on('exit', () => this.wake());
  }

  /** Sends `initialize` and `initialized`. */
  async start(options: { folder?: string | undefined; capabilities?: object; initializationOptions?: object } = {}): Promise<{ capabilities: Record<string, unknown> }> {
    const { folder, capabilities = {}, initializationOptions = {} } = options;
    const workspaceFolders = folder === undefined ? null : [{ uri: uriOf(folder), name: 'w' }];
    const result = await this.request('initialize', { processId: process.pid, rootUri: null, capabilities, workspaceFolders, initializationOptions });
    this.notify('initialized', {});
    return result as { capabilities: Record<string, unknown> };
  }

  notify(method: string, params: unknown): void {
    this.send({ method, params });
  }

  async request(method: string, params: unknown): Promise<unknown> {
    const id = this.nextId++;
    const message = await new Promise<Message>((resolve) => {
      this.pending.set(id, resolve);
      this.send({ id, method, params });
    });
    if (message.error !== undefined) throw new Error(`${message.error.code}: ${message.error.message}`);
    return message.result;
  }

  open(path: string, text: string, languageId = 'dts'): void {
    this.notify('textDocument/didOpen', { textDocument: { uri: uriOf(path), languageId, version: 1, text } });
  }

  /** One incremental change. */
  change(path: string, version: number, edit: { line: number; character: number; length?: number; text: string }): void {
    const { line, character, length = 0, text } = edit;
    const range = { start: { line, character }, end: { line, character: character + length } };
    this.notify('textDocument/didChange', { textDocument: { uri: uriOf(path), version }, contentChanges: [{ range, text }] });
  }

  /** Resolves once `ready` answers something; it is asked after every message. */
  async until<T>(ready: () => T | undefined, what = 'an answer', milliseconds = 20_000): Promise<T> {
    const end = Date.now() + milliseconds;
    for (;;) {
      const found = ready();
      if (found !== undefined) return found;
      if (this.process.exitCode !== null) throw new Error(`the server ended: ${this.stderr}`);
      if (Date.now() > end) throw new Error(`no ${what} within ${milliseconds} ms: ${this.stderr}`);
      await this.nextMessage(end - Date.now());
    }
  }

  /** The diagnostics of a file, of a version or a later one. */
  diagnostics(path: string, version = 0, milliseconds = 20_000): Promise<Published> {
    const uri = uriOf(path);
    return this.until(() => this.published.findLast((one) => one.uri === uri && (one.version ?? 0) >= version), `diagnostics of ${path}`, milliseconds);
  }

  /** Asks the server to end, and waits until it has. */
  async stop(): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    const exited = once(this.process, 'exit');
    await this.request('shutdown', null);
    this.notify('exit', null);
    await exited;
    return this.process.exitCode;
  }

  private send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.process.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  }

  /** Joins chunks only once a whole message is there: answers can be megabytes. */
  private receive(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.received += chunk.length;
    while (this.received >= Math.max(this.expected, 1)) {
      const buffer = Buffer.concat(this.chunks);
      const head = buffer.indexOf('\r\n\r\n');
      const length = head < 0 ? undefined : /Content-Length: (\d+)/i.exec(buffer.subarray(0, head).toString())?.[1];
      this.expected = length === undefined ? this.received + 1 : head + 4 + Number(length);
      if (buffer.length < this.expected) {
        this.chunks = [buffer];
        return;
      }
      const rest = buffer.subarray(this.expected);
      const message = JSON.parse(buffer.subarray(head + 4, this.expected).toString()) as Message;
      [this.chunks, this.received, this.expected] = [[rest], rest.length, 0];
      this.dispatch(message);
    }
  }

  private dispatch(message: Message): void {
    if (message.method === undefined) {
      this.pending.get(message.id ?? 0)?.(message);
      this.pending.delete(message.id ?? 0);
    } else if (message.id !== undefined) void this.answer(message.id, message.method, message.params);
    else if (message.method === 'textDocument/publishDiagnostics') this.published.push(message.params as Published);
    else this.notifications.push({ method: message.method, params: message.params });
    this.wake();
  }

  private async answer(id: number, method: string, params: unknown): Promise<void> {
    this.send({ id, result: (await this.answers.get(method)?.(params as never)) ?? null });
  }

  private wake(): void {
    const watchers = [...this.watchers];
    for (const watcher of watchers) watcher();
  }

  private nextMessage(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.watchers.add(done);
    });
  }
}

/** The URI of a file; what is a URI already stays one. */
export function uriOf(path: string): string {
  if (/^[a-z][\w+.-]+:\//.test(path)) return path;
  return `file://${path.split('/').map(encodeURIComponent).join('/')}`;
}
