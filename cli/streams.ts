/** `vsmmu streams BOARD.dts`: a board's IOMMUs with their masters and StreamIDs, as a table or as JSON. */
import { PlatformContext } from '../model/platform/context.ts';
import { platform } from '../model/platform/platform.ts';
import { type ConflictRow, type IommuRow, type SourceLine, streamTable, type StreamRow, type StreamTable } from '../model/platform/streamTable.ts';
import { columns } from './columns.ts';
import { type Arguments, type Command, COMPILE_OPTIONS, definitions, EXIT, type Io, strings, UsageError } from './command.ts';
import { Compiler } from './compiler.ts';
import { painter, type Painter } from './paint.ts';
import { absolute, namer } from './paths.ts';

type Name = (file: string) => string;

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function at(source: SourceLine, name: Name): string {
  return `${name(source.file)}:${source.line}`;
}

function nodeName(label: string | null, path: string): string {
  return label === null ? path : `&${label}`;
}

function streamId({ id, mask, count }: StreamRow): string {
  if (id === null) return '-';
  if (mask !== 0) return `${hex(id)} mask ${hex(mask)}`;
  return count > 1 ? `${hex(id)}-${hex(id + count - 1)}` : hex(id);
}

function masterName({ label, master, enabled }: StreamRow): string {
  return `${nodeName(label, master)}${enabled ? '' : ' (disabled)'}`;
}

function heading(iommu: IommuRow, paint: Painter, name: Name): string {
  const place = iommu.base === null ? '' : ` at ${iommu.base}`;
  const masters = `${iommu.masters} master${iommu.masters === 1 ? '' : 's'}`;
  const facts = [`${iommu.kind}${place}`, ...(iommu.enabled ? [] : ['disabled']), masters, at(iommu.source, name)];
  return `${paint.bold(nodeName(iommu.label, iommu.path))}  ${facts.join(', ')}`;
}

function streamLines(rows: readonly StreamRow[], paint: Painter, name: Name): string[] {
  if (rows.length === 0) return [];
  const sorted = rows.toSorted((a, b) => (a.id ?? -1) - (b.id ?? -1));
  const hasRids = rows.some((row) => row.rids !== null);
  const cells = (id: string, rids: string, ...rest: string[]): string[] => (hasRids ? [id, rids, ...rest] : [id, ...rest]);
  const [head = '', ...body] = columns([
    cells('StreamID', 'RIDs', 'master', 'written at'),
    ...sorted.map((row) => cells(streamId(row), row.rids ?? '-', masterName(row), `${at(row.source, name)}${row.macro === null ? '' : ` (${row.macro})`}`)),
  ]);
  return [paint.dim(head), ...body];
}

function conflictLine(row: ConflictRow, name: Name): string {
  const how = { same: 'is used by both', inside: 'of one lies inside the range of the other:', partial: 'ranges overlap:' }[row.how];
  const [first, second] = row.masters;
  const [one, two] = row.sources;
  return `  ${row.iommu}: StreamID ${row.id === null ? '-' : hex(row.id)} ${how} ${first} (${at(one, name)}) and ${second} (${at(two, name)})`;
}

/** The whole table for a person. */
export function streamsText(table: StreamTable, paint: Painter, name: Name): string {
  if (table.iommus.length === 0) return 'no IOMMUs\n';
  const blocks = table.iommus.map((iommu) => {
    const rows = table.streams.filter((row) => row.iommu === iommu.path);
    return [heading(iommu, paint, name), ...streamLines(rows, paint, name)].join('\n');
  });
  const conflicts = table.conflicts.length === 0 ? [] : [[paint.yellow('Shared StreamIDs'), ...table.conflicts.map((row) => conflictLine(row, name))].join('\n')];
  const lost = table.unresolved.length === 0 ? [] : [
    [paint.red('Without a stream'), ...table.unresolved.map((row) => `  ${row.master}, ${row.via}: ${row.reason} (${at(row.source, name)})`)].join('\n'),
  ];
  return `${[...blocks, ...conflicts, ...lost].join('\n\n')}\n`;
}

/** The stream table of one board. */
export function streamsOf(path: string, compiler: Compiler): StreamTable {
  const { tree, expanded } = compiler.compile(path);
  return streamTable(new PlatformContext(platform(tree), expanded));
}

/** The command itself, for those that run it with arguments of their own. */
export function run(input: Arguments, io: Io): number {
  const [given, ...others] = input.positionals;
  if (given === undefined || others.length > 0) throw new UsageError('which board?');
  const path = absolute(given, io.cwd);
  if (io.files.readText(path) === undefined) throw new UsageError(`no such file: ${given}`);
  const includeRoots = strings(input, 'include').map((folder) => absolute(folder, io.cwd));
  const table = streamsOf(path, new Compiler({ includeRoots, defines: definitions(input) }, io.files));
  io.stdout.write(input.values['json'] === true ? `${JSON.stringify(table, undefined, 2)}\n` : streamsText(table, painter(io), namer(io.cwd)));
  return EXIT.clean;
}

export const streams: Command = {
  name: 'streams',
  summary: 'list the IOMMUs of a board with their masters and StreamIDs',
  usage: '[OPTION]... BOARD.dts',
  options: { ...COMPILE_OPTIONS, json: { type: 'boolean', text: 'as JSON, for programs' } },
  run,
};
