/** `vsmmu run SCENARIO...`: runs scenarios, or all of a folder, and says which expectations did not hold. */
import { posix } from 'node:path';
import { Analyzer } from './check/analyze.ts';
import { Lines } from './check/findings.ts';
import { type Arguments, choice, type Command, type CommandFiles, EXIT, type Io, UsageError } from './command.ts';
import { painter, textWidth } from './paint.ts';
import { absolute, namer } from './paths.ts';
import { nodeScenarioFiles } from './scenarioFiles.ts';
import { play, wrong } from './scenario/play.ts';
import { countOf, githubRun, jsonRun, junitRun, type RunReport } from './scenario/report.ts';
import { textRun } from './scenario/text.ts';

const SKIPPED = new Set(['node_modules', '.git']);
const FORMATS = ['text', 'json', 'junit', 'github'] as const;

/** Scenarios below a folder, in the order of their paths. Files that others include are run when they are named only. */
function below(folder: string, files: CommandFiles): string[] {
  return (files.list(folder) ?? []).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.folder) return SKIPPED.has(entry.name) ? [] : below(path, files);
    return entry.name.endsWith('.smmu') ? [path] : [];
  });
}

function scenariosOf(input: Arguments, { cwd, files }: Io): string[] {
  if (input.positionals.length === 0) throw new UsageError('which scenarios? Name files or folders');
  const found = input.positionals.flatMap((given) => {
    const path = absolute(given, cwd);
    if (files.list(path) === undefined) {
      if (!files.exists(path)) throw new UsageError(`no such file or folder: ${given}`);
      return [path];
    }
    const inside = below(path, files);
    if (inside.length === 0) throw new UsageError(`no scenario in ${given}`);
    return inside;
  });
  return [...new Set(found)];
}

function run(input: Arguments, io: Io): number {
  const format = choice(input, 'format', FORMATS);
  const isTraced = input.values['trace'] === true;
  if (isTraced && format !== 'text') throw new UsageError('--trace is for people: use it with --format text');
  const files = nodeScenarioFiles(io.files);
  // What `vsmmu check` calls an error is not run: a wrong name is a wrong scenario, not a failed one.
  const checker = new Analyzer({ includeRoots: [], defines: {}, iommuOnly: false, levels: ['error'] }, io.files);
  const played = scenariosOf(input, io).map((path) => {
    const { problems } = checker.analyze({ kind: 'scenario', path });
    return problems.length > 0 ? wrong(path, problems) : play(path, files, { traced: isTraced ? 'all' : 'none' });
  });
  const report: RunReport = { played, lines: new Lines(io.files.readText), name: namer(io.cwd) };
  const formats: Readonly<Record<(typeof FORMATS)[number], () => string>> = {
    text: () => textRun(report, { paint: painter(io), width: textWidth(io) }), json: () => jsonRun(report), junit: () => junitRun(report), github: () => githubRun(report),
  };
  io.stdout.write(formats[format]());
  if (countOf(played, 'wrong') > 0) return EXIT.usage;
  return countOf(played, 'failed') > 0 ? EXIT.findings : EXIT.clean;
}

/** The `run` subcommand. */
export const runScenarios: Command = {
  name: 'run',
  summary: 'run scenarios and check what they expect',
  usage: '[--format FORMAT] [--trace] SCENARIO.smmu|FOLDER...',
  options: {
    format: { type: 'string', value: 'FORMAT', text: `${FORMATS.join(', ')} (text)` },
    trace: { type: 'boolean', text: 'show what each line did, walks as trees' },
  },
  run,
};
