/**
 * Which masters meet on a StreamID. Each use is paired with at most one earlier one, so the answer
 * stays linear in the uses however many share one identifier; masks are compared in groups, of
 * which real hardware has few.
 */
import type { StreamUse } from './types.ts';

/** Two uses of one IOMMU that have a StreamID in common. `first` comes first in the tree. */
export interface Meeting {
  readonly first: StreamUse;
  readonly second: StreamUse;
  /** `same`: equal identifiers and masks. `inside`: the second lies within the first. `partial`: neither. */
  readonly how: 'same' | 'inside' | 'partial';
}

/** No SMMUv2 has more stream match registers, so no working board has more masks. */
const MAX_MASKS = 128;

/** More uses of one IOMMU than any board has; those beyond are not compared, so that a hostile file cannot keep the editor waiting. */
const MAX_USES = 10_000;

/** The meetings of uses that belong to different nodes, or of one node in different entries where `within` is set. */
export function meetings(all: readonly StreamUse[], within = false): Meeting[] {
  const uses = all.length > MAX_USES ? all.slice(0, MAX_USES) : all;
  const order = new Map(uses.map((use, index) => [use, index]));
  const found = new Map<StreamUse, Meeting>();
  const meet = (a: StreamUse, b: StreamUse): void => {
    if ((a.master === b.master) !== within) return;
    const [first, second] = (order.get(a) ?? 0) <= (order.get(b) ?? 0) ? [a, b] : [b, a];
    if (!found.has(second)) found.set(second, { first, second, how: howTheyMeet(first, second) });
  };
  meetRuns(uses, meet);
  meetMasked(uses, meet);
  return [...found.values()];
}

function howTheyMeet(first: StreamUse, second: StreamUse): Meeting['how'] {
  if (first.id === second.id && first.mask === second.mask && first.count === second.count) return 'same';
  if (first.count > 1 || second.count > 1) {
    const inside = (second.id ?? 0) >= (first.id ?? 0) && (second.id ?? 0) + second.count <= (first.id ?? 0) + first.count;
    return inside ? 'inside' : 'partial';
  }
  return (second.mask & first.mask) === second.mask ? 'inside' : 'partial';
}

/** Unmasked identifiers and runs of them, by a sweep over their starts. */
function meetRuns(uses: readonly StreamUse[], meet: (a: StreamUse, b: StreamUse) => void): void {
  const runs = uses.filter((use) => use.id !== undefined && use.mask === 0 && use.count > 0);
  runs.sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
  let reach: StreamUse | undefined;
  let previous: StreamUse | undefined;
  for (const run of runs) {
    const start = run.id ?? 0;
    if (reach !== undefined && start < (reach.id ?? 0) + reach.count) meet(reach, run);
    if (previous !== undefined && previous !== reach && start < (previous.id ?? 0) + previous.count) meet(previous, run);
    if (reach === undefined || start + run.count > (reach.id ?? 0) + reach.count) reach = run;
    previous = run;
  }
}

type Group = readonly StreamUse[];

/** Masked identifiers against each other and against plain ones: equal after both masks means that they meet. */
function meetMasked(uses: readonly StreamUse[], meet: (a: StreamUse, b: StreamUse) => void): void {
  const groups = new Map<number, StreamUse[]>();
  for (const use of uses) {
    if (use.id === undefined || use.count !== 1) continue;
    const group = groups.get(use.mask);
    if (group !== undefined) group.push(use);
    else if (groups.size < MAX_MASKS) groups.set(use.mask, [use]);
  }
  const masks = [...groups.keys()];
  for (const [index, mask] of masks.entries()) {
    for (const other of masks.slice(index)) {
      if (mask !== 0 || other !== 0) meetGroups(groups.get(mask) ?? [], groups.get(other) ?? [], meet);
    }
  }
}

function meetGroups(a: Group, b: Group, meet: (a: StreamUse, b: StreamUse) => void): void {
  const keep = ~((a[0]?.mask ?? 0) | (b[0]?.mask ?? 0));
  const seen = new Map<number, StreamUse>();
  for (const use of a) {
    const key = ((use.id ?? 0) & keep) >>> 0;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, use);
    else if (a === b) meet(earlier, use);
  }
  if (a === b) return;
  for (const use of b) {
    const met = seen.get(((use.id ?? 0) & keep) >>> 0);
    if (met !== undefined) meet(met, use);
  }
}
