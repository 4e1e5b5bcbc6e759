/**
 * The list of map_sg as it lies in memory that the host shares with EL2: entries of a 64-bit physical
 * address, a 64-bit page size and a 32-bit count, padded to 24 bytes. What the entries mean is judged by
 * who maps them.
 */
import { fromNumber, toNumber } from '../../bits/u64.ts';
import type { MemoryView } from '../memoryView.ts';

/** Bytes of an entry. */
export const SCATTER_SIZE = 24;

/** One entry of map_sg. */
export interface ScatterEntry {
  readonly phys: number;
  readonly pgsize: number;
  readonly pgcount: number;
}

/** Where a list is, and with which protection its pages are mapped. */
export interface ScatterList {
  readonly address: number;
  readonly count: number;
  readonly prot: number;
}

/** Writes a list; false where memory is missing. */
export function writeScatterList(memory: MemoryView, address: number, entries: readonly ScatterEntry[]): boolean {
  return entries.every(({ phys, pgsize, pgcount }, i) =>
    [phys, pgsize, pgcount].every((value, word) => memory.store(address + i * SCATTER_SIZE + word * 8, fromNumber(value))));
}

/** Reads a list; what cannot be read counts as zero pages. */
export function readScatterList(memory: MemoryView, { address, count }: Pick<ScatterList, 'address' | 'count'>): ScatterEntry[] {
  const word = (i: number, at: number): number => {
    const value = memory.load(address + i * SCATTER_SIZE + at * 8);
    return value === undefined ? 0 : toNumber(value);
  };
  return Array.from({ length: count }, (_, i) => ({ phys: word(i, 0), pgsize: word(i, 1), pgcount: word(i, 2) % 2 ** 32 }));
}

/** Reads the short form `address*pages,...` of entries with 4K pages; undefined for anything else. */
export function parseScatter(text: string): ScatterEntry[] | undefined {
  const entries = text.split(',').map((part) => /^\s*(0x[0-9a-f]+|\d+)\s*(?:\*\s*(\d+))?\s*$/i.exec(part));
  if (entries.some((e) => e === null)) return undefined;
  return entries.map((e) => ({ phys: Number(e?.[1]), pgsize: 4096, pgcount: Number(e?.[2] ?? 1) }));
}
