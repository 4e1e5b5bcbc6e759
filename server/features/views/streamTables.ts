/** The stream table of a board as a page of tables: IOMMUs, streams, what is shared, what does not resolve. */
import type { PlatformContext } from '../../../model/platform/context.ts';
import { type SourceLine, type StreamRow, type StreamTable, streamTable } from '../../../model/platform/streamTable.ts';
import { hexOf } from '../markdown.ts';
import { cell, lastName, type Place, placeCell, type Row, type Table, tableOf, type Tables } from './table.ts';

/** Leads a line of a file to the editor. */
export type PlaceMaker = (source: SourceLine) => Place;

/** The page of a board called `name`. */
export function streamTables(context: PlatformContext, name: string, place: PlaceMaker): Tables {
  const table = streamTable(context);
  const page = new StreamPage(table, place);
  const optional = [page.conflicts(), page.unresolved()].filter(({ rows }) => rows.length > 0);
  return { title: `Streams of ${name}`, facts: [], tables: [page.iommus(), page.streams(), ...optional] };
}

class StreamPage {
  readonly #table: StreamTable;
  readonly #place: PlaceMaker;
  readonly #names: ReadonlyMap<string, string>;
  readonly #sources: ReadonlyMap<string, SourceLine>;
  /** Masters and StreamIDs that conflict, as `path id`. */
  readonly #shared: ReadonlySet<string>;

  constructor(table: StreamTable, place: PlaceMaker) {
    const nodes = [...table.iommus, ...table.masters];
    this.#table = table;
    this.#place = place;
    this.#names = new Map(nodes.map(({ path, label }) => [path, label ?? lastName(path)]));
    this.#sources = new Map(nodes.map(({ path, source }) => [path, source]));
    this.#shared = new Set(table.conflicts.flatMap(({ sources }) => sources.map(lineKey)));
  }

  iommus(): Table {
    const rows = this.#table.iommus.map((row): Row => ({
      cells: [
        cell(row.label ?? lastName(row.path), this.#place(row.source)), cell(row.kind), cell(row.base ?? '', null, row.base === null ? null : Number(row.base)),
        cell(String(row.masters), null, row.masters), cell(row.enabled ? 'enabled' : 'disabled'), placeCell(row.source.file, this.#place(row.source)),
      ],
      mark: row.enabled ? null : 'muted', note: '',
    }));
    return tableOf({ id: 'iommus', title: 'IOMMUs', columns: ['`IOMMU', 'Kind', '`Base', 'Masters', 'State', 'Line'], rows, empty: 'This board has no IOMMU.' });
  }

  streams(): Table {
    const rows = this.#table.streams.map((row): Row => {
      const isShared = this.#shared.has(lineKey(row.source));
      return {
        cells: [
          this.#node(row.master), this.#node(row.iommu), cell(idOf(row), this.#place(row.source), row.id), cell(row.rids ?? ''),
          cell(row.macro ?? ''), placeCell(row.source.file, this.#place(row.source)),
        ],
        mark: isShared ? 'warning' : row.enabled ? null : 'muted',
        note: [...(isShared ? ['shared'] : []), ...(row.enabled ? [] : ['disabled'])].join(', '),
      };
    });
    const columns = ['`Master', '`IOMMU', '`StreamID', '`RequesterID', '`Written as', 'Line'];
    return tableOf({ id: 'streams', title: 'Streams', columns, rows, empty: 'No device uses an IOMMU.' });
  }

  conflicts(): Table {
    const rows = this.#table.conflicts.map((row): Row => ({
      cells: [
        this.#node(row.iommu), cell(row.id === null ? '' : hexOf(row.id), this.#place(row.sources[1]), row.id),
        this.#node(row.masters[0], row.sources[0]), this.#node(row.masters[1], row.sources[1]), cell(row.how),
      ],
      mark: 'warning', note: '',
    }));
    return tableOf({ id: 'shared', title: 'Shared StreamIDs', columns: ['`IOMMU', '`StreamID', '`First', '`Second', 'How'], rows, empty: '' });
  }

  unresolved(): Table {
    const rows = this.#table.unresolved.map((row): Row => ({
      cells: [cell(row.master, this.#place(row.source)), cell(row.via), cell(row.reason), placeCell(row.source.file, this.#place(row.source))],
      mark: 'warning', note: '',
    }));
    return tableOf({ id: 'unresolved', title: 'Not resolved', columns: ['`Master', '`Property', 'Why', 'Line'], rows, empty: '' });
  }

  #node(path: string, source = this.#sources.get(path)): ReturnType<typeof cell> {
    return cell(this.#names.get(path) ?? path, source === undefined ? null : this.#place(source));
  }
}

function lineKey({ file, line }: SourceLine): string {
  return `${file}:${line}`;
}

/** `0x20`, `0x0 to 0x7ff`, `0x800 mask 0x7f`; empty where the IOMMU has none. */
export function idOf({ id, count, mask }: Pick<StreamRow, 'id' | 'count' | 'mask'>): string {
  if (id === null) return '';
  if (count > 1) return `${hexOf(id)} to ${hexOf(id + count - 1)}`;
  return mask === 0 ? hexOf(id) : `${hexOf(id)} mask ${hexOf(mask)}`;
}
