/**
 * Which cache entries each TLB maintenance command removes: exactly those that the architecture says
 * must go, so that a command that names too little shows. Granule and level hints and ranges follow
 * IDR3.RIL.
 */
import { ENTRY, Tag, TAG_GLOBAL, type Tlb } from './tlb.ts';
import { WALK, type WalkCache } from './walkCache.ts';

/** The caches of one SMMU that TLBI commands reach. */
export interface TlbCaches {
  /** Virtual addresses. */
  readonly tlb: Tlb;
  /** Intermediate addresses. */
  readonly stage2: Tlb;
  readonly walks: WalkCache;
}

/** What a command names. */
export interface Scope {
  /** Bits of worlds. */
  readonly worlds: number;
  readonly vmid?: number | undefined;
  /** VMID bits that count. */
  readonly vmidMask: number;
  readonly asid?: number | undefined;
  /** With an ASID: whether global entries go too. */
  readonly withGlobal: boolean;
  readonly range?: Range | undefined;
}

/** An address range with its hints. */
export interface Range {
  /** First address and length in bytes; the length may exceed 2^53 only where it covers everything. */
  readonly hi: number;
  readonly lo: number;
  readonly length: number;
  readonly leaf: boolean;
  /** Granule code 1..3, or 0 for any. */
  readonly tg: number;
  /** Leaf level 1..3, or 0 for any. */
  readonly level: number;
}

const NEAR = 64 * 4096;

/** Removes stage-1 and combined entries; gives how many. */
export function invalidateStage1(caches: TlbCaches, scope: Scope): number {
  const test = (at: number, data: Int32Array): boolean => isNamed(scope, at, data) && isInRange(scope.range, at, data);
  const direct = probes(caches.tlb, scope, test);
  const removed = direct ?? caches.tlb.removeWhere(test);
  return removed + removeWalks(caches.walks, 0, scope);
}

/** Removes stage-2 entries; gives how many. */
export function invalidateStage2(caches: TlbCaches, scope: Scope): number {
  const test = (at: number, data: Int32Array): boolean => isVmidNamed(scope, data[at + ENTRY.ids] ?? 0) && isInRange(scope.range, at, data);
  return caches.stage2.removeWhere(test) + removeWalks(caches.walks, 1, scope);
}

/** A small range of one ASID needs no scan; undefined where it does. */
function probes(tlb: Tlb, scope: Scope, test: (at: number, data: Int32Array) => boolean): number | undefined {
  const { range, asid, vmid } = scope;
  if (range === undefined || asid === undefined || range.length > NEAR || tlb.isFractured || scope.vmidMask !== 0xffff) return undefined;
  const tag = new Tag();
  let removed = 0;
  for (let world = 0; world < 3; world++) {
    if (((scope.worlds >>> world) & 1) === 0) continue;
    tag.world = world;
    tag.vmid = vmid ?? 0;
    for (let offset = 0; offset < range.length; offset += 4096) {
      tag.lo = (range.lo + offset) | 0;
      tag.hi = (range.lo >>> 0) + offset > 0xffff_ffff ? (range.hi + 1) | 0 : range.hi;
      removed += tlb.removeAt(tag, asid, test) + (scope.withGlobal ? tlb.removeAt(tag, -1, test) : 0);
    }
  }
  return removed;
}

function isVmidNamed(scope: Scope, ids: number): boolean {
  return scope.vmid === undefined || ((ids ^ scope.vmid) & scope.vmidMask) === 0;
}

function isNamed(scope: Scope, at: number, data: Int32Array): boolean {
  const tag = data[at + ENTRY.tag] ?? 0;
  const ids = data[at + ENTRY.ids] ?? 0;
  if (((scope.worlds >>> (tag & 7)) & 1) === 0 || !isVmidNamed(scope, ids)) return false;
  if (scope.asid === undefined) return true;
  return (tag & TAG_GLOBAL) !== 0 ? scope.withGlobal : ids >>> 16 === scope.asid;
}

/** Whether the mapping that an entry came from lies in the range, and its hints fit. */
function isInRange(range: Range | undefined, at: number, data: Int32Array): boolean {
  if (range === undefined) return true;
  const tag = data[at + ENTRY.tag] ?? 0;
  if (range.tg !== 0 && ((tag >>> 14) & 3) !== range.tg) return false;
  if (range.level !== 0 && ((tag >>> 16) & 7) !== range.level) return false;
  return overlaps(range, { hi: data[at + ENTRY.addressHi] ?? 0, lo: data[at + ENTRY.addressLo] ?? 0, size: (tag >>> 20) & 63 });
}

interface Stretch { readonly hi: number; readonly lo: number; readonly size: number }

/** Addresses as unsigned numbers lose low bits near 2^64; pages are far coarser than that loss. */
function overlaps(range: Range, stretch: Stretch): boolean {
  const from = (stretch.hi >>> 0) * 2 ** 32 + (stretch.lo >>> 0);
  const length = 2 ** stretch.size;
  const base = from - (from % length);
  const first = (range.hi >>> 0) * 2 ** 32 + (range.lo >>> 0);
  return first < base + length && first + range.length > base;
}

function removeWalks(walks: WalkCache, stage2: 0 | 1, scope: Scope): number {
  const { range } = scope;
  if (range?.leaf === true) return 0;
  return walks.removeWhere((at, data) => {
    const tag = data[at + WALK.tag] ?? 0;
    const ids = data[at + WALK.ids] ?? 0;
    if (((tag >>> 3) & 1) !== stage2 || ((scope.worlds >>> (tag & 7)) & 1) === 0 || !isVmidNamed(scope, ids)) return false;
    if (stage2 === 0 && scope.asid !== undefined && ids >>> 16 !== scope.asid) return false;
    if (range === undefined) return true;
    if (range.tg !== 0 && ((tag >>> 14) & 3) !== range.tg) return false;
    // A level hint names the leaf: only tables above it go.
    if (range.level !== 0 && ((tag >>> 8) & 7) > range.level) return false;
    return overlaps(range, { hi: data[at + WALK.addressHi] ?? 0, lo: data[at + WALK.addressLo] ?? 0, size: (tag >>> 20) & 63 });
  });
}
