/**
 * Proposals inside cells and after `&`: labels, those of fitting providers first, and macros,
 * those first that other entries use with the same provider.
 */
import type { DtNode, DtProperty } from '../../model/devicetree/tree/tree.ts';
import { cells } from '../../model/devicetree/tree/values.ts';
import { macroOf } from '../../model/platform/streamTable.ts';
import { stringsOf, targetOf, u32Of } from '../../model/platform/values.ts';
import { type Board, pathOf } from './board.ts';
import { cellEntries } from './cellLayout.ts';
import type { Proposal } from './completion.ts';
import type { CursorCells } from './cursor.ts';
import { providerCells } from './knowledge.ts';

/** Uses of a provider that are looked at to learn which macros go with it. */
const MAX_SAMPLES = 60;

/** Properties that refer to nothing but IOMMUs. */
const TO_IOMMUS = new Set(['iommus', 'iommu-map']);

/** Labels, with `&`: those that can be what `property` refers to first, and no others where it refers to IOMMUs. */
export function* labelItems(board: Board, property: string): Generator<Proposal> {
  const toIommus = TO_IOMMUS.has(property);
  const wanted = toIommus ? '#iommu-cells' : providerCells(property);
  for (const [name, node] of board.tree.labels) {
    const iommu = toIommus ? board.platform.platform.iommuOf.get(node) : undefined;
    const fits = iommu !== undefined || (wanted !== undefined && wanted !== '' && node.properties.has(wanted));
    if (toIommus && !fits) continue;
    yield {
      label: `&${name}`, kind: 'label', detail: iommu === undefined ? pathOf(node) : `${iommu.binding.name}, ${pathOf(node)}`,
      documentation: stringsOf(node.properties.get('compatible')).join(', '), rank: fits ? 1 : 5,
    };
  }
}

/** What may stand at a cell: after a reference that still lacks arguments macros, else references. */
export function* cellItems(board: Board, cursor: CursorCells): Generator<Proposal> {
  const { property, reference, since } = cursor;
  const provider = reference === undefined ? undefined : board.tree.labels.get(reference);
  const cellsName = providerCells(property);
  const wanted = provider === undefined || cellsName === undefined || cellsName === '' ? undefined : u32Of(provider, cellsName);
  const isArgument = wanted !== undefined && since >= 1 && since <= wanted;
  if (!isArgument && cellsName !== undefined) yield* labelItems(board, property);
  const family = isArgument && provider !== undefined ? familyOf(board, property, { provider, part: since }) : undefined;
  for (const label of board.macroNames()) {
    const fits = family === undefined ? property === 'iommus' && /(?:^|_)SID(?:_|$)/.test(label) : label.startsWith(family);
    yield { label, kind: 'macro', detail: board.macro(label)?.body ?? '', rank: isArgument && fits ? 2 : 6 };
  }
}

/** The beginning that macros in the same place of other entries have in common, up to an underscore. */
function familyOf(board: Board, property: string, at: { provider: DtNode; part: number }): string | undefined {
  let common: string | undefined;
  let samples = 0;
  for (const node of board.nodes()) {
    const found = node.properties.get(property);
    if (found === undefined) continue;
    for (const name of macrosIn(board, found, at)) {
      common = common === undefined ? name : commonStart(common, name);
      samples += 1;
    }
    if (samples > MAX_SAMPLES) break;
  }
  const prefix = common?.slice(0, common.lastIndexOf('_') + 1);
  return prefix === undefined || prefix.length < 3 ? undefined : prefix;
}

function* macrosIn(board: Board, property: DtProperty, at: { provider: DtNode; part: number }): Generator<string> {
  const all = cells(property);
  for (const entry of cellEntries(property)) {
    const first = all[entry.first];
    const cell = all[entry.first + at.part];
    if (first === undefined || cell === undefined || targetOf(board.tree, first) !== at.provider) continue;
    const macro = macroOf(board.platform, cell.span);
    if (macro !== undefined) yield macro;
  }
}

function commonStart(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return a.slice(0, at);
}
