/**
 * Cuts an `iommus` list into specifiers. A list of references is cut at them, so that one broken
 * entry does not break the rest; a list of literal phandles, as a decompiled tree has, is cut as
 * the kernel does, by the cell count of each target.
 */
import type { Span } from '../devicetree/syntax/ast.ts';
import type { Cell, DtNode, DtProperty, DtTree } from '../devicetree/tree/tree.ts';
import type { Iommu, IommuList, Specifier } from './types.ts';
import { targetOf, u32Of } from './values.ts';

/** What the cutting needs to know about the rest of the tree. */
export interface SpecifierContext {
  readonly tree: DtTree;
  readonly iommuOf: ReadonlyMap<DtNode, Iommu>;
}

/** Reads one `iommus` property. A phandle of 0 is an empty entry, as for the kernel. */
export function readIommus(context: SpecifierContext, property: DtProperty, cells: readonly Cell[]): IommuList {
  const entries: Specifier[] = [];
  let at = 0;
  while (at < cells.length) {
    const entry = readEntry(context, cells, at);
    if (entry === undefined) break;
    entries.push(entry.specifier);
    at = entry.next;
  }
  return { property, entries };
}

function readEntry(context: SpecifierContext, cells: readonly Cell[], at: number): { specifier: Specifier; next: number } | undefined {
  const phandle = cells[at];
  if (phandle === undefined) return undefined;
  const target = targetOf(context.tree, phandle);
  const iommu = target === undefined ? undefined : context.iommuOf.get(target);
  const wanted = target === undefined ? undefined : (iommu?.cells ?? u32Of(target, '#iommu-cells'));
  let next = at + 1;
  const full = wanted === undefined ? at + 1 : Math.min(at + 1 + wanted, cells.length);
  while (next < full && cells[next]?.reference === undefined) next += 1;
  const args = cells.slice(at + 1, next);
  const start = next;
  // What is left up to the next entry belongs to this one: too many cells, or of unknown number.
  while (next < cells.length && !beginsEntry(context, cells, next, phandle)) next += 1;
  const extra = cells.slice(start, next);
  const last = cells[next - 1] ?? phandle;
  const span: Span = { start: phandle.span.start, end: last.span.end };
  const ownArgs = wanted === undefined ? [...args, ...extra] : args;
  const specifier = { phandle, target, iommu, args: ownArgs, wanted, extra: wanted === undefined ? [] : extra, span };
  return { specifier, next };
}

/** Whether a cell after a full entry is the phandle of the next one. */
function beginsEntry(context: SpecifierContext, cells: readonly Cell[], at: number, previous: Cell): boolean {
  const cell = cells[at];
  if (cell === undefined || cell.reference !== undefined) return true;
  if (cell.value === 0) return false;
  const target = context.tree.byPhandle(cell.value);
  // In a list that is written with references a bare number is a specifier cell, unless it names an IOMMU.
  return target !== undefined && (previous.reference === undefined || context.iommuOf.has(target));
}
