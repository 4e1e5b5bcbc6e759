/**
 * `vsmmu start`, which `npm start` runs: the first minute with the product. Checks the bundled
 * example board, prints its stream table, and says what to do next. It changes nothing.
 */
import { dirname, resolve } from 'node:path';
import { runCheck } from './check.ts';
import { type Command, type Io, UsageError } from './command.ts';
import { painter } from './paint.ts';
import { absolute } from './paths.ts';
import { run as runStreams } from './streams.ts';

const BOARD = 'examples/merlin/merlin-evk.dts';
const FAULTY = 'examples/faults/faulty-evk.dts';

function next(top: string): string {
  return `Open the examples in VS Code with this checkout as the extension:
  code --extensionDevelopmentPath="${top}" "${top}/examples"
Hover over a StreamID in merlin/merlin.dtsi; open faults/faulty-evk.dts for the findings above.

Your own board:
  vsmmu check path/to/board.dts
  vsmmu streams path/to/board.dts
  vsmmu explain RULE
`;
}

async function start(io: Io): Promise<number> {
  if (io.script === undefined) throw new UsageError('start needs the examples beside the program');
  const top = absolute(resolve(dirname(io.script), '..'), '/');
  const paint = painter(io);
  const here: Io = { ...io, cwd: top };
  const step = (title: string): void => io.stdout.write(`${paint.cyan('$')} ${paint.bold(`vsmmu ${title}`)}\n`);

  step(`check ${BOARD}`);
  const code = await runCheck({ values: {}, positionals: [BOARD] }, here);
  io.stdout.write('\n');
  step(`streams ${BOARD}`);
  runStreams({ values: {}, positionals: [BOARD] }, here);
  io.stdout.write('\n');
  step(`check ${FAULTY}`);
  await runCheck({ values: {}, positionals: [FAULTY] }, here);
  io.stdout.write(`\n${next(top)}`);
  return code;
}

export const startCommand: Command = {
  name: 'start',
  summary: 'check the bundled example board and show its streams',
  usage: '',
  options: {},
  run({ positionals }, io) {
    if (positionals.length > 0) throw new UsageError('start takes no arguments');
    return start(io);
  },
};
