/** `vsmmu dtb`: compiles a source into the blob that `cpp | dtc` would write, or says why dtc would not. */
import { DTC_RULES } from '../model/devicetree/checks/index.ts';
import { CheckTree } from '../model/devicetree/checks/view.ts';
import { toBlob } from '../model/devicetree/blob/write.ts';
import { type Compilation, compile } from '../model/devicetree/compile.ts';
import { findIncludeRoots } from '../model/devicetree/roots.ts';
import type { Problem } from '../model/problem.ts';
import { Collection, Lines } from './check/findings.ts';
import { textReport } from './check/text.ts';
import { type Arguments, type Command, COMPILE_OPTIONS, definitions, EXIT, type Io, string, strings, UsageError } from './command.ts';
import { painter } from './paint.ts';
import { absolute, namer } from './paths.ts';

/** The one file that a command is given. */
export function onlyFile(input: Arguments, what: string): string {
  const [given, ...more] = input.positionals;
  if (given === undefined || more.length > 0) throw new UsageError(`give one ${what}`);
  return given;
}

/** Writes to a file, or to standard output where that is `-`. */
export function writeOutput(output: string, data: string | Uint8Array, io: Io): void {
  if (output === '-') io.stdout.write(data);
  else io.files.write(absolute(output, io.cwd), data);
}

/** What keeps dtc from writing, and what it warns of on the way: its own checks at level error among it. */
function problemsOf(compilation: Compilation): Problem[] {
  const checked = new CheckTree(compilation.tree, compilation.expanded);
  const found = [...compilation.problems];
  for (const rule of DTC_RULES) {
    if (rule.level === 'error') found.push(...rule.check(checked));
  }
  return found.filter((p) => p.level === 'error' || p.level === 'warning');
}

function report(problems: readonly Problem[], io: Io): void {
  const collection = new Collection();
  collection.add(problems);
  const findings = collection.findings(new Lines(io.files.readText));
  io.stderr.write(textReport({ findings, known: 0, trees: 1, guests: 0, scenarios: 0, name: namer(io.cwd), cwd: io.cwd }, painter(io)));
}

function run(input: Arguments, io: Io): number {
  const given = onlyFile(input, 'source');
  const output = string(input, 'output');
  if (output === undefined) throw new UsageError('say where to write: -o OUT.dtb, or -o - for standard output');
  const source = absolute(given, io.cwd);
  if (!io.files.exists(source)) throw new UsageError(`no such file: ${given}`);
  const includeRoots = [...strings(input, 'include').map((folder) => absolute(folder, io.cwd)), ...findIncludeRoots(source, io.files.exists)];
  const compilation = compile(source, io.files, { includeRoots, defines: definitions(input), symbols: input.values['symbols'] === true });
  const problems = problemsOf(compilation);
  if (problems.length > 0) report(problems, io);
  if (problems.some((p) => p.level === 'error')) return EXIT.findings;
  writeOutput(output, toBlob(compilation.tree), io);
  return EXIT.clean;
}

/** The subcommand. */
export const dtb: Command = {
  name: 'dtb',
  summary: 'compile a device-tree source into a blob, as cpp and dtc do',
  usage: 'IN.dts -o OUT.dtb [-I DIR]... [-D X[=Y]]... [-@]',
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', text: 'the blob; - for standard output' },
    ...COMPILE_OPTIONS,
    symbols: { type: 'boolean', short: '@', text: 'write __symbols__, so that overlays can refer to labels' },
  },
  run,
};
