/**
 * What an SMMU has cached: translations of both TLBs, configuration, table pointers, and the translations
 * that devices hold (ATC). Entries that memory contradicts are marked, with what is missing.
 */
import { hex, u64, type U64 } from '../../emulator/bits/u64.ts';
import { ATC } from '../../emulator/ats/atc.ts';
import { CONFIG, KIND } from '../../emulator/config/cache.ts';
import { WORLD_NAMES } from '../../emulator/config/world.ts';
import type { Machine } from '../../emulator/machine/machine.ts';
import type { Smmu } from '../../emulator/smmu/smmu.ts';
import { listStale, listStaleConfig, listTlb, type StaleConfig, type TlbEntry } from '../../emulator/tlb/stale.ts';
import type { Table } from '../../emulator/tlb/table.ts';
import { WALK } from '../../emulator/tlb/walkCache.ts';
import { numberValue, recordValue, type ExpressionValue } from '../expression/value.ts';
import type { System } from '../system/system.ts';
import { streamText } from './machineNames.ts';
import { group, leaf, paged, type VariableNode } from './node.ts';
import { quietly } from './quiet.ts';
import { permissionText } from './ranges.ts';

/** A TLB entry with what memory says about it. */
export interface MarkedEntry {
  readonly entry: TlbEntry;
  /** Why it is stale; undefined where memory agrees. */
  readonly stale: string | undefined;
  /** Where the tables lead now, for a stale one that is still mapped. */
  readonly now: U64 | undefined;
}

/** More entries than this are listed without the marks: to ask for all of them would take too long. */
const MOST_MARKED = 4096;

/** What of an SMMU's caches is stale; looked up at most once for each moment. */
export class CacheView {
  readonly smmu: Smmu;
  readonly #machine: Machine;
  #tlb: readonly MarkedEntry[] | undefined;
  #config: readonly StaleConfig[] | undefined;

  constructor(machine: Machine, smmu: Smmu) {
    this.#machine = machine;
    this.smmu = smmu;
  }

  /** All entries of both TLBs. */
  get tlb(): readonly MarkedEntry[] {
    return (this.#tlb ??= this.#markTlb());
  }

  /** The cached STEs and CDs that memory contradicts. */
  get config(): readonly StaleConfig[] {
    const { parts, uncached } = this.smmu;
    const isTooMuch = parts.config.table.count > MOST_MARKED;
    return (this.#config ??= isTooMuch ? [] : quietly(this.#machine, () => listStaleConfig(parts, uncached)));
  }

  /** Why the cached copy of a structure is stale. */
  staleConfig(structure: 'STE' | 'CD', sid: number, index: number): string | undefined {
    return this.config.find((c) => c.structure === structure && c.sid === sid && c.index === index)?.sentence;
  }

  #markTlb(): MarkedEntry[] {
    const { parts, uncached } = this.smmu;
    const entries = listTlb(parts);
    const stale = entries.length > MOST_MARKED ? [] : quietly(this.#machine, () => listStale(parts, uncached));
    const known = new Map(stale.map((s) => [JSON.stringify(s.entry), s]));
    return entries.map((entry) => {
      const found = known.size === 0 ? undefined : known.get(JSON.stringify(entry));
      return { entry, stale: found?.sentence, now: found?.now };
    });
  }
}

function sizeText(log2: number): string {
  const [unit, by] = log2 >= 30 ? ['G', 30] : log2 >= 20 ? ['M', 20] : ['K', 10];
  return `${2 ** (log2 - by)}${unit}`;
}

/** Permissions of an entry: what stage 1 gives each privilege, or stage 2 for its own entries. */
function entryPermissions({ cache, permissions, permissions2 }: TlbEntry): string {
  return cache === 'tlb' ? permissionText(permissions & 7, permissions >>> 3) : permissionText(permissions2 & 3, permissions2 & 3);
}

function tlbNode(system: System, smmu: number, marked: MarkedEntry, index: number): VariableNode {
  const { entry, stale, now } = marked;
  const value = `${stale === undefined ? '' : 'STALE '}${hex(entry.address)} ${sizeText(entry.size)} -> ${hex(entry.output)} ${entryPermissions(entry)}`;
  return group(`[${index}]`, value, () => [
    leaf('cache', entry.cache === 'tlb' ? 'translations of virtual addresses' : 'translations of intermediate addresses (stage 2)'),
    leaf('input', hex(entry.address)), leaf('size', `0x${(2 ** entry.size).toString(16)} (${sizeText(entry.size)})`),
    leaf('output', hex(entry.output), entry.output.hi >>> 20 === 0 ? { memory: entry.output.hi * 2 ** 32 + entry.output.lo } : {}),
    leaf('world', WORLD_NAMES[entry.world] ?? String(entry.world)), leaf('VMID', String(entry.vmid)),
    leaf('ASID', entry.isGlobal ? 'any (global)' : String(entry.asid)), leaf('level', String(entry.level)), leaf('permissions', entryPermissions(entry)),
    leaf('filled by', `${streamText(system, smmu, entry.sid)}, CD ${entry.substream}`),
    ...(stale === undefined ? [] : [leaf('stale', stale), leaf('tables now', now === undefined ? 'nothing is mapped' : hex(now))]),
  ], { expression: `tlb(${smmu})[${index}]` });
}

/** A TLB entry as a row of `tlb where ...`. */
export function tlbRow({ entry, stale }: MarkedEntry): ExpressionValue {
  return recordValue('TlbEntry', {
    iova: entry.address, size: numberValue(2 ** entry.size), pa: entry.output, vmid: entry.vmid, asid: entry.asid, global: entry.isGlobal, level: entry.level,
    world: numberValue(entry.world, WORLD_NAMES[entry.world] ?? ''), stage2: entry.cache !== 'tlb', permissions: entryPermissions(entry), sid: entry.sid, ssid: entry.substream,
    stale: stale !== undefined,
  });
}

/** Live slots of a table, in order. */
function liveSlots(table: Table): number[] {
  const slots: number[] = [];
  for (let slot = 1; slot <= table.used; slot++) if (table.isLive(slot)) slots.push(slot);
  return slots;
}

/** Reads words of a slot's record. */
function wordsAt(table: Table, slot: number): (offset: number) => number {
  const at = slot * table.width;
  return (offset) => table.data[at + offset] ?? 0;
}

function configNode(system: System, smmu: number, view: CacheView, at: { readonly slot: number; readonly index: number }): VariableNode {
  const word = wordsAt(view.smmu.parts.config.table, at.slot);
  const [kind, sid, index] = [word(CONFIG.kind), word(CONFIG.sid) >>> 0, word(CONFIG.index)];
  const address = u64(word(CONFIG.addressHi), word(CONFIG.addressLo));
  const memory = address.hi * 2 ** 32 + address.lo;
  const who = streamText(system, smmu, sid);
  const name = `[${at.index}]`;
  if (kind === KIND.l1std) return leaf(name, `L1STD of ${who} and up: ${hex(u64(word(CONFIG.valueHi), word(CONFIG.value)))}`, { memory });
  if (kind === KIND.l1cd) return leaf(name, `L1CD ${index >>> 1} of ${who}: ${hex(u64(word(CONFIG.valueHi), word(CONFIG.value)))}`, { memory });
  const structure = kind === KIND.ste ? 'STE' : 'CD';
  const stale = view.staleConfig(structure, sid, kind === KIND.ste ? 0 : index);
  return leaf(name, `${stale === undefined ? '' : 'STALE '}${kind === KIND.ste ? 'STE' : `CD ${index}`} of ${who}${stale === undefined ? '' : `: ${stale}`}`, { memory, type: `Read from ${hex(address)}.` });
}

function walkNode(table: Table, slot: number, index: number): VariableNode {
  const word = wordsAt(table, slot);
  const tag = word(WALK.tag);
  const target = u64(word(WALK.tableHi), word(WALK.tableLo));
  const input = hex(u64(word(WALK.addressHi), word(WALK.addressLo)));
  return leaf(`[${index}]`, `stage ${((tag >>> 3) & 1) + 1} level-${(tag >>> 8) & 7} table of ${input}: ${hex(target)}`, {
    memory: target.hi * 2 ** 32 + target.lo, type: `VMID ${word(WALK.ids) & 0xffff}, ASID ${word(WALK.ids) >>> 16}`,
  });
}

function atcNode(system: System, smmu: number, table: Table, at: { readonly slot: number; readonly index: number }): VariableNode {
  const word = wordsAt(table, at.slot);
  const permissions = word(ATC.permissions);
  const to = hex(u64(word(ATC.outHi), word(ATC.outLo)));
  const ssid = word(ATC.ssid);
  const who = `${streamText(system, smmu, word(ATC.sid) >>> 0)}${ssid < 0 ? '' : `, SubstreamID ${ssid}`}`;
  return leaf(`[${at.index}]`, `${hex(u64(word(ATC.pageHi), word(ATC.pageLo)))} ${sizeText(word(ATC.size))} -> ${to} ${permissionText(permissions & 3, permissions & 3)}`, { type: `Held by ${who}.` });
}

function countText(count: number, stale: number): string {
  const all = count === 1 ? '1 entry' : `${count} entries`;
  if (count > MOST_MARKED) return `${all}, too many to look for stale ones`;
  return `${all}${stale === 0 ? '' : `, ${stale} stale`}`;
}

/** The caches of an SMMU. */
export function cacheNodes(system: System, smmu: number, view: CacheView): VariableNode[] {
  const { caches, config, atc, stalls } = view.smmu.parts;
  const rows = view.tlb;
  const configs = liveSlots(config.table);
  const walks = liveSlots(caches.walks.table);
  const atcs = liveSlots(atc.table);
  const parked = [...stalls.inState(1), ...stalls.inState(2)];
  return [
    paged('TLB', countText(rows.length, rows.filter((r) => r.stale !== undefined).length), { count: rows.length, at: (i) => (rows[i] === undefined ? leaf('', '') : tlbNode(system, smmu, rows[i], i)) }),
    paged('Configuration', countText(configs.length, view.config.length), { count: configs.length, at: (i) => configNode(system, smmu, view, { slot: configs[i] ?? 0, index: i }) }),
    paged('Walk cache', countText(walks.length, 0), { count: walks.length, at: (i) => walkNode(caches.walks.table, walks[i] ?? 0, i) }),
    paged('ATC of devices', countText(atcs.length, 0), { count: atcs.length, at: (i) => atcNode(system, smmu, atc.table, { slot: atcs[i] ?? 0, index: i }) }),
    group('Stalled transactions', countText(parked.length, 0), () => parked.map((stag) => leaf(`STAG ${stag}`, streamText(system, smmu, stalls.sid(stag)), {
      type: stalls.state(stag) === 1 ? 'Waits for CMD_RESUME.' : 'Its record waits for room in the event queue.',
    }))),
  ];
}
