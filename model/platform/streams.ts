/**
 * Streams of one IOMMU, and who uses a StreamID. Exact identifiers, runs and masked groups are
 * kept apart so that a lookup never walks all masters of a large SMMU.
 */
import type { Cell } from '../devicetree/tree/tree.ts';
import type { Iommu, IommuList, Master, RidMap, RidMapEntry, Specifier, StreamUse } from './types.ts';
import { streamId, type StreamId } from './units.ts';

/** The streams of a master, from its list and from its map; entries that lead to no IOMMU give none. */
export function usesOf(master: Master, list: IommuList | undefined, map: RidMap | undefined): StreamUse[] {
  const found: StreamUse[] = [];
  for (const entry of list?.entries ?? []) {
    const use = fromSpecifier(master, entry);
    if (use !== undefined) found.push(use);
  }
  for (const entry of map?.entries ?? []) {
    const use = map === undefined ? undefined : fromMapEntry(master, map, entry);
    if (use !== undefined) found.push(use);
  }
  return found;
}

function fromSpecifier(master: Master, entry: Specifier): StreamUse | undefined {
  const { iommu, args, wanted } = entry;
  if (iommu === undefined || wanted === undefined || args.length < wanted) return undefined;
  const ids = identity(iommu, args);
  return { master, iommu, via: 'iommus', ...ids, count: 1, rids: undefined, span: entry.span, idSpan: (args[0] ?? entry.phandle).span };
}

function fromMapEntry(master: Master, map: RidMap, entry: RidMapEntry): StreamUse | undefined {
  const { iommu } = entry;
  if (iommu === undefined || !entry.complete) return undefined;
  const idSpan = (entry.output[0] ?? entry.phandle)?.span ?? entry.span;
  const rids = { first: entry.ridBase, mask: map.mask };
  return { master, iommu, via: 'iommu-map', ...identity(iommu, entry.output), count: entry.length, rids, span: entry.span, idSpan };
}

/** The StreamID and the SMR mask of specifier cells. */
function identity(iommu: Iommu, args: readonly Cell[]): { id: StreamId | undefined; mask: number } {
  const id = args[0] === undefined || !iommu.binding.streams ? undefined : streamId(args[0].value);
  if (iommu.binding.kind !== 'smmu-v2') return { id, mask: 0 };
  return { id, mask: args[1]?.value ?? iommu.matchMask };
}

/** The StreamIDs of one IOMMU with their users. */
export class StreamIndex {
  readonly #exact = new Map<number, StreamUse[]>();
  readonly #runs: StreamUse[] = [];
  readonly #masked = new Map<number, Map<number, StreamUse[]>>();

  constructor(uses: Iterable<StreamUse>) {
    for (const use of uses) this.#add(use);
    this.#runs.sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
  }

  #add(use: StreamUse): void {
    if (use.id === undefined || use.count === 0) return;
    if (use.count > 1) this.#runs.push(use);
    else if (use.mask === 0) append(this.#exact, use.id, use);
    else {
      let group = this.#masked.get(use.mask);
      if (group === undefined) this.#masked.set(use.mask, (group = new Map()));
      append(group, (use.id & ~use.mask) >>> 0, use);
    }
  }

  /** Everything that uses a StreamID, after masks, in the order of exact matches, runs and masked groups. */
  users(sid: StreamId): StreamUse[] {
    const found = [...(this.#exact.get(sid) ?? [])];
    for (const run of this.#runs) {
      if ((run.id ?? 0) > sid) break;
      if (sid < (run.id ?? 0) + run.count) found.push(run);
    }
    for (const [mask, group] of this.#masked) found.push(...(group.get((sid & ~mask) >>> 0) ?? []));
    return found;
  }
}

function append(groups: Map<number, StreamUse[]>, key: number, use: StreamUse): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [use]);
  else group.push(use);
}
