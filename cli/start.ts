/**
 * `vsmmu start`, which `npm start` runs: the first minute with the product. Checks the bundled example
 * board, runs a scenario on it and shows two of its transactions as trees, then opens the examples in
 * VS Code where a person watches and has it, and says what to do next. It changes no file.
 */
import { posix, resolve } from 'node:path';
import { runCheck } from './check.ts';
import { Lines } from './check/findings.ts';
import { type Command, EXIT, type Io, UsageError } from './command.ts';
import { painter, textWidth } from './paint.ts';
import { absolute, namer } from './paths.ts';
import { nodeScenarioFiles } from './scenarioFiles.ts';
import { play } from './scenario/play.ts';
import type { RunReport } from './scenario/report.ts';
import { textRun, traceText, type TextStyle } from './scenario/text.ts';

const BOARD = 'examples/merlin/merlin-evk.dts';
const SCENARIO = 'examples/scenarios/forgotten-tlbi.smmu';

/** Lines of the scenario whose walks are shown: the write that a stale entry lets through, and the fault that is due. */
const SHOWN: ReadonlyMap<number, string> = new Map([
  [19, 'The buffer is unmapped, but nobody invalidated: the device still reaches it.'],
  [27, 'Invalidated at last, and the device faults. This is why:'],
]);

/** `code` on the path; on Windows it is a script that only a shell can start, and is not looked for. */
function codeCommand({ env, files }: Io): string | undefined {
  return (env['PATH'] ?? '').split(':').map((folder) => posix.join(folder, 'code')).find((path) => posix.isAbsolute(path) && files.exists(path));
}

/** Runs the scenario and prints the chosen walks. */
function runScenario(io: Io, style: TextStyle): number {
  const played = play(absolute(SCENARIO, io.cwd), nodeScenarioFiles(io.files), { traced: 'all' });
  const report: RunReport = { played: [played], lines: new Lines(io.files.readText), name: namer(io.cwd) };
  for (const one of played.trace) {
    const story = SHOWN.get(report.lines.place(one.unit.action.at).from.line);
    if (story !== undefined) io.stdout.write(`\n${style.paint.yellow(story)}\n${traceText(report, one, style)}`);
  }
  const summary: RunReport = { ...report, played: [{ ...played, trace: [] }] };
  io.stdout.write(`\n${textRun(summary, style)}`);
  return played.status === 'passed' ? EXIT.clean : EXIT.findings;
}

/** Opens the examples in VS Code, or says how. */
function openOrSayHow(io: Io, top: string): string {
  const args = [`--extensionDevelopmentPath=${top}`, posix.join(top, 'examples'), posix.join(top, SCENARIO)];
  const code = codeCommand(io);
  const isWatched = io.isTTY && (io.env['CI'] ?? '') === '';
  if (code !== undefined && isWatched && io.launch !== undefined) {
    io.launch(code, args);
    return 'Opening the examples in VS Code. Press F5 there and step into the same walk.\n';
  }
  const web = io.files.exists(posix.join(top, 'test/vscode/web.mjs')) ? '\nNo VS Code at hand? In the browser, through code-server:\n  npm run code:web\n' : '';
  return `Step into the same walk in VS Code, forwards and back:\n  code --extensionDevelopmentPath="${top}" "${top}/examples"\n${web}`;
}

function next(io: Io, top: string): string {
  return `${openOrSayHow(io, top)}
"vSMMU: Get Started" leads through it in four steps. In the terminal:
  node dist/vsmmu.js run --trace ${SCENARIO}
  node dist/vsmmu.js check path/to/your/board.dts
  node dist/vsmmu.js --help
`;
}

async function start(io: Io): Promise<number> {
  if (io.script === undefined) throw new UsageError('start needs the examples beside the program');
  const top = absolute(resolve(posix.dirname(io.script.replaceAll('\\', '/')), '..'), '/');
  const style: TextStyle = { paint: painter(io), width: textWidth(io) };
  const here: Io = { ...io, cwd: top };
  const step = (title: string): void => io.stdout.write(`${style.paint.cyan('$')} ${style.paint.bold(`vsmmu ${title}`)}\n`);

  step(`check ${BOARD}`);
  const checked = await runCheck({ values: {}, positionals: [BOARD] }, here);
  io.stdout.write('\n');
  step(`run ${SCENARIO}`);
  const ran = runScenario(here, style);
  io.stdout.write(`\n${next(here, top)}`);
  return Math.max(checked, ran);
}

export const startCommand: Command = {
  name: 'start',
  summary: 'check the bundled example board, run a scenario and show its walks',
  usage: '',
  options: {},
  run({ positionals }, io) {
    if (positionals.length > 0) throw new UsageError('start takes no arguments');
    return start(io);
  },
};
