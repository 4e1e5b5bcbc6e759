/** The stream table of a board as a Markdown page: IOMMUs, streams, conflicts, what does not resolve. */
import type { PlatformContext } from '../../model/platform/context.ts';
import { type StreamRow, type StreamTable, streamTable } from '../../model/platform/streamTable.ts';
import { code, hexOf } from './markdown.ts';

/** Rows of one table; a page of a hostile board must stay readable. */
const MAX_ROWS = 2000;

/** How a line of a file is shown: a link where the editor can follow one. */
export type LineLink = (file: string, line: number) => string;

/** The page of a board called `name`. */
export function streamPage(context: PlatformContext, name: string, link: LineLink): string {
  const table = streamTable(context);
  const parts = [`# Streams of ${code(name)}`, iommuTable(table, link), streamRows(table, link)];
  if (table.conflicts.length > 0) {
    parts.push('## Shared StreamIDs', markdownTable(['IOMMU', 'StreamID', 'First', 'Second', 'How', 'Lines'], table.conflicts.map((row) =>
      [code(row.iommu), row.id === null ? '' : hexOf(row.id), code(row.masters[0]), code(row.masters[1]), row.how, row.sources.map((source) => link(source.file, source.line)).join(', ')])));
  }
  if (table.unresolved.length > 0) {
    parts.push('## Not resolved', markdownTable(['Master', 'Property', 'Why', 'Line'], table.unresolved.map((row) => [code(row.master), row.via, row.reason, link(row.source.file, row.source.line)])));
  }
  return parts.join('\n\n');
}

function iommuTable(table: StreamTable, link: LineLink): string {
  if (table.iommus.length === 0) return 'This board has no IOMMU.';
  return markdownTable(['IOMMU', 'Kind', 'Base', 'Masters', 'State', 'Line'], table.iommus.map((row) =>
    [code(row.label ?? row.path), row.kind, row.base ?? '', String(row.masters), row.enabled ? 'enabled' : 'disabled', link(row.source.file, row.source.line)]));
}

function streamRows(table: StreamTable, link: LineLink): string {
  if (table.streams.length === 0) return 'No device uses one.';
  const labels = new Map(table.iommus.map((row) => [row.path, row.label ?? row.path.slice(row.path.lastIndexOf('/') + 1)]));
  return ['## Streams', markdownTable(['Master', 'IOMMU', 'StreamID', 'RequesterID', 'Written as', 'Line'], table.streams.map((row) => [
    code(row.label ?? row.master) + (row.enabled ? '' : ' (disabled)'), code(labels.get(row.iommu) ?? row.iommu), idOf(row),
    row.rids ?? '', row.macro === null ? '' : code(row.macro), link(row.source.file, row.source.line),
  ]))].join('\n\n');
}

function idOf(row: StreamRow): string {
  if (row.id === null) return '';
  if (row.count > 1) return `${hexOf(row.id)} to ${hexOf(row.id + row.count - 1)}`;
  return row.mask === 0 ? hexOf(row.id) : `${hexOf(row.id)} mask ${hexOf(row.mask)}`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const shown = rows.slice(0, MAX_ROWS).map(line);
  if (rows.length > shown.length) shown.push('', `and ${rows.length - shown.length} more`);
  return [line(head), line(head.map(() => '---')), ...shown].join('\n');
}
