/** `vsmmu check`: compiles sources, reads scenarios, runs all rules, and reports in one of four formats. */
import type { Level } from '../model/problem.ts';
import type { Analysis } from './check/analyze.ts';
import { newFindings, writeBaseline } from './check/baseline.ts';
import { Collection, type Finding, Lines } from './check/findings.ts';
import { analyzeAll } from './check/pool.ts';
import { githubReport, jsonReport, type Report } from './check/report.ts';
import { findJobs, type Job, orphans } from './check/roots.ts';
import { sarifReport } from './check/sarif.ts';
import { summary, textReport } from './check/text.ts';
import { type Arguments, choice, type Command, COMPILE_OPTIONS, definitions, EXIT, type Io, string, strings, UsageError } from './command.ts';
import { painter } from './paint.ts';
import { absolute, namer } from './paths.ts';
import { Progress } from './progress.ts';

const FORMATS: Record<'text' | 'json' | 'sarif' | 'github', (report: Report, lines: Lines, io: Io) => string> = {
  text: (report, _, io) => textReport(report, painter(io)),
  json: jsonReport,
  sarif: sarifReport,
  github: githubReport,
};

const FAILING: Record<'warning' | 'error', readonly Level[]> = { warning: ['error', 'warning'], error: ['error'] };

/** Hints are for editors, which show them in passing. */
const SHOWN: readonly Level[] = ['error', 'warning', 'information'];

interface Collected { readonly problems: Collection; readonly trees: number; readonly guests: number; readonly scenarios: number }

/** Checks everything that the arguments mean, and collects the problems. */
async function collect(input: Arguments, io: Io): Promise<Collected> {
  const { jobs, includable } = findJobs(input.positionals, io.cwd, io.files);
  const options = {
    includeRoots: strings(input, 'include').map((folder) => absolute(folder, io.cwd)),
    defines: definitions(input),
    iommuOnly: input.values['iommu-only'] === true,
    levels: SHOWN,
  };
  const problems = new Collection();
  const counts = { trees: 0, guests: 0, scenarios: 0 };
  const included = new Set<string>();
  const progress = new Progress(jobs.length, io);
  const onResult = (analysis: Analysis): void => {
    problems.add(analysis.problems);
    counts.trees += analysis.trees;
    counts.guests += analysis.guests;
    counts.scenarios += analysis.scenarios;
    for (const file of analysis.files) included.add(file);
  };
  const request = { options, files: io.files, script: io.script };
  await analyzeAll({
    ...request,
    jobs,
    onResult: (analysis) => {
      onResult(analysis);
      if (jobs.length > 1) progress.advance(problems.size);
    },
  });
  progress.clear();
  const alone = orphans(includable.filter((file) => !included.has(io.files.real(file))), io.files.readText);
  const parts = alone.map((path): Job => ({ kind: 'tree', path }));
  await analyzeAll({ ...request, jobs: parts, onResult });
  return { problems, ...counts };
}

function withoutKnown(findings: readonly Finding[], input: Arguments, io: Io): readonly Finding[] {
  const given = string(input, 'baseline');
  if (given === undefined) return findings;
  const path = absolute(given, io.cwd);
  const text = io.files.readText(path);
  if (text === undefined) throw new UsageError(`no baseline at ${given}; write one with --write-baseline ${given}`);
  return newFindings(findings, text, path);
}

/** The command itself, for those that run it with arguments of their own. */
export async function runCheck(input: Arguments, io: Io): Promise<number> {
  if (input.positionals.length === 0) throw new UsageError('which files or folders?');
  const format = choice(input, 'format', ['text', 'json', 'sarif', 'github']);
  const failing = FAILING[choice(input, 'fail-on', ['warning', 'error'])];
  const { problems, ...counts } = await collect(input, io);
  const lines = new Lines(io.files.readText);
  const all = problems.findings(lines);
  const target = string(input, 'write-baseline');
  if (target !== undefined) {
    const path = absolute(target, io.cwd);
    io.files.write(path, writeBaseline(all, path));
    io.stderr.write(`${target}: ${all.length} findings written\n`);
    return EXIT.clean;
  }
  const findings = withoutKnown(all, input, io);
  const report: Report = { findings, known: all.length - findings.length, ...counts, name: namer(io.cwd), cwd: io.cwd };
  io.stdout.write(FORMATS[format](report, lines, io));
  // Formats for programs leave the terminal's last line to a person.
  if (format !== 'text' && io.isTTY) io.stderr.write(`${summary(report)}\n`);
  return findings.some((f) => failing.includes(f.problem.level)) ? EXIT.findings : EXIT.clean;
}

export const checkCommand: Command = {
  name: 'check',
  summary: 'check device trees, Xen guests and scenarios for IOMMU faults, and trees for what dtc warns of',
  usage: '[OPTION]... FILE|FOLDER...',
  options: {
    ...COMPILE_OPTIONS,
    format: { type: 'string', value: 'FORMAT', text: 'text (the default), json, sarif or github' },
    'fail-on': { type: 'string', value: 'LEVEL', text: 'exit with 1 from this level on: warning (the default) or error' },
    baseline: { type: 'string', value: 'FILE', text: 'leave out the findings that this file knows' },
    'write-baseline': { type: 'string', value: 'FILE', text: 'write all findings to a baseline, and report none' },
    'iommu-only': { type: 'boolean', text: 'only the rules about IOMMUs, for use beside other checkers' },
  },
  run: runCheck,
};
