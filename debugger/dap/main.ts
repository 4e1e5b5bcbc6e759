/**
 * The bundle `dist/dap.js`: the adapter for VS Code's extension host, over standard input and output, and
 * over a port of this machine; and what the Test Explorer and the Problems view need of scenarios.
 */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { Adapter } from './adapter.ts';
import { nodeFiles } from './files.ts';

export { checkSetup } from './setupCheck.ts';
export { runScenario, scenarioTests } from './testRun.ts';

/** An adapter for one session in this process. */
export function createAdapter(): Adapter {
  const adapter = new Adapter(nodeFiles);
  adapter.onEnd(() => undefined);
  return adapter;
}

/** Serves the client at standard input and output; the process ends with the session. */
export function serveStdio(): void {
  const adapter = new Adapter(nodeFiles);
  // What does not belong to the protocol would break it.
  adapter.start(process.stdin, process.stdout);
}

/** Serves every client that connects to a port, each with a session of its own. Resolves to the port. */
export async function servePort(port: number): Promise<number> {
  const server = createServer((socket) => {
    const adapter = new Adapter(nodeFiles);
    adapter.onEnd(() => socket.end());
    adapter.start(socket, socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return address === null || typeof address === 'string' ? port : address.port;
}
