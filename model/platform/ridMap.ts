/**
 * `iommu-map` and `msi-map`: reads both generations of the binding, and looks a RequesterID up as
 * the kernel's of_map_id does. Does not know which devices exist on a bus: a map is about all 65536
 * RequesterIDs.
 */
import type { Cell, DtNode, DtProperty, DtTree } from '../devicetree/tree/tree.ts';
import type { SpecifierContext } from './specifiers.ts';
import type { RidMap, RidMapEntry, RidMapKind } from './types.ts';
import { spanOf, targetOf, u32Of } from './values.ts';

/** The kernel's MAX_PHANDLE_ARGS: no provider has more cells. */
const MAX_OUTPUT_CELLS = 16;
/** Cells around the output: base, phandle and length. */
const FRAME = 3;
const ALL_ONES = 0xffffffff;

/** Reads one map property with its mask. */
export function readRidMap(context: SpecifierContext, kind: RidMapKind, property: DtProperty, cells: readonly Cell[]): RidMap {
  const { node } = property;
  const layout = layoutOf(context.tree, kind, cells);
  const groups = cells.some((cell) => cell.reference !== undefined)
    ? cutAtReferences(cells) : cutByCount(context.tree, layout, cells);
  const entries = groups.map((group) => readEntry(context, layout, group));
  const maskProperty = node.properties.get(`${kind}-mask`);
  const mask = maskProperty === undefined ? undefined : u32Of(node, `${kind}-mask`);
  return { kind, node, property, entries, layout, mask: mask ?? ALL_ONES, maskProperty };
}

/** How many output cells a target asks for; 1 where the property is missing. */
function outputCells(target: DtNode | undefined): number {
  if (target === undefined) return 1;
  return Math.min(u32Of(target, '#iommu-cells') ?? 1, MAX_OUTPUT_CELLS);
}

/**
 * `msi-map` always has four cells an entry. So has an `iommu-map` for kernels up to 6.12; later
 * ones size entries by the target, unless the whole map looks like the old form: one target, and
 * length 1 everywhere. A map that only the old reading can cut is taken as that.
 */
function layoutOf(tree: DtTree, kind: RidMapKind, cells: readonly Cell[]): RidMap['layout'] {
  if (kind === 'msi-map') return 'fixed';
  if (cells.length % 4 !== 0) return 'sized';
  for (let at = 0; at < cells.length; at += 4) {
    const phandle = cells[at + 1];
    if (phandle === undefined || targetOf(tree, phandle) === undefined) return 'sized';
  }
  return 'fixed';
}

/** Entries of a map written with references: each begins one cell before its reference. */
function cutAtReferences(cells: readonly Cell[]): Cell[][] {
  const starts: number[] = [0];
  // A map that begins with its reference lacks the base, most likely everywhere.
  const before = cells[0]?.reference === undefined ? 1 : 0;
  let first = true;
  cells.forEach((cell, index) => {
    if (cell.reference === undefined) return;
    if (!first) starts.push(Math.max(index - before, (starts.at(-1) ?? 0) + 1));
    first = false;
  });
  return starts.map((start, index) => cells.slice(start, starts[index + 1]));
}

/** Entries of a map of bare numbers, as the kernel steps through it. */
function cutByCount(tree: DtTree, layout: RidMap['layout'], cells: readonly Cell[]): Cell[][] {
  const groups: Cell[][] = [];
  for (let at = 0; at < cells.length;) {
    const phandle = cells[at + 1];
    const output = layout === 'fixed' || phandle === undefined ? 1 : outputCells(targetOf(tree, phandle));
    groups.push(cells.slice(at, at + FRAME + output));
    at += FRAME + output;
  }
  return groups;
}

function readEntry(context: SpecifierContext, layout: RidMap['layout'], cells: readonly Cell[]): RidMapEntry {
  const referenceAt = cells.findIndex((cell) => cell.reference !== undefined);
  const phandleAt = referenceAt < 0 ? 1 : referenceAt;
  const phandle = cells[phandleAt];
  const target = phandle === undefined ? undefined : targetOf(context.tree, phandle);
  const wanted = FRAME + (layout === 'fixed' ? 1 : outputCells(target));
  const complete = cells.length === wanted && phandleAt === 1;
  return {
    ridBase: cells[0]?.value ?? 0,
    phandle,
    target,
    iommu: target === undefined ? undefined : context.iommuOf.get(target),
    output: cells.slice(2, -1),
    length: cells.at(-1)?.value ?? 0,
    cells,
    wanted,
    complete,
    span: spanOf(cells) ?? { start: 0, end: 0 },
  };
}

/** What of_map_id makes of one RequesterID: a target with its specifier, bypass, or the error it returns with the reason. */
export type RidTranslation =
  | { readonly kind: 'mapped'; readonly entry: RidMapEntry; readonly target: DtNode; readonly args: readonly number[] }
  | { readonly kind: 'bypass' }
  | { readonly kind: 'error'; readonly errno: 'EINVAL' | 'EFAULT' | 'ENODEV'; readonly reason: string };

/** Looks a RequesterID up: mask first, then the first entry whose window holds it. Output wraps at 32 bits. */
export function translateRid(map: RidMap, rid: number): RidTranslation {
  const id = (rid & map.mask) >>> 0;
  for (const entry of map.entries) {
    const step = tryEntry(map, entry, id);
    if (step !== undefined) return step;
  }
  return { kind: 'bypass' };
}

function tryEntry(map: RidMap, entry: RidMapEntry, id: number): RidTranslation | undefined {
  if (entry.cells.length < FRAME) return { kind: 'error', errno: 'EINVAL', reason: 'bad length' };
  if (((entry.ridBase & ~map.mask) >>> 0) !== 0) return { kind: 'error', errno: 'EFAULT', reason: 'mask ignores id-base' };
  if (entry.target === undefined) return { kind: 'error', errno: 'ENODEV', reason: 'unknown phandle' };
  if (!entry.complete) return { kind: 'error', errno: 'EINVAL', reason: 'bad length' };
  if (entry.length > 1 && entry.output.length > 1) return { kind: 'error', errno: 'EINVAL', reason: 'range with multi-cell output' };
  if (id < entry.ridBase || id >= entry.ridBase + entry.length) return undefined;
  const args = entry.output.map((cell) => (cell.value + (id - entry.ridBase)) >>> 0);
  return { kind: 'mapped', entry, target: entry.target, args: entry.output.length > 1 ? entry.output.map((c) => c.value) : args };
}
