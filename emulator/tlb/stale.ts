/**
 * Cached translations and configuration against memory: which entries no longer say what the tables
 * say. Staleness is not an error by itself; using a stale entry after memory was given away is.
 */
import { u64, type U64 } from '../bits/u64.ts';
import { CONFIG, KIND } from '../config/cache.ts';
import type { SmmuParts } from '../smmu/parts.ts';
import { Request, Response } from '../smmu/request.ts';
import { PRIVILEGED } from '../walk/access.ts';
import { ENTRY, TAG_GLOBAL, type Tlb } from './tlb.ts';

/** One TLB entry, readable. */
export interface TlbEntry {
  readonly cache: 'tlb' | 'stage-2 tlb';
  readonly world: number;
  readonly vmid: number;
  readonly asid: number;
  readonly isGlobal: boolean;
  /** First address, log2 of the size, and where it leads. */
  readonly address: U64;
  readonly size: number;
  readonly output: U64;
  readonly level: number;
  /** Permission bits of walk/access.ts. */
  readonly permissions: number;
  readonly permissions2: number;
  /** The stream that filled it, and its CD index. */
  readonly sid: number;
  readonly substream: number;
}

/** An entry that memory contradicts. */
export interface StaleEntry {
  readonly entry: TlbEntry;
  /** What the tables say now; undefined where they map nothing. */
  readonly now: U64 | undefined;
  readonly sentence: string;
}

/** The entries of both TLBs. */
export function listTlb(parts: SmmuParts): TlbEntry[] {
  return [...entriesOf('tlb', parts.caches.tlb), ...entriesOf('stage-2 tlb', parts.caches.stage2)];
}

function entriesOf(cache: TlbEntry['cache'], tlb: Tlb): TlbEntry[] {
  const { table } = tlb;
  const found: TlbEntry[] = [];
  for (let slot = 1; slot <= table.used; slot++) if (table.isLive(slot)) found.push(entryAt(cache, table.data, slot * table.width));
  return found;
}

function entryAt(cache: TlbEntry['cache'], data: Int32Array, at: number): TlbEntry {
  const word = (offset: number): number => data[at + offset] ?? 0;
  const tag = word(ENTRY.tag);
  const size = (tag >>> 8) & 63;
  const low = size >= 32 ? 0 : -1 << size;
  const high = size > 32 ? -1 << (size - 32) : -1;
  return {
    cache, world: tag & 7, vmid: word(ENTRY.ids) & 0xffff, asid: word(ENTRY.ids) >>> 16, isGlobal: (tag & TAG_GLOBAL) !== 0,
    address: u64(word(ENTRY.addressHi), word(ENTRY.addressLo)), size, output: u64(word(ENTRY.outHi) & high, word(ENTRY.outLo) & low),
    level: (tag >>> 16) & 7, permissions: word(ENTRY.perm) & 0xff, permissions2: (word(ENTRY.perm) >>> 8) & 0xff,
    sid: word(ENTRY.sid) >>> 0, substream: word(ENTRY.substream),
  };
}

/**
 * The TLB entries that contradict memory. `cold` are the parts of an SMMU with the same registers and
 * memory and no caches; the caller sees to it that asking leaves no trace.
 */
export function listStale(parts: SmmuParts, cold: SmmuParts): StaleEntry[] {
  return listTlb(parts).flatMap((entry) => {
    const now = entry.cache === 'tlb' ? askStage1(entry, cold) : askStage2(entry, cold);
    if (now !== undefined && now.hi === entry.output.hi && now.lo === entry.output.lo) return [];
    const sentence = now === undefined
      ? 'The tables no longer map this address: a TLB invalidation is missing.'
      : 'The tables map this address elsewhere now: a TLB invalidation is missing.';
    return [{ entry, now, sentence }];
  });
}

function askStage1(entry: TlbEntry, cold: SmmuParts): U64 | undefined {
  const request = new Request();
  const response = new Response();
  request.sid = entry.sid;
  request.ssid = substreamOf(entry, cold);
  request.hi = entry.address.hi | 0;
  request.lo = entry.address.lo | 0;
  // An access that needs no permission: where it leads is the question, not who may go.
  request.access = PRIVILEGED;
  return cold.procedure.run(request, response) === 0 ? u64(response.hi, response.lo) : undefined;
}

/** The SubstreamID that leads to the entry's CD: none, where the stream has one CD or uses CD 0 without. */
function substreamOf(entry: TlbEntry, cold: SmmuParts): number {
  const ste = cold.lookup.ste(entry.sid);
  const isPlain = ste === null || ste.cdMax === 0 || (entry.substream === 0 && ste.dss === 2);
  return isPlain ? -1 : entry.substream;
}

function askStage2(entry: TlbEntry, cold: SmmuParts): U64 | undefined {
  const { lookup, stage2 } = cold;
  const ste = lookup.ste(entry.sid);
  if (ste === null || ste.broken !== null || !ste.stage2) return undefined;
  stage2.use(ste, entry.sid);
  const code = stage2.translate(entry.address.hi | 0, entry.address.lo | 0, 0, 2);
  return code === 0 ? u64(stage2.outHi, stage2.outLo) : undefined;
}

/** A cached STE or CD that memory contradicts. */
export interface StaleConfig {
  readonly structure: 'STE' | 'CD';
  readonly sid: number;
  readonly index: number;
  readonly sentence: string;
}

/** The cached STEs and CDs that differ from those in memory. */
export function listStaleConfig(parts: SmmuParts, cold: SmmuParts): StaleConfig[] {
  const { table } = parts.config;
  const found: StaleConfig[] = [];
  for (let slot = 1; slot <= table.used; slot++) {
    if (!table.isLive(slot)) continue;
    const at = slot * table.width;
    const word = (offset: number): number => table.data[at + offset] ?? 0;
    const sid = word(CONFIG.sid) >>> 0;
    const index = word(CONFIG.index);
    const kind = word(CONFIG.kind);
    const ste = cold.lookup.ste(sid);
    if (kind === KIND.ste && isDifferent(parts.compiler.steOf(word(CONFIG.value))?.words, ste?.words)) {
      found.push({ structure: 'STE', sid, index, sentence: 'The STE in memory differs from the cached one: CMD_CFGI_STE and CMD_SYNC are missing.' });
    }
    if (kind !== KIND.cd || ste === null) continue;
    if (ste.stage2) cold.stage2.use(ste, sid);
    if (isDifferent(parts.compiler.cdOf(word(CONFIG.value))?.words, cold.lookup.cd(ste, sid, index)?.words)) {
      found.push({ structure: 'CD', sid, index, sentence: 'The CD in memory differs from the cached one: CMD_CFGI_CD and CMD_SYNC are missing.' });
    }
  }
  return found;
}

function isDifferent(a: Int32Array | undefined, b: Int32Array | undefined): boolean {
  return a === undefined || b === undefined || a.some((word, i) => word !== b[i]);
}
