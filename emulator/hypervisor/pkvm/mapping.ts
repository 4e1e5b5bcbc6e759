/**
 * Mapping and unmapping in a domain, in the order on which pKVM's isolation rests: a page is in use
 * for DMA before it is mapped, and in use until its mapping is gone from the table and from the TLB.
 * Between unmap and release a descriptor is invalid and keeps its address. A table goes back to the pool
 * where an unmap of a whole block covers it, as in the posted code; else it stays until the domain is freed.
 */
import { u64, ZERO, type U64 } from '../../bits/u64.ts';
import type { Runtime } from '../hypervisor.ts';
import type { MemoryView } from '../memoryView.ts';
import { BLOCK_SIZE, PageTable } from '../pageTable.ts';
import { PAGE_SIZE } from '../pages.ts';
import type { DonatedPool } from './donatedPool.ts';
import { DOMAIN_TYPES, type Domain } from './domains.ts';
import type { PkvmSmmu } from './hardware.ts';
import type { PageOwnership } from './ownership.ts';

/** Protections as Linux numbers them; others are refused. */
export const PROT = { read: 1, write: 2, cache: 4, noexec: 8, mmio: 16, priv: 32 } as const;

const ALL_PROT = 0x3f;
const INPUT_END = 2 ** 48;
const TABLE_ENTRIES = 512;

/** Whole pages of one size. */
export interface PageRange {
  readonly iova: number;
  /** Bytes of a page: 4K or 2M. */
  readonly pgsize: number;
  readonly pgcount: number;
}

/** What a call asks to be mapped. */
export interface MappingRequest extends PageRange {
  readonly paddr: number;
  /** Bits of `PROT`. */
  readonly prot: number;
}

/** What the functions work on. */
export interface MappingParts {
  readonly runtime: Runtime;
  readonly memory: MemoryView;
  readonly pool: DonatedPool;
  readonly ownership: PageOwnership;
}

/** A descriptor that was taken out of a table. */
interface Released {
  readonly address: number;
  /** Where a leaf led, or the table of the next level. */
  readonly output: number;
  readonly isTable: boolean;
}

/** Mapping and unmapping for one machine. */
export class PkvmMapping {
  readonly #parts: MappingParts;

  constructor(parts: MappingParts) {
    this.#parts = parts;
  }

  /** The tables of a domain. */
  table(domain: Domain): PageTable {
    return new PageTable(this.#tableParts(domain.type), domain.root);
  }

  /** Empty tables; undefined where the pool is empty. */
  create(type: number): PageTable | undefined {
    return PageTable.create(this.#tableParts(type));
  }

  /** Maps a range; gives the bytes that were mapped, and 0 where nothing may be. */
  map(domain: Domain, range: MappingRequest): number {
    const { iova, paddr, pgsize, prot } = range;
    const size = sizeOf(range);
    if (size === 0 || (prot & ~ALL_PROT) !== 0 || paddr % PAGE_SIZE !== 0 || paddr + size > INPUT_END || domain.root === 0) return 0;
    const { ownership } = this.#parts;
    if (ownership.useDma(paddr, size) !== '0') return 0;
    const table = this.table(domain);
    const options = { readOnly: (prot & PROT.write) === 0, blocks: pgsize === BLOCK_SIZE };
    let mapped = 0;
    while (mapped < size && table.find(iova + mapped) === undefined && table.map(iova + mapped, paddr + mapped, pgsize, options)) mapped += pgsize;
    if (mapped < size) ownership.unuseDma(paddr + mapped, size - mapped);
    return mapped;
  }

  /** Unmaps a range up to the first hole: invalid leaves, TLBI and SYNC, then the references of the pages. */
  unmap(domain: Domain, range: PageRange, smmu: PkvmSmmu | undefined): number {
    if (sizeOf(range) === 0 || domain.root === 0) return 0;
    const released = this.#invalidateLeaves(domain, range);
    const size = released.length * range.pgsize;
    if (size === 0) return 0;
    // Below a table lie pages: each of them has to go, and what is cached of the table itself.
    const hasTable = released.some((r) => r.isTable);
    smmu?.invalidate(domain, { iova: range.iova, size, granule: hasTable ? PAGE_SIZE : range.pgsize, leaf: !hasTable });
    for (const gone of released) this.#release(gone, range.pgsize);
    return size;
  }

  /** Takes all tables of a domain down; nothing may use them any more. */
  destroy(domain: Domain, smmu: PkvmSmmu | undefined): void {
    if (domain.root === 0) return;
    smmu?.invalidateAll(domain);
    this.#destroyTable(domain.root, 0);
  }

  #destroyTable(table: number, level: number): void {
    const { memory, pool } = this.#parts;
    for (let i = 0; i < TABLE_ENTRIES; i++) {
      const at = table + i * 8;
      const value = memory.load(at) ?? ZERO;
      if ((value.lo & 1) === 0) continue;
      if (level < 3 && (value.lo & 2) !== 0) this.#destroyTable(addressOf(value), level + 1);
      else this.#release({ address: at, output: addressOf(value), isTable: false }, 2 ** (12 + 9 * (3 - level)));
    }
    pool.free(table);
  }

  #invalidateLeaves(domain: Domain, { iova, pgsize, pgcount }: PageRange): Released[] {
    const { memory, runtime } = this.#parts;
    const table = this.table(domain);
    const released: Released[] = [];
    for (let i = 0; i < pgcount; i++) {
      const level = pgsize === BLOCK_SIZE ? 2 : 3;
      const found = table.entry(iova + i * pgsize, level);
      if (found === undefined || (found.value.lo & 1) === 0) break;
      const isTable = level === 2 && (found.value.lo & 2) !== 0;
      memory.store(found.address, u64(found.value.hi, found.value.lo & ~1));
      runtime.note('hyp', 'table write', `the ${isTable ? 'table' : 'leaf'} of 0x${(iova + i * pgsize).toString(16)} is invalid and keeps its address`, 'tableWrites');
      released.push({ address: found.address, output: addressOf(found.value), isTable });
    }
    return released;
  }

  #release({ address, output, isTable }: Released, size: number): void {
    const { memory, ownership, runtime } = this.#parts;
    if (isTable) this.#destroyTable(output, 3);
    else ownership.unuseDma(output, size);
    memory.store(address, ZERO);
    runtime.note('hyp', 'table write', isTable ? `the table at 0x${output.toString(16)} is free` : `0x${output.toString(16)} is no longer in use by DMA`, 'tableWrites');
  }

  #tableParts(type: number): ConstructorParameters<typeof PageTable>[0] {
    const { memory, pool, runtime } = this.#parts;
    return { memory, pages: pool, stage: type === DOMAIN_TYPES.stage2 ? 2 : 1, onWrite: () => runtime.costs.count('tableWrites') };
  }
}

/** Bytes of a range; 0 for one that is empty, misaligned, of another page size, or past the input size. */
function sizeOf({ iova, pgsize, pgcount }: PageRange): number {
  const size = pgsize * pgcount;
  const isAligned = (pgsize === PAGE_SIZE || pgsize === BLOCK_SIZE) && iova % pgsize === 0;
  return isAligned && pgcount > 0 && iova >= 0 && iova + size <= INPUT_END ? size : 0;
}

function addressOf(value: U64): number {
  return (value.hi & 0xffff) * 2 ** 32 + ((value.lo & -PAGE_SIZE) >>> 0);
}
