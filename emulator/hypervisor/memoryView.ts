/**
 * Memory as somebody sees it: a hypervisor at physical addresses, a guest at its own. Accesses give
 * undefined or false where nothing is there. Wide values are aligned; nothing is cached.
 */
import { equal, fromNumber, u64, type U64 } from '../bits/u64.ts';
import type { Memory } from '../memory/memory.ts';
import type { Probe } from '../steps/probe.ts';

/** Memory behind some address space. */
export interface MemoryView {
  /** The physical address of an address, or undefined where nothing is there. */
  readonly locate: (address: number) => number | undefined;
  readonly load: (address: number) => U64 | undefined;
  readonly store: (address: number, value: U64) => boolean;
  /** Whether nothing has ever been written to the 4 KB page at an address, so that it holds zeros; false where that is not known. */
  readonly isBlank: (address: number) => boolean;
}

/** Who is told of the stores that go through a view. */
export interface StoreWatch {
  /** Whether anybody wants to know; costs are those of one comparison otherwise. */
  readonly isOn: boolean;
  /** A 64-bit word at a physical address changed. */
  readonly changed: (address: U64, before: U64, after: U64) => void;
}

/** Reports stores as steps of somebody; `isWanted` can keep quiet a probe that is always on. */
export function storeWatch(probe: Probe, actor: string, isWanted: () => boolean = () => true): StoreWatch {
  return {
    get isOn() {
      return probe.isOn && isWanted();
    },
    changed: (address, before, after) => probe.step({ kind: 'store', actor, address, before, after }),
  };
}

function storeSeen(memory: Memory, address: number, value: U64, watch: StoreWatch): boolean {
  const at = fromNumber(address);
  const before = memory.load(at.hi, at.lo) ? u64(memory.hi, memory.lo) : undefined;
  if (!memory.store(at, value)) return false;
  if (before !== undefined && !equal(before, value)) watch.changed(at, before, value);
  return true;
}

/** A view of a machine's memory through a mapping; without one, of physical memory itself. */
export function viewOf(memory: Memory, locate: MemoryView['locate'] = (address) => address, watch?: StoreWatch): MemoryView {
  return {
    locate,
    load: (address) => {
      const at = locate(address);
      if (at === undefined || !memory.load(Math.floor(at / 2 ** 32), at | 0)) return undefined;
      return u64(memory.hi, memory.lo);
    },
    store: (address, value) => {
      const at = locate(address);
      if (at === undefined) return false;
      return watch?.isOn === true ? storeSeen(memory, at, value, watch) : memory.store(fromNumber(at), value);
    },
    isBlank: (address) => {
      const at = locate(address);
      return at !== undefined && memory.isBlank(at);
    },
  };
}

/** Reads 32-bit words, an even number of them; undefined where any is missing. */
export function loadWords(view: MemoryView, address: number, count: number): Uint32Array | undefined {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i += 2) {
    const value = view.load(address + i * 4);
    if (value === undefined) return undefined;
    words[i] = value.lo;
    words[i + 1] = value.hi;
  }
  return words;
}

/** Writes 32-bit words, an even number of them; false where any write failed. */
export function storeWords(view: MemoryView, address: number, words: ArrayLike<number>): boolean {
  for (let i = 0; i < words.length; i += 2) {
    if (!view.store(address + i * 4, u64(words[i + 1] ?? 0, words[i] ?? 0))) return false;
  }
  return true;
}

const PAGE = 4096;

/** Fills a stretch with zeros; false where any write failed. */
export function clear(view: MemoryView, address: number, size: number): boolean {
  const end = address + size;
  for (let at = address; at < end; at += 8) {
    // New tables lie in memory that nobody has used: thousands of stores that would change nothing.
    while (at % PAGE === 0 && end - at >= PAGE && view.isBlank(at)) at += PAGE;
    if (at < end && !view.store(at, { hi: 0, lo: 0 })) return false;
  }
  return true;
}
