/**
 * Names for physical addresses: which queue, table, structure or owner lies there. The most particular
 * one wins. Tables that lead to each other are followed to a cap; what lies beyond it goes by its owner.
 */
import type { SteConfig } from '../../emulator/config/compile.ts';
import type { System } from '../system/system.ts';
import { smmuName, streamText } from './machineNames.ts';
import { QUEUE_NAMES, readQueue } from './queues.ts';
import { spaceOf } from './ranges.ts';
import { liveStreams, readCd, readSte, steArrays, streamTable } from './streams.ts';
import { tablePages } from './tableEntries.ts';

/** What lies in a stretch of memory: how its words are to be read. */
export type Content = 'STE' | 'L1STD' | 'CD' | 'L1CD' | 'command' | 'event' | 'page request' | 'registers' | 'data' | TableContent;

/** Descriptors of a translation table. */
export interface TableContent {
  readonly stage: 1 | 2;
  readonly level: number;
  readonly isBigEndian: boolean;
}

/** A named stretch of memory. */
export interface MemorySymbol {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  readonly content: Content;
  /** Bytes of an entry; 0 where it has none. */
  readonly entry: number;
  /** The name of an entry. */
  readonly item?: (index: number) => string;
}

/** Streams and translation tables that get names. */
const MOST_STREAMS = 64;
const MOST_TABLES = 512;
const MOST_ARRAYS = 64;
const MOST_CONTEXTS = 16;

/** Tables that have names already, and how many more may get one. */
interface NamedTables {
  readonly roots: Set<string>;
  left: number;
}

/** All symbols of a system as it stands. */
function symbolsOf(system: System): MemorySymbol[] {
  const { machine } = system;
  const named: NamedTables = { roots: new Set(), left: MOST_TABLES };
  const symbols: MemorySymbol[] = machine.memory.map.regions.map((r) => ({
    name: r.kind === 'mmio' ? `${regionName(system, r.base) ?? r.name} registers` : r.name, base: r.base, size: r.size, content: r.kind === 'mmio' ? 'registers' : 'data', entry: 0,
  }));
  for (const { base, size, owner } of machine.owners.ranges) symbols.push({ name: `memory of ${owner}`, base, size, content: 'data', entry: 0 });
  for (const index of machine.smmus.keys()) {
    symbols.push(...queueSymbols(system, index), ...streamTableSymbols(system, index));
    for (const sid of knownStreams(system, index)) symbols.push(...streamSymbols(system, { smmu: index, sid, who: streamText(system, index, sid) }, named));
  }
  return symbols;
}

function regionName(system: System, base: number): string | undefined {
  return system.smmus.find((s) => s.base === base)?.name;
}

/** The streams of an SMMU's devices, and those that its table lets through. */
export function knownStreams(system: System, smmu: number): number[] {
  const sids = new Set(system.devices.flatMap((d) => (d.smmu === smmu ? d.sids : [])));
  for (const sid of liveStreams(system.machine, smmu)) sids.add(sid);
  return [...sids].slice(0, MOST_STREAMS);
}

function queueSymbols(system: System, smmu: number): MemorySymbol[] {
  const contents = { cmdq: 'command', evtq: 'event', priq: 'page request' } as const;
  return QUEUE_NAMES.flatMap((name) => {
    const queue = readQueue(system, smmu, name);
    if (queue === undefined || queue.ring.base === 0) return [];
    const { base, entry, log2 } = queue.ring;
    const whose = system.smmus.length > 1 ? ` of ${smmuName(system, smmu)}` : '';
    return { name: `${queue.title.toLowerCase()} of ${smmuName(system, smmu)}`, base, size: entry * 2 ** log2, content: contents[name], entry, item: (i) => `${name}[${i}]${whose}` };
  });
}

function streamTableSymbols(system: System, smmu: number): MemorySymbol[] {
  const table = streamTable(system.machine, smmu);
  if (table === undefined || table.base === 0) return [];
  const { base, size, isTwoLevel, split } = table;
  const name = `stream table of ${smmuName(system, smmu)}`;
  const arrays = steArrays(system.machine, smmu).slice(0, MOST_ARRAYS).map((array): MemorySymbol => ({
    name: isTwoLevel ? `level-2 ${name}` : name, base: array.base, size: 64 * array.count, content: 'STE', entry: 64,
    item: (i) => `STE of ${streamText(system, smmu, array.first + i)}`,
  }));
  if (!isTwoLevel) return arrays;
  return [{ name: `level-1 ${name}`, base, size, content: 'L1STD', entry: 8, item: (i) => `L1STD of streams 0x${(i * 2 ** split).toString(16)} and up` }, ...arrays];
}

function streamSymbols(system: System, stream: NamedStream, named: NamedTables): MemorySymbol[] {
  const ste = readSte(system.machine, stream.smmu, stream.sid);
  if (ste.config === undefined || ste.config.broken !== null) return [];
  const contexts = ste.config.stage1 ? Math.min(2 ** ste.config.cdMax, MOST_CONTEXTS) : 0;
  const stage1 = Array.from({ length: contexts }, (_, ssid) => ([0, 1] as const).flatMap((half) => tableSymbols(system, stream, { stage: 'stage 1', ssid, half, named })));
  return [
    ...(ste.config.stage1 ? contextSymbols(system, stream, ste.config) : []), ...stage1.flat(),
    ...tableSymbols(system, stream, { stage: 'stage 2', ssid: 0, half: 0, named }),
  ];
}

interface NamedStream {
  readonly smmu: number;
  readonly sid: number;
  readonly who: string;
}

function contextSymbols(system: System, { smmu, sid, who }: NamedStream, config: SteConfig): MemorySymbol[] {
  const first = readCd(system.machine, { smmu, sid }, 0);
  const symbols: MemorySymbol[] = [];
  // A nested table is contiguous in the guest's addresses only: within one page it is in memory, too.
  const most = config.stage2 ? 64 : 2 ** config.cdMax;
  const count = Math.min(config.cdSplit === 0 ? 2 ** config.cdMax : 2 ** config.cdSplit, most);
  if (first.address !== undefined) symbols.push({ name: `CD table of ${who}`, base: first.address, size: 64 * count, content: 'CD', entry: 64, item: (i) => `CD ${i} of ${who}` });
  if (first.level1 !== undefined) {
    const entries = Math.min(512, 2 ** Math.max(0, config.cdMax - config.cdSplit));
    symbols.push({ name: `level-1 CD table of ${who}`, base: first.level1.address, size: 8 * entries, content: 'L1CD', entry: 8, item: (i) => `L1CD ${i} of ${who}` });
  }
  return symbols;
}

interface WhichTables {
  readonly stage: 'stage 1' | 'stage 2';
  readonly ssid: number;
  readonly half: 0 | 1;
  readonly named: NamedTables;
}

function tableSymbols(system: System, { smmu, sid, who }: NamedStream, { stage, ssid, half, named }: WhichTables): MemorySymbol[] {
  const space = spaceOf(system.machine, { smmu, sid, ssid }, stage, half);
  if (typeof space === 'string') return [];
  const { tableHi, tableLo, isBigEndian } = space.tables.regime;
  const root = `${stage} ${tableHi}:${tableLo}`;
  if (named.roots.has(root)) return [];
  named.roots.add(root);
  const pages = tablePages(space.tables, named.left);
  named.left -= pages.length;
  return pages.map(({ address, level, input, span, count }) => ({
    name: `${stage} level-${level} table of ${who}`, base: address, size: count * 8, content: { stage: stage === 'stage 1' ? 1 : 2, level, isBigEndian }, entry: 8,
    item: (i) => `${stage} level-${level} entry of 0x${(BigInt(input + i * span) + space.base).toString(16)}, ${who}`,
  }));
}

/** The symbols of one moment, ready to be asked. */
export class SymbolTable {
  readonly symbols: readonly MemorySymbol[];

  constructor(system: System) {
    // The narrowest comes first; of equals the one that was found last, which knows more.
    this.symbols = symbolsOf(system).reverse().sort((a, b) => a.size - b.size);
  }

  /** The narrowest symbol that covers an address. */
  at(address: number): MemorySymbol | undefined {
    return this.symbols.find((s) => address >= s.base && address < s.base + s.size);
  }

  /** The name of an address: the structure there, and the offset into it. */
  name(address: number): string | undefined {
    const symbol = this.at(address);
    if (symbol === undefined) return undefined;
    const offset = address - symbol.base;
    if (symbol.item === undefined || symbol.entry === 0) return symbol.name + plus(offset);
    return symbol.item(Math.floor(offset / symbol.entry)) + plus(offset % symbol.entry);
  }
}

function plus(offset: number): string {
  return offset === 0 ? '' : `+0x${offset.toString(16)}`;
}
