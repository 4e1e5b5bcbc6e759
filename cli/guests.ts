/** `vsmmu guests [PROJECT]`: who owns which device, stream, interrupt and page on a Xen system, as a table or as JSON. */
import { type OwnershipRow, ownershipTable } from '../model/platform/guests/ownership.ts';
import type { Domain, System } from '../model/platform/guests/types.ts';
import type { SourceRange } from '../model/problem.ts';
import { Lines } from './check/findings.ts';
import { findJobs } from './check/roots.ts';
import { columns } from './columns.ts';
import { type Arguments, type Command, COMPILE_OPTIONS, definitions, EXIT, type Io, strings, UsageError } from './command.ts';
import { Compiler } from './compiler.ts';
import { painter, type Painter } from './paint.ts';
import { absolute, namer } from './paths.ts';
import { readSystem, type SystemSource } from './system.ts';

const KINDS: Readonly<Record<Domain['kind'], string>> = { hardware: 'hardware domain', dom0less: 'dom0less', xl: 'xl' };

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function streamText({ streamId, count }: OwnershipRow): string {
  if (streamId === null) return '-';
  return count > 1 ? `${hex(streamId)}-${hex(streamId + count - 1)}` : hex(streamId);
}

function cellsOf(row: OwnershipRow, at: (range: SourceRange) => string): string[] {
  const vsid = row.vsid === null ? '-' : hex(row.vsid);
  const list = (items: readonly (string | number)[]): string => (items.length === 0 ? '-' : items.join(' '));
  return [row.device, row.smmu ?? '-', streamText(row), vsid, list(row.interrupts), list(row.pages), at(row.source)];
}

function domainText(domain: Domain, rows: readonly OwnershipRow[], tools: { paint: Painter; at: (range: SourceRange) => string }): string {
  const { paint, at } = tools;
  const facts = [KINDS[domain.kind], ...(domain.vsmmu === undefined ? [] : ['virtual SMMU']), at(domain.at)].join(', ');
  const grants = domain.grants.map((grant) => `  ${grant.device} from ${grant.backend}, through grants (${at(grant.at)})`);
  if (rows.length === 0) return [`${paint.bold(domain.name)}  ${facts}`, '  no devices', ...grants].join('\n');
  const [head = '', ...body] = columns([['device', 'SMMU', 'StreamID', 'virtual', 'interrupts', 'pages', 'written at'], ...rows.map((row) => cellsOf(row, at))]);
  return [`${paint.bold(domain.name)}  ${facts}`, paint.dim(head), ...body, ...grants].join('\n');
}

function systemText(system: System, tools: { paint: Painter; at: (range: SourceRange) => string }): string {
  const table = ownershipTable(system);
  const rows = (domain: Domain): OwnershipRow[] => table.filter((row) => row.domain === domain.name && row.kind === domain.kind);
  return system.domains.map((domain) => `${domainText(domain, rows(domain), tools)}\n`).join('\n');
}

/** The project in the working folder, or the one system that the arguments name. */
function sourceOf(input: Arguments, io: Io): SystemSource {
  const { jobs } = findJobs(input.positionals.length === 0 ? ['vsmmu.json'] : input.positionals, io.cwd, io.files);
  const sources = jobs.flatMap((job) => (job.kind === 'system' ? [job.source] : []));
  const [source, ...others] = sources;
  if (source === undefined || others.length > 0) throw new UsageError('name one project file, or a board with the configurations of its guests');
  return source;
}

function run(input: Arguments, io: Io): number {
  const includeRoots = strings(input, 'include').map((folder) => absolute(folder, io.cwd));
  const { systems } = readSystem(sourceOf(input, io), new Compiler({ includeRoots, defines: definitions(input) }, io.files), io.files);
  const lines = new Lines(io.files.readText);
  if (input.values['json'] === true) {
    const rows = systems.flatMap((system) => ownershipTable(system).map((row) => {
      const { file, from } = lines.place(row.source);
      return { ...row, source: { file, ...from } };
    }));
    io.stdout.write(`${JSON.stringify({ version: 1, rows }, undefined, 2)}\n`);
    return EXIT.clean;
  }
  const name = namer(io.cwd);
  const at = (range: SourceRange): string => `${name(range.file)}:${lines.place(range).from.line}`;
  io.stdout.write(systems.map((system) => systemText(system, { paint: painter(io), at })).join('\n'));
  return EXIT.clean;
}

export const guests: Command = {
  name: 'guests',
  summary: 'list the domains of a Xen system with their devices, streams, interrupts and pages',
  usage: '[OPTION]... [vsmmu.json | BOARD.dts GUEST.cfg...]',
  options: { ...COMPILE_OPTIONS, json: { type: 'boolean', text: 'as JSON, for programs' } },
  run,
};
