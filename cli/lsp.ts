/**
 * `vsmmu lsp`: the language server for any editor. It is a bundle of its own beside this program,
 * loaded only here, so that no other command pays for it. It speaks over the transport that the
 * command line names, and ends the process when the editor says so.
 */
import { createRequire } from 'node:module';
import { type Command, UsageError } from './command.ts';

export const lsp: Command = {
  name: 'lsp',
  summary: 'the language server, for any editor',
  usage: '--stdio',
  options: {
    stdio: { type: 'boolean', text: 'speak over standard input and output' },
    'node-ipc': { type: 'boolean', text: 'speak over the channel of a parent Node process' },
    pipe: { type: 'string', value: 'NAME', text: 'speak over a named pipe or Unix socket' },
    socket: { type: 'string', value: 'PORT', text: 'speak over a TCP port of this machine' },
    clientProcessId: { type: 'string', value: 'PID', text: 'end when this process ends' },
  },
  run({ values }, { script }) {
    const transport = ['stdio', 'node-ipc', 'pipe', 'socket'].find((name) => values[name] !== undefined);
    if (transport === undefined || script === undefined) throw new UsageError('how shall it speak? Usually --stdio');
    const server = createRequire(script)('./server.js') as { runServer(): void };
    server.runServer();
    return new Promise(() => {});
  },
};
