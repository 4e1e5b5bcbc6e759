/**
 * Queue indexes with wrap bits: pure arithmetic shared by the command, event and PRI queues. With
 * 2^log2 entries, bits below `log2` are the slot and bit `log2` is the wrap.
 */

/** A queue's shape, from its base register. */
export interface Ring {
  readonly log2: number;
  /** Base address, aligned to the queue's size. */
  readonly base: number;
  /** Bytes of an entry. */
  readonly entry: number;
}

/** Reads a base register; the size is capped to what the SMMU has, and the base aligned to it. */
export function ringOf(hi: number, lo: number, limits: { maxLog2: number; entry: number }): Ring {
  const log2 = Math.min(lo & 31, limits.maxLog2);
  const address = (hi & 0x00ff_ffff) * 2 ** 32 + ((lo & -32) >>> 0);
  return { log2, base: address - (address % Math.max(32, 2 ** log2 * limits.entry)), entry: limits.entry };
}

/** Slot and wrap bit of an index; higher bits are dropped. */
export function indexOf(ring: Ring, index: number): number {
  return index & (2 ** (ring.log2 + 1) - 1);
}

/** The index after another. */
export function nextIndex(ring: Ring, index: number): number {
  return (index + 1) & (2 ** (ring.log2 + 1) - 1);
}

/** Address of an index's slot. */
export function slotAddress(ring: Ring, index: number): number {
  return ring.base + (index & (2 ** ring.log2 - 1)) * ring.entry;
}

/** Whether nothing is in the queue. */
export function isEmpty(ring: Ring, prod: number, cons: number): boolean {
  return indexOf(ring, prod) === indexOf(ring, cons);
}

/** Whether no slot is free; indexes further apart than the queue is long count as full too. */
export function isFull(ring: Ring, prod: number, cons: number): boolean {
  return entries(ring, prod, cons) >= 2 ** ring.log2;
}

/** How many entries lie between the indexes. */
export function entries(ring: Ring, prod: number, cons: number): number {
  return (prod - cons) & (2 ** (ring.log2 + 1) - 1);
}
