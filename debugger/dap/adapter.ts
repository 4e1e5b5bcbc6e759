/**
 * The connection: a request comes in, the handler of its name is looked up in a table, its answer goes
 * out. Every request gets exactly one response, whatever it holds. Nothing here knows what requests mean.
 */
import { DebugSession, Event, Response } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { ScenarioFiles } from '../scenario/program.ts';
import { Context } from './context.ts';
import { Refusal } from './protocol.ts';
import { HANDLERS } from './requests/index.ts';

/** A handler of which no more is known than that it is one. */
type AnyHandler = (context: Context, args: object, request: P.Request) => unknown;

const BY_NAME: ReadonlyMap<string, AnyHandler> = new Map(Object.entries(HANDLERS as unknown as Readonly<Record<string, AnyHandler>>));

/** One client and its debug session. */
export class Adapter extends DebugSession {
  readonly #context: Context;
  #onEnd: (() => void) | undefined;

  constructor(files: ScenarioFiles) {
    super();
    this.#context = new Context(files, (name, body) => this.sendEvent(new Event(name, body)));
  }

  /** Lets the caller decide what the end of the session means; without it, the process ends. */
  onEnd(then: () => void): void {
    this.#onEnd = then;
  }

  protected override dispatchRequest(request: P.Request): void {
    let answer: unknown;
    try {
      const handler = BY_NAME.get(request.command);
      answer = handler === undefined ? new Refusal(`This debugger knows no request '${request.command}'.`) : handler(this.#context, argumentsOf(request), request);
    } catch (error) {
      answer = internalError(error);
    }
    if (answer instanceof Promise) void answer.catch(internalError).then((later: unknown) => this.#answer(request, later));
    else this.#answer(request, answer);
  }

  #answer(request: P.Request, answer: unknown): void {
    const response: P.Response = new Response(request);
    if (answer instanceof Refusal) {
      response.success = false;
      response.message = answer.message;
      response.body = { error: { id: 1, format: answer.message, variables: {}, showUser: answer.isForUser } };
    } else if (answer !== undefined) {
      response.body = answer;
    }
    this.sendResponse(response);
    this.#context.answered(request);
    if (request.command === 'disconnect') this.shutdown();
  }

  override shutdown(): void {
    this.#context.close();
    if (this.#onEnd === undefined) super.shutdown();
    else this.#onEnd();
  }

  override dispose(): void {
    this.#context.close();
  }
}

function argumentsOf(request: P.Request): object {
  const args: unknown = request.arguments;
  return typeof args === 'object' && args !== null ? args : {};
}

function internalError(error: unknown): Refusal {
  const text = error instanceof Error ? error.message : String(error);
  return new Refusal(`internal error, please report it with the scenario: ${text}`, true);
}
