/** A scenario that is being debugged, and short ways to ask for what tests look at. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { DapClient } from './dapClient.ts';
import { PATH } from './scenes.ts';

export type Body = Record<string, unknown>;

/** A client that stands at the first line, or where `configure` makes it stop. */
export async function standing(text: string, args: object = {}, configure?: (client: DapClient) => Promise<unknown>): Promise<DapClient> {
  const client = new DapClient({ [PATH]: text });
  await client.launch(PATH, { stopOnEntry: configure === undefined, ...args }, async () => await configure?.(client));
  return client;
}

export const lines = (...breakpoints: object[]) => (client: DapClient): Promise<unknown> =>
  client.request('setBreakpoints', { source: { path: PATH }, breakpoints });

/** Where the scenario stands: the line, and what happened. */
export async function place(client: DapClient): Promise<string> {
  const { body } = await client.request('stackTrace', { threadId: client.thread });
  const frames = body.stackFrames as P.StackFrame[];
  return `${frames.at(-1)?.line} ${frames[0]?.name}`;
}

export async function go(client: DapClient, command: string, args: object = {}): Promise<Body> {
  const { body = {} } = await client.move(command, { threadId: client.thread, ...args });
  return body;
}

export async function value(client: DapClient, expression: string, args: object = {}): Promise<string> {
  const { body, message } = await client.request('evaluate', { expression, context: 'watch', ...args });
  return body?.result ?? `refused: ${message}`;
}

export async function scope(client: DapClient, name: string): Promise<number> {
  const { body } = await client.request('stackTrace', { threadId: client.thread });
  const scopes = await client.request('scopes', { frameId: body.stackFrames[0].id });
  return (scopes.body.scopes as P.Scope[]).find((one) => one.name === name)?.variablesReference ?? 0;
}

export async function variables(client: DapClient, variablesReference: number, args: object = {}): Promise<P.Variable[]> {
  return (await client.request('variables', { variablesReference, ...args })).body.variables as P.Variable[];
}
