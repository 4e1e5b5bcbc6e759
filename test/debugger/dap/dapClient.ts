/**
 * A small DAP client in this process: sends requests, waits for answers and events, and keeps the whole
 * dialogue as text, so that it can be compared with a golden file.
 */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { posix } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { Adapter } from '../../../debugger/dap/adapter.ts';
import type { ScenarioFiles } from '../../../debugger/scenario/program.ts';

/** Anything that came back. */
export interface Answer {
  readonly success: boolean;
  readonly message: string | undefined;
  // A test looks into whatever came; the protocol's types would only be in the way.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** What a modern editor says of itself. */
export const EDITOR: P.InitializeRequestArguments = {
  adapterID: 'vsmmu', clientID: 'test', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path', supportsVariableType: true,
  supportsVariablePaging: true, supportsMemoryReferences: true, supportsProgressReporting: true, supportsInvalidatedEvent: true, supportsMemoryEvent: true,
};

/** Files in memory, over those of the checkout. */
export function filesWith(texts: Readonly<Record<string, string>>): ScenarioFiles {
  const onDisk = (path: string): Uint8Array | undefined => (existsSync(path) ? readFileSync(path) : undefined);
  return {
    readText: (path) => texts[path] ?? onDisk(path)?.toString(),
    readBytes: (path) => (texts[path] === undefined ? onDisk(path) : new TextEncoder().encode(texts[path])),
    resolve: (from, name) => posix.resolve(posix.dirname(from), name),
  };
}

type Event = P.Event & { body?: Record<string, unknown> };

/** A client with an adapter of its own. */
export class DapClient {
  readonly dialogue: string[] = [];
  readonly events: Event[] = [];
  readonly responses = new Map<number, P.Response[]>();
  /** The thread of the last stop. */
  thread = 1;
  readonly #adapter: Adapter;
  #seq = 1;
  #waiting: { readonly matches: (event: Event) => boolean; readonly resolve: (event: Event) => void }[] = [];
  readonly #answers = new Map<number, (answer: Answer) => void>();

  constructor(texts: Readonly<Record<string, string>> = {}) {
    this.#adapter = new Adapter(filesWith(texts));
    this.#adapter.onEnd(() => undefined);
    this.#adapter.onDidSendMessage((message) => this.#receive(message as P.ProtocolMessage));
  }

  /** Sends a request and waits for the answer. */
  request(command: string, args: object = {}): Promise<Answer> {
    return new Promise((resolve) => this.send(command, args, resolve));
  }

  /** Sends a request; the number of it. */
  send(command: string, args: unknown = {}, resolve: (answer: Answer) => void = () => undefined): number {
    const seq = this.#seq++;
    this.#answers.set(seq, resolve);
    this.responses.set(seq, []);
    this.dialogue.push(`> ${command}${shown(args)}`);
    this.#adapter.handleMessage({ seq, type: 'request', command, arguments: args } as P.Request);
    return seq;
  }

  /** Waits for the next event of a name: one that came before does not count. */
  event(name: string): Promise<Event> {
    return this.next((event) => event.event === name);
  }

  /** Waits for the next event that fits. */
  next(matches: (event: Event) => boolean): Promise<Event> {
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }

  /** Sends a request that makes the scenario move, and waits until it stands or ends. */
  async move(command: string, args: object = {}): Promise<Event> {
    const stop = this.next((event) => event.event === 'stopped' || event.event === 'terminated');
    const answer = await this.request(command, args);
    if (!answer.success) throw new Error(`${command} was refused: ${answer.message}`);
    return await stop;
  }

  /** From the first word to where the scenario stands first. */
  async launch(program: string, args: object = {}, configure: () => Promise<unknown> = async () => undefined): Promise<Event> {
    await this.request('initialize', EDITOR);
    const ready = this.event('initialized');
    const launched = await this.request('launch', { program, stopOnEntry: true, ...args });
    if (!launched.success) throw new Error(launched.message);
    await ready;
    await configure();
    return await this.move('configurationDone');
  }

  /** The stack of a thread, innermost first, as `name @ file:line`. */
  async stack(threadId: number): Promise<string[]> {
    const { body } = await this.request('stackTrace', { threadId });
    return (body.stackFrames as P.StackFrame[]).map((frame) => `${frame.name} @ ${frame.source?.name ?? '-'}:${frame.line}`);
  }

  close(): void {
    this.#adapter.dispose();
  }

  #receive(message: P.ProtocolMessage): void {
    // As over a wire: what is sent can be written down.
    const copy = JSON.parse(JSON.stringify(message)) as P.ProtocolMessage;
    if (copy.type === 'event') this.#event(copy as Event);
    else this.#response(copy as P.Response);
  }

  #event(event: Event): void {
    this.events.push(event);
    this.dialogue.push(`< ${event.event}${shown(event.body)}`);
    if (event.event === 'stopped') this.thread = Number(event.body?.['threadId']);
    const [due, waiting] = [this.#waiting.filter((one) => one.matches(event)), this.#waiting.filter((one) => !one.matches(event))];
    this.#waiting = waiting;
    for (const { resolve } of due) resolve(event);
  }

  #response(response: P.Response): void {
    const { request_seq: seq, success, message } = response;
    this.responses.get(seq)?.push(response);
    this.dialogue.push(`< ${response.command}: ${success ? 'ok' : `refused, ${message}`}${success ? shown(response.body) : ''}`);
    this.#answers.get(seq)?.({ success, message, body: response.body as unknown });
    this.#answers.delete(seq);
  }
}

/** A body on one line, or one line for each element of a list in it. */
function shown(body: unknown): string {
  if (body === undefined || JSON.stringify(body) === '{}') return '';
  const text = JSON.stringify(body, (key, value: unknown) => (key === 'checksums' || key === 'exceptionBreakpointFilters' ? undefined : value));
  const lists = text.length < 160 ? text : text.replace(/(?<=[[,])(?=\{)/g, '\n    ');
  return ` ${lists.replaceAll(/"([A-Za-z]+)":/g, '$1: ')}`;
}
