/** Where in a machine's memory kernels and hypervisors put their tables: high up, out of the way of scenarios. */
import type { Region } from '../../emulator/memory/regions.ts';
import type { Description } from './description.ts';

/** A stretch of memory in bytes. */
export interface Stretch {
  readonly base: number;
  readonly size: number;
}

/** Memory of a scenario that declares none. */
export const DEFAULT_MEMORY = { name: 'ram', base: 0x4000_0000, size: 0x4000_0000, owner: undefined } as const;

/** Tables of one kernel take this much at most, and a quarter of its memory. */
const POOL_SIZE = 0x100_0000;
const MB = 0x10_0000;

/** The RAM of a machine as regions; what nobody is named for belongs to `host`, where there is one. */
export function ramRegions({ memory }: Description, host: string | undefined): Region[] {
  return memory.map(({ name, base, size, owner = host }) => ({ name, kind: 'ram', base, size, ...(owner === undefined ? {} : { owner }) }));
}

/** Memory without those parts of it that are taken. */
export function without(memory: readonly Stretch[], taken: readonly Stretch[]): Stretch[] {
  return taken.reduce<Stretch[]>((left, t) => left.flatMap((piece) => {
    const low = { base: piece.base, size: Math.min(piece.base + piece.size, t.base) - piece.base };
    const start = Math.max(piece.base, t.base + t.size);
    return [low, { base: start, size: piece.base + piece.size - start }].filter((s) => s.size > 0);
  }), memory.map(({ base, size }) => ({ base, size })));
}

/** The last `size` bytes, aligned to 2M, of the first stretch that has room; undefined where none has. */
export function takeTop(free: readonly Stretch[], size: number): Stretch | undefined {
  for (const piece of free) {
    const base = Math.floor((piece.base + piece.size - size) / (2 * MB)) * 2 * MB;
    if (base >= piece.base) return { base, size };
  }
  return undefined;
}

/** Where the tables of a kernel lie that owns some stretches: the top of the first one. */
export function tablePool(free: readonly Stretch[]): Stretch | undefined {
  const largest = Math.max(0, ...free.map((s) => s.size));
  const size = Math.floor(Math.min(POOL_SIZE, largest / 4) / 4096) * 4096;
  const usable = free.find((s) => s.size >= size * 2) ?? free.find((s) => s.size >= size);
  if (usable === undefined || size === 0) return undefined;
  return { base: Math.floor((usable.base + usable.size - size) / 4096) * 4096, size };
}

/** Memory of the host that nothing is reserved in. */
export function freeMemory(description: Description): Stretch[] {
  return without(description.memory.filter((m) => m.owner === undefined || m.owner === 'host'), description.reserved);
}
