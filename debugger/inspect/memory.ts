/**
 * Physical memory as the memory and disassembly views read it: bytes with the stretches where nothing
 * answers, and rows that say what the bytes are. Reading has no effect; writing is an edit.
 */
import { commandOf } from '../../emulator/fields/commands.ts';
import { descriptorLayout } from '../../emulator/fields/descriptors.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import type { Layout } from '../../emulator/fields/layout.ts';
import { PRI_RECORD } from '../../emulator/fields/pri.ts';
import { STRUCTURE_LAYOUTS } from '../../emulator/fields/structures.ts';
import type { Machine } from '../../emulator/machine/machine.ts';
import { refused, type EditResult } from './edit.ts';
import { entryText } from './queues.ts';
import { decodedWord } from './words.ts';
import type { Content, SymbolTable, TableContent } from './symbols.ts';
import { swap32 } from './tableEntries.ts';

/** Bytes as the memory view takes them. */
export interface MemoryBlock {
  readonly address: number;
  /** Readable from the start. */
  readonly bytes: Uint8Array;
  /** How many bytes after them cannot be read. */
  readonly unreadable: number;
}

/** Bytes that one request gives at most. */
export const MOST_BYTES = 1 << 20;
const END = 2 ** 52;
const PAGE = 4096;

/** Reads bytes; undefined where any of them cannot be read. Device registers are read as 32-bit words. */
export function readBytes(machine: Machine, address: number, count: number): Uint8Array | undefined {
  const first = machine.memory.map.at(address);
  const device = first?.device;
  if (first === undefined || device === undefined) return machine.memory.read(address, count);
  if (address + count > first.base + first.size) return undefined;
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const offset = address + i - first.base;
    bytes[i] = device.read(offset - (offset % 4), 4).lo >>> ((offset % 4) * 8);
  }
  return bytes;
}

/** Reads bytes up to the first hole, and says how long that is. */
export function readMemory(machine: Machine, address: number, count: number): MemoryBlock {
  const first = Math.max(0, Math.min(Math.floor(address), END));
  const wanted = Math.max(0, Math.min(Math.floor(count), MOST_BYTES, END - first));
  const chunks: Uint8Array[] = [];
  let done = 0;
  for (let take = 0; done < wanted; done += take) {
    take = Math.min(wanted - done, PAGE - ((first + done) % PAGE));
    const bytes = readBytes(machine, first + done, take) ?? readable(machine, first + done, take);
    chunks.push(bytes);
    if (bytes.length === take) continue;
    done += bytes.length;
    break;
  }
  return { address: first, bytes: joined(chunks), unreadable: holeLength(machine, first + done, wanted - done) };
}

/** The readable bytes at the start of a stretch. */
function readable(machine: Machine, address: number, count: number): Uint8Array {
  let bytes = 0;
  while (bytes < count && machine.memory.read(address + bytes, 1) !== undefined) bytes++;
  return machine.memory.read(address, bytes) ?? new Uint8Array(0);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, c) => sum + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Holes are whole words. */
function holeLength(machine: Machine, address: number, most: number): number {
  let length = 0;
  while (length < most && machine.memory.read(address + length, 1) === undefined) length += 8 - ((address + length) % 8);
  return Math.min(length, most);
}

/** The edit that writes bytes; refused where memory would not take all of them. */
export function writeMemory(machine: Machine, address: number, bytes: ArrayLike<number>): EditResult {
  if (!Number.isSafeInteger(address) || address < 0 || address + bytes.length > END) return refused('the address is beyond physical memory');
  if (bytes.length > MOST_BYTES) return refused(`at most ${MOST_BYTES} bytes can be written at once`);
  const found = readMemory(machine, address, bytes.length);
  if (found.bytes.length < bytes.length) return refused(`no memory answers at 0x${(address + found.bytes.length).toString(16)}`);
  const device = machine.memory.map.regions.find((r) => r.device !== undefined && r.base < address + bytes.length && r.base + r.size > address);
  if (device !== undefined) return refused(`${device.name} is a device: set its registers by name`);
  return { ok: true, edits: [{ kind: 'memory', address, bytes: Array.from(bytes) }] };
}

/** One row of the disassembly view. */
export interface DisassemblyRow {
  readonly address: number;
  readonly size: number;
  /** Bytes in memory order, as hex; empty where nothing can be read. */
  readonly bytes: string;
  /** What they are, in words. */
  readonly text: string;
  /** The name of the address, where a structure begins. */
  readonly symbol: string | undefined;
}

/** Rows that one request gives at most. */
const MOST_ROWS = 2000;

/** Bytes of a row: a queue entry, or one 64-bit word. */
function rowSize(content: Content | undefined): number {
  return content === 'command' || content === 'page request' ? 16 : content === 'event' ? 32 : 8;
}

function rowStart(symbols: SymbolTable, address: number): { readonly start: number; readonly size: number } {
  const symbol = symbols.at(address);
  const size = rowSize(symbol?.content);
  const base = size === 8 ? 0 : (symbol?.base ?? 0);
  return { start: address - ((address - base) % size), size };
}

/** Rows around an address: `offset` rows from it (negative: before it), `count` of them. */
export function disassemble(machine: Machine, symbols: SymbolTable, address: number, range: { readonly offset: number; readonly count: number }): DisassemblyRow[] {
  const count = Math.max(0, Math.min(Math.floor(range.count), MOST_ROWS));
  const offset = Math.max(-MOST_ROWS, Math.min(Math.floor(range.offset), MOST_ROWS));
  let at = rowStart(symbols, Math.max(0, Math.min(Math.floor(address), END - 8))).start;
  for (let i = 0; i < -offset && at > 0; i++) at = rowStart(symbols, at - 1).start;
  for (let i = 0; i < offset && at < END; i++) at += rowStart(symbols, at).size;
  const rows: DisassemblyRow[] = [];
  while (rows.length < count && at < END) {
    const { size } = rowStart(symbols, at);
    rows.push(rowAt(machine, symbols, at, size));
    at += size;
  }
  return rows;
}

function rowAt(machine: Machine, symbols: SymbolTable, address: number, size: number): DisassemblyRow {
  const symbol = symbols.at(address);
  const isFirst = symbol !== undefined && (symbol.entry === 0 ? address === symbol.base : (address - symbol.base) % symbol.entry === 0);
  const bytes = readBytes(machine, address, size);
  const row = { address, size, symbol: isFirst ? symbols.name(address) : undefined };
  if (bytes === undefined) return { ...row, bytes: '', text: 'no memory' };
  const words = new Uint32Array(size / 4);
  bytes.forEach((byte, i) => {
    words[i >>> 2] = ((words[i >>> 2] ?? 0) | (byte << ((i & 3) * 8))) >>> 0;
  });
  const hexBytes = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');
  return { ...row, bytes: hexBytes, text: wordsText(symbol?.content ?? 'data', words, symbol === undefined ? 0 : address - symbol.base) };
}

const ENTRIES: Readonly<Record<string, (words: ArrayLike<number>) => Layout | undefined>> = { command: (words) => commandOf(words)?.layout, event: (words) => eventOf(words)?.layout, 'page request': () => PRI_RECORD };

const STRUCTURES: Readonly<Record<string, Layout>> = STRUCTURE_LAYOUTS;

/** What the words of a row say. `offset` counts from the start of what lies there. */
function wordsText(content: Content, words: Uint32Array, offset: number): string {
  const plain = `.quad 0x${u64Text(words)}`;
  if (typeof content !== 'string') return descriptorText(content, words);
  const layout = ENTRIES[content]?.(words);
  if (layout !== undefined) return entryText({ layout, words });
  if (words.length > 2) return words.every((w) => w === 0) ? 'empty' : 'unknown entry';
  const structure = STRUCTURES[content];
  if (structure === undefined) return plain;
  return `${plain} ${decodedWord(structure, (offset % (structure.words * 4)) / 8, words)}`.trimEnd();
}

function u64Text(words: Uint32Array): string {
  return ((BigInt(words[1] ?? 0) << 32n) | BigInt(words[0] ?? 0)).toString(16).padStart(16, '0');
}

function descriptorText({ stage, level, isBigEndian }: TableContent, raw: Uint32Array): string {
  const words = isBigEndian ? Uint32Array.of(swap32(raw[1] ?? 0), swap32(raw[0] ?? 0)) : raw;
  const low = words[0] ?? 0;
  if ((low & 1) === 0) return `invalid 0x${u64Text(words)}`;
  const kind = (low & 3) === 3 ? (level < 3 ? 'table' : 'page') : level < 3 ? 'block' : 'reserved';
  return `${kind} ${decodedWord(descriptorLayout(stage, level, low), 0, words)}`;
}
