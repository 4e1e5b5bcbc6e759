/**
 * How the Linux SMMUv3 driver replaces an STE or CD under a running device: the order of 64-bit
 * writes and syncs such that hardware, which may read the entry between any two of them, never sees
 * a mix of both configurations. Where that is impossible the entry is invalid for a while. A plan
 * only; who writes memory and sends commands is not known here.
 */
import type { EntryKind } from './entryKinds.ts';
import { commonBits, dropBits, mix, sameDword } from './masks.ts';

/** What one group of writes is for. */
export type WritePurpose = 'unused bits' | 'critical word' | 'clean up' | 'invalidate' | 'rest' | 'make valid' | 'all';

/** A group of writes, closed by one sync (an invalidation of the entry, then CMD_SYNC). */
export interface WriteGroup {
  readonly purpose: WritePurpose;
  /** The 64-bit words that change, in the order of the writes. */
  readonly dwords: readonly number[];
  /** The whole entry after the writes. */
  readonly entry: Uint32Array;
}

/** An update of one entry. */
export interface EntryPlan {
  readonly groups: readonly WriteGroup[];
  /** No moment at which the first word is zero: traffic goes on undisturbed. */
  readonly isHitless: boolean;
  /** One bit for each 64-bit word in which bits that matter must change. */
  readonly critical: number;
  /** Syncs that the update takes. */
  readonly syncs: number;
}

const FIRST_ONLY = [0];

/** The value that changes all it can without touching a bit that is in use now. */
function unusedUpdate(kind: EntryKind, from: Uint32Array, to: Uint32Array): { readonly entry: Uint32Array; readonly critical: number } {
  const held = kind.used(from);
  const wanted = kind.used(to);
  dropBits(held, commonBits(commonBits(kind.safe(from, to), held), wanted));
  const entry = mix(held, from, to);
  const reached = commonBits(entry, wanted);
  const goal = commonBits(to, wanted);
  let critical = 0;
  for (let d = 0; d * 2 < to.length; d++) if (!sameDword(reached, goal, d)) critical |= 1 << d;
  return { entry, critical };
}

/** Collects groups of writes; a group that changes nothing needs no sync and is left out. */
class Plan {
  readonly groups: WriteGroup[] = [];
  readonly #now: Uint32Array;

  constructor(from: Uint32Array) {
    this.#now = from.slice();
  }

  write(purpose: WritePurpose, goal: Uint32Array, dwords: readonly number[]): void {
    const changed = dwords.filter((d) => !sameDword(this.#now, goal, d));
    if (changed.length === 0) return;
    for (const d of changed) this.#now.set(goal.subarray(d * 2, d * 2 + 2), d * 2);
    this.groups.push({ purpose, dwords: changed, entry: this.#now.slice() });
  }
}

/** Plans the update of an entry of 16 words; nothing is to be done where both are equal. */
export function planEntryUpdate(kind: EntryKind, from: Uint32Array, to: Uint32Array): EntryPlan {
  const plan = new Plan(from);
  const all = Array.from({ length: to.length / 2 }, (_, d) => d);
  const { entry, critical } = unusedUpdate(kind, from, to);
  if (critical === 0) plan.write('all', to, all);
  else if ((critical & (critical - 1)) === 0) {
    const dword = Math.log2(critical);
    plan.write('unused bits', entry, all.filter((d) => d !== dword));
    plan.write('critical word', to, [dword]);
    plan.write('clean up', to, all);
  } else {
    plan.write('invalidate', new Uint32Array(to.length), FIRST_ONLY);
    plan.write('rest', to, all.slice(1));
    plan.write('make valid', to, FIRST_ONLY);
  }
  const { groups } = plan;
  return { groups, critical, syncs: groups.length, isHitless: groups.every((g) => !isBlank(g.entry)) };
}

function isBlank(entry: Uint32Array): boolean {
  return entry[0] === 0 && entry[1] === 0;
}

/** Commands of an update: a sync for each group, and one configuration prefetch after an STE. */
export function commandsOf(kind: EntryKind, plan: EntryPlan, isPrefetchBroken = false): { readonly syncs: number; readonly prefetches: number } {
  return { syncs: plan.syncs, prefetches: kind.name === 'STE' && !isPrefetchBroken ? 1 : 0 };
}
