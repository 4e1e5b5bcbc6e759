/**
 * DMA addresses that stand for grants (Linux drivers/xen/grant-dma-ops.c): bit 63, the grant
 * reference, the offset in the page. A page is Xen's 4K page whatever the kernel's page size is. The
 * references themselves are not looked at.
 */
import { u64, type U64 } from '../../bits/u64.ts';
import { PAGE_SIZE } from '../pages.ts';

const PAGE_SHIFT = 12;
const GRANT_BIT = 0x8000_0000;

/** A place in granted memory. */
export interface GrantPlace {
  /** Grant reference, 0..2^32-1. */
  readonly ref: number;
  /** Offset in the page, 0..4095. */
  readonly offset: number;
}

/** The DMA address of a place. */
export function grantAddress({ ref, offset }: GrantPlace): U64 {
  return u64(GRANT_BIT | (ref >>> (32 - PAGE_SHIFT)), (ref << PAGE_SHIFT) | offset);
}

/** The place that a DMA address stands for; undefined for an ordinary address. */
export function grantPlace(address: U64): GrantPlace | undefined {
  if (address.hi < GRANT_BIT) return undefined;
  return { ref: ((address.hi << (32 - PAGE_SHIFT)) | (address.lo >>> PAGE_SHIFT)) >>> 0, offset: address.lo % PAGE_SIZE };
}

/** How many grants in a row a buffer takes that starts at an offset in its first page; sizes in bytes. */
export function grantCount(offset: number, size: number): number {
  return Math.ceil(((offset % PAGE_SIZE) + size) / PAGE_SIZE);
}
