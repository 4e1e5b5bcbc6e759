/**
 * A guest kernel's DMA operations for devices that are served by another domain (Linux
 * drivers/xen/grant-dma-ops.c): a buffer becomes grants in a row. Bounce buffers, coherence and the
 * virtio protocol are not modelled.
 */
import { add, fromNumber, type U64 } from '../../bits/u64.ts';
import type { History } from '../../history/history.ts';
import { PAGE_SIZE, type PagePool } from '../pages.ts';
import { Box } from '../state.ts';
import { grantAddress, grantCount, grantPlace } from './address.ts';
import { GTF, type GrantTable } from './table.ts';

/** Who moves the data: what the device may do with the buffer follows from it. */
export type DmaDirection = 'to-device' | 'from-device' | 'bidirectional' | 'none';

/** A buffer in guest physical memory, in bytes. */
export interface Buffer {
  readonly address: number;
  readonly size: number;
}

/** A DMA address, or what went wrong. */
export type DmaResult = { readonly ok: true; readonly address: U64 } | { readonly ok: false; readonly error: 'DMA_MAPPING_ERROR' | '-EIO' | '-EINVAL'; readonly why: string };

/** DMA addresses in the order of the buffers, or what went wrong. */
export type DmaListResult = { readonly ok: true; readonly addresses: readonly U64[] } | Extract<DmaResult, { ok: false }>;

/** One device. */
export interface DmaOpsParts {
  readonly history: History;
  readonly name: string;
  readonly table: GrantTable;
  /** Domain of the back end. */
  readonly backEnd: number;
  readonly print: (text: string) => void;
  /** Memory that coherent buffers are made of. */
  readonly pages: PagePool;
}

/** The DMA operations of one device. */
export class GrantDmaOps {
  readonly backEnd: number;
  readonly #parts: DmaOpsParts;
  readonly #isBroken: Box<boolean>;

  constructor(parts: DmaOpsParts) {
    this.#parts = parts;
    this.backEnd = parts.backEnd;
    this.#isBroken = new Box(parts.history, `${parts.name}.broken`, false);
  }

  /** A grant could not be ended once: nothing is mapped for this device any more. */
  get isBroken(): boolean {
    return this.#isBroken.value;
  }

  /** Grants a buffer, read-only where the device only reads. Device registers cannot be granted (`isMmio`). */
  map(buffer: Buffer, direction: DmaDirection, isMmio = false): DmaResult {
    const why = this.#objection(direction, isMmio);
    if (why !== undefined) return { ok: false, error: 'DMA_MAPPING_ERROR', why };
    const { table, backEnd } = this.#parts;
    const offset = buffer.address % PAGE_SIZE;
    const count = grantCount(offset, buffer.size);
    const ref = table.take(count);
    if (ref === undefined) {
      this.#parts.print(`xen/grant-table: max_grant_frames reached limit=${table.size / 512} gnttab_free_count=${table.free} req_entries=${count}`);
      return { ok: false, error: 'DMA_MAPPING_ERROR', why: `-ENOSPC: no ${count} references in a row` };
    }
    const flags = GTF.permitAccess | (direction === 'to-device' ? GTF.readonly : 0);
    const frame = Math.floor(buffer.address / PAGE_SIZE);
    for (let i = 0; i < count; i++) table.grant(ref + i, { domid: backEnd, frame: frame + i, flags });
    return { ok: true, address: grantAddress({ ref, offset }) };
  }

  /** Grants several buffers, or none of them. */
  mapList(buffers: readonly Buffer[], direction: DmaDirection): DmaListResult {
    if (direction === 'none') return { ok: false, error: '-EINVAL', why: 'no direction' };
    const addresses: U64[] = [];
    for (const buffer of buffers) {
      const result = this.map(buffer, direction);
      if (!result.ok) {
        addresses.forEach((address, i) => this.unmap(address, buffers[i]?.size ?? 0, direction));
        return { ...result, error: '-EIO' };
      }
      addresses.push(result.address);
    }
    return { ok: true, addresses };
  }

  /** A coherent buffer of whole pages, granted for reading and writing; undefined where there is none. */
  allocate(size: number): { readonly page: number; readonly address: U64 } | undefined {
    const count = Math.ceil(size / PAGE_SIZE);
    const page = this.isBroken ? undefined : this.#parts.pages.allocate(count);
    if (page === undefined) return undefined;
    const mapped = this.map({ address: page, size: count * PAGE_SIZE }, 'bidirectional');
    if (mapped.ok) return { page, address: mapped.address };
    this.#parts.pages.free(page, count);
    return undefined;
  }

  /** Frees a coherent buffer; while the back end has it mapped, its pages are lost with the device. */
  release(page: number, address: U64, size: number): boolean {
    const count = Math.ceil(size / PAGE_SIZE);
    if (!this.unmap(address, count * PAGE_SIZE, 'bidirectional')) return false;
    this.#parts.pages.free(page, count);
    return true;
  }

  /** Ends the grants of a buffer. While the back end still has one mapped, the device is given up: its references and pages are never used again. */
  unmap(address: U64, size: number, direction: DmaDirection): boolean {
    const place = grantPlace(address);
    if (place === undefined || direction === 'none') return false;
    const count = grantCount(place.offset, size);
    for (let i = 0; i < count; i++) {
      if (this.#parts.table.end(place.ref + i)) continue;
      this.#parts.print('Grant still in use by backend domain, disabled for further use');
      this.#isBroken.value = true;
      return false;
    }
    this.#parts.table.release(place.ref);
    return true;
  }

  #objection(direction: DmaDirection, isMmio: boolean): string | undefined {
    if (direction === 'none') return 'no direction';
    if (this.isBroken) return 'the device is broken: a grant is still in use';
    return isMmio ? 'device registers cannot be granted' : undefined;
  }
}

/** The place in each page that a buffer's DMA address covers: one address for each grant. */
export function pagesOf(address: U64, size: number): { readonly address: U64; readonly size: number }[] {
  const pieces: { address: U64; size: number }[] = [];
  for (let done = 0; done < size; ) {
    const at = add(address, fromNumber(done));
    const piece = Math.min(size - done, PAGE_SIZE - (at.lo % PAGE_SIZE));
    pieces.push({ address: at, size: piece });
    done += piece;
  }
  return pieces;
}
