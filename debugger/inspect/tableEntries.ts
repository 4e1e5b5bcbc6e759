/**
 * The entries of translation tables in the order of their input addresses, read straight from memory.
 * Tables may be huge, point to themselves or lead nowhere: the depth is that of the regime, work is a
 * budget of descriptors, and a listing goes on where the one before ended.
 */
import type { Memory } from '../../emulator/memory/memory.ts';
import type { Regime } from '../../emulator/walk/regime.ts';

/** One set of tables. */
export interface Tables {
  readonly memory: Memory;
  readonly regime: Regime;
  /** The physical address of a table address: stage 2 where it is nested. Undefined where it leads nowhere. */
  readonly locate: (address: number) => number | undefined;
}

/** What a listing may still read, and where it stopped for lack of it. */
export interface Budget {
  left: number;
  /** The first input address that was not looked at; undefined while all were. */
  stopped: number | undefined;
}

/** What an entry says. Input addresses count from the start of the tables' half. */
export interface TableEntry {
  readonly input: number;
  readonly size: number;
  readonly level: number;
  /** Physical address of the descriptor. */
  readonly descriptor: number;
  readonly hi: number;
  readonly lo: number;
  /** OR-ed table bits 62:59, at bits 30:27. */
  readonly limits: number;
  /** Where a leaf leads. */
  readonly output: number;
  /** Why it is no leaf: it makes a walk fault in another way than by being invalid. */
  readonly problem: string | undefined;
}

/** One table of a set: where its address leads, and what it covers. */
export interface TablePlace {
  /** Its address as the descriptor has it that leads to it: what `locate` takes. */
  readonly table: number;
  readonly level: number;
  /** First input address. */
  readonly base: number;
  /** OR-ed table bits 62:59 of the descriptors above, at bits 30:27. */
  readonly limits: number;
}

/** An entry of one table, and the table that it leads to. */
export interface TableStep extends TableEntry {
  readonly next: TablePlace | undefined;
  readonly index: number;
  /** How many entries it stands for: more than one where a stretch of the table cannot be read. */
  readonly count: number;
}

interface Frame extends TablePlace {
  readonly count: number;
  /** Bytes that an entry covers. */
  readonly span: number;
  index: number;
}

/** The address that a descriptor names. */
function outputOf(regime: Regime, hi: number, lo: number): number {
  const high = regime.is52 ? (hi & 0xffff) | ((lo & 0xf000) << 4) : hi & 0xffff;
  return high * 2 ** 32 + ((lo & (-1 << regime.page)) >>> 0);
}

/** Bytes that an entry of a level covers. */
export function spanOf(regime: Regime, level: number): number {
  return 2 ** (regime.page + (3 - level) * regime.stride);
}

/** A descriptor as a walk sees it. */
function judge(regime: Regime, level: number, hi: number, lo: number): 'invalid' | 'table' | 'leaf' | string {
  const type = lo & 3;
  if ((type & 1) === 0) return 'invalid';
  const isTable = type === 3 && level < 3;
  if (outputOf(regime, hi, lo) >= 2 ** regime.out) return `the address is beyond the output size of ${regime.out} bits: F_ADDR_SIZE`;
  if (isTable) return 'table';
  if (level === 3 && type === 1) return 'type 01 is reserved at level 3: F_TRANSLATION';
  if (level < 3 && ((regime.blocks >>> level) & 1) === 0) return `no block may stand at level ${level} of this granule: F_TRANSLATION`;
  return 'leaf';
}

/** The bytes of a 32-bit word in the other order, signed. */
export function swap32(x: number): number {
  return ((x & 0xff) << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}

/** Loads a descriptor as the regime's byte order has it; undefined where memory does not answer. */
function loadDescriptor(memory: Memory, address: number, isBigEndian: boolean): { readonly hi: number; readonly lo: number } | undefined {
  if (address >= 2 ** 52 || !memory.load(Math.floor(address / 2 ** 32), address | 0)) return undefined;
  return isBigEndian ? { hi: swap32(memory.lo), lo: swap32(memory.hi) } : { hi: memory.hi, lo: memory.lo };
}

/** The table at which all walks begin. */
export function rootTable({ regime }: Tables): TablePlace {
  return { table: (regime.tableHi >>> 0) * 2 ** 32 + (regime.tableLo >>> 0), level: regime.start, base: 0, limits: 0 };
}

/** How many entries a table of a level has. */
export function entryCount(regime: Regime, level: number): number {
  return (level === regime.start ? regime.startMask : regime.mask) + 1;
}

function frameOf({ regime }: Tables, place: TablePlace, from: number): Frame {
  const [count, span] = [entryCount(regime, place.level), spanOf(regime, place.level)];
  const index = from <= place.base ? 0 : Math.min(count, Math.floor((from - place.base) / span));
  return { ...place, count, span, index };
}

/** What an entry of a table says; undefined where it is invalid. Objects are built in one go: huge tables are read by it. */
function readEntry({ regime, memory, locate }: Tables, frame: Frame): TableStep | undefined {
  const { index, level, limits, span } = frame;
  const input = frame.base + index * span;
  const descriptor = locate(frame.table + index * 8);
  const value = descriptor === undefined ? undefined : loadDescriptor(memory, descriptor, regime.isBigEndian);
  if (descriptor === undefined || value === undefined) {
    // The rest of this 4K page of the table cannot be read either.
    const count = Math.min(frame.count - index, 512 - ((frame.table / 8 + index) % 512));
    const problem = descriptor === undefined ? 'stage 2 does not map this table' : 'no memory answers where this table lies: F_WALK_EABT';
    return { input, size: count * span, level, descriptor: descriptor ?? frame.table, hi: 0, lo: 0, limits, output: 0, problem, next: undefined, index, count };
  }
  const { hi, lo } = value;
  const kind = judge(regime, level, hi, lo);
  if (kind === 'invalid') return undefined;
  const output = outputOf(regime, hi, lo);
  const next = kind === 'table' ? { table: output, level: level + 1, base: input, limits: regime.had ? 0 : limits | (hi & 0x7800_0000) } : undefined;
  const isLeaf = kind === 'leaf';
  return {
    input, size: span, level, descriptor, hi, lo, limits, output: next === undefined ? output - (output % span) : output,
    problem: next !== undefined || isLeaf ? undefined : kind, next, index, count: 1,
  };
}

/** Leaves and wrong entries from an input address on. Ends at the end of the tables or of the budget. */
export function* tableEntries(tables: Tables, from: number, budget: Budget): Generator<TableEntry> {
  const stack = [frameOf(tables, rootTable(tables), from)];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    if (frame.index >= frame.count) {
      stack.pop();
      continue;
    }
    if (budget.left-- <= 0) {
      budget.stopped = frame.base + frame.index * frame.span;
      return;
    }
    const entry = readEntry(tables, frame);
    frame.index += entry?.count ?? 1;
    if (entry?.next !== undefined) stack.push(frameOf(tables, entry.next, from));
    else if (entry !== undefined) yield entry;
  }
}

/** The entries of one table that are not invalid, from an input address on. */
export function* entriesOfTable(tables: Tables, place: TablePlace, from = 0): Generator<TableStep> {
  for (const frame = frameOf(tables, place, from); frame.index < frame.count; ) {
    const entry = readEntry(tables, frame);
    frame.index += entry?.count ?? 1;
    if (entry !== undefined) yield entry;
  }
}

/** The leaf that maps one input address; undefined where there is none. */
export function lookupEntry(tables: Tables, input: number, budget: Budget): TableEntry | undefined {
  const { regime } = tables;
  if (input >= 2 ** regime.ia) return undefined;
  const one: Budget = { left: 4 - regime.start + 1, stopped: undefined };
  budget.left -= one.left;
  const [entry] = tableEntries(tables, input, one);
  return entry !== undefined && entry.problem === undefined && input >= entry.input && input < entry.input + entry.size ? entry : undefined;
}

/** Where a walk ends. */
export interface WalkEnd {
  /** Address of the last descriptor as the table above has it: an IPA where the tables lie behind stage 2. */
  readonly at: number;
  /** The same as a physical address; undefined where it leads nowhere. */
  readonly descriptor: number | undefined;
}

/** The descriptor at which the walk of an input address ends, valid or not; undefined for addresses that the tables have none for. */
export function walkEnd(tables: Tables, input: number): WalkEnd | undefined {
  const { regime } = tables;
  if (input >= 2 ** regime.ia) return undefined;
  for (let place = rootTable(tables); ; ) {
    const frame = frameOf(tables, place, input);
    const entry = readEntry(tables, frame);
    if (entry?.next === undefined) {
      const at = frame.table + frame.index * 8;
      return { at, descriptor: tables.locate(at) };
    }
    place = entry.next;
  }
}

/** A table of a set, or a part of it where its pages are not next to each other. */
export interface TablePage {
  /** Physical address. */
  readonly address: number;
  readonly level: number;
  /** First input address, and what one entry covers. */
  readonly input: number;
  readonly span: number;
  /** How many entries it has. */
  readonly count: number;
}

/** Entries of a stretch that is contiguous in memory whatever maps it: the smallest page. */
const IN_PAGE = 512;

/** The parts of a table that lie together in physical memory; mostly one. */
function partsOf(tables: Tables, at: number, table: Omit<TablePage, 'address'>): TablePage[] {
  const parts: TablePage[] = [];
  for (let i = 0; i < table.count; i += IN_PAGE) {
    const address = tables.locate(at + i * 8);
    if (address === undefined) continue;
    const part = { ...table, address, input: table.input + i * table.span, count: Math.min(IN_PAGE, table.count - i) };
    const last = parts.at(-1);
    const isNext = last !== undefined && last.address + last.count * 8 === address && last.input + last.count * last.span === part.input;
    if (isNext) parts[parts.length - 1] = { ...last, count: last.count + part.count };
    else parts.push(part);
  }
  return parts;
}

/** The tables of a set, from the root down, about `most` of them. Tables of the last level are not read. */
export function tablePages(tables: Tables, most: number): TablePage[] {
  const { regime, memory } = tables;
  const root = (regime.tableHi >>> 0) * 2 ** 32 + (regime.tableLo >>> 0);
  const found: TablePage[] = [];
  const pending = [{ at: root, level: regime.start, input: 0 }];
  for (let next = pending.shift(); next !== undefined && found.length < most; next = pending.shift()) {
    const { level, input } = next;
    const span = spanOf(regime, level);
    const count = entryCount(regime, level);
    found.push(...partsOf(tables, next.at, { level, input, span, count }));
    for (let i = 0; level < 3 && i < count && pending.length < most; i++) {
      const at = tables.locate(next.at + i * 8);
      const value = at === undefined ? undefined : loadDescriptor(memory, at, regime.isBigEndian);
      if (value === undefined) break;
      if (judge(regime, level, value.hi, value.lo) === 'table') pending.push({ at: outputOf(regime, value.hi, value.lo), level: level + 1, input: input + i * span });
    }
  }
  return found;
}
