/**
 * `vsmmu dap`: the debug adapter for any editor. It is a bundle of its own beside this program, loaded
 * only here. Over a port it serves one client after another, and several at once, each with a session of
 * its own, on this machine only.
 */
import { createRequire } from 'node:module';
import { type Command, string, UsageError } from './command.ts';

/** What the bundle offers. */
interface Adapters {
  serveStdio(): void;
  /** Resolves when it listens, to the port. */
  servePort(port: number): Promise<number>;
}

const LARGEST_PORT = 65535;

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > LARGEST_PORT) throw new UsageError(`--port takes a number up to ${LARGEST_PORT}; not '${text}'`);
  return port;
}

export const dap: Command = {
  name: 'dap',
  summary: 'the debug adapter, for any editor',
  usage: '--stdio | --port N',
  options: {
    stdio: { type: 'boolean', text: 'speak over standard input and output' },
    port: { type: 'string', value: 'N', text: 'listen on a TCP port of this machine; 0 takes a free one and prints it' },
  },
  async run(input, { script, stdout }) {
    const port = string(input, 'port');
    if ((input.values['stdio'] === true) === (port !== undefined) || script === undefined) throw new UsageError('how shall it speak? Either --stdio or --port N');
    const wanted = port === undefined ? undefined : portOf(port);
    const adapters = createRequire(script)('./dap.js') as Adapters;
    if (wanted === undefined) adapters.serveStdio();
    else stdout.write(`listening on 127.0.0.1:${await adapters.servePort(wanted)}\n`);
    return await new Promise<number>(() => {});
  },
};
