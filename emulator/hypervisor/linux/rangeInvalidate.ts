/**
 * How the Linux SMMUv3 driver cuts a range into TLB invalidation commands: by page where the SMMU
 * has no range commands, else by pieces of up to 31 * 2^SCALE granules, smallest first. The fields of
 * the commands only; opcode, VMID and ASID are the caller's.
 */

/** What is to be invalidated. Addresses and sizes in bytes, below 2^53. */
export interface RangeRequest {
  readonly iova: number;
  readonly size: number;
  /** Size of the leaves that were mapped there. */
  readonly granule: number;
  /** log2 of the smallest page of the table: 12, 14 or 16. */
  readonly pageShift: number;
  /** No table was freed, so that entries of the last level are enough. */
  readonly leaf: boolean;
}

/** Fields of one command. */
export interface RangePiece {
  readonly num: number;
  readonly scale: number;
  readonly ttl: number;
  readonly tg: number;
  readonly leaf: 0 | 1;
  readonly addr: number;
  /** Granules that the command covers. */
  readonly pages: number;
}

const MOST = 31;

/** The commands for a range on an SMMU with range invalidation (IDR3.RIL). */
export function rangePieces(request: RangeRequest): RangePiece[] {
  const { iova, size, granule, pageShift, leaf } = request;
  const tg = (pageShift - 10) / 2;
  // Freed tables may have lain at any level, and a hint is only allowed where the level is known.
  const ttl = leaf ? 4 - Math.floor((Math.floor(Math.log2(granule)) - 3) / (pageShift - 3)) : 0;
  let left = Math.floor(size / 2 ** pageShift);
  // A single page without a level hint has an encoding that is reserved.
  if (!leaf && (left & MOST) === 1) left++;
  const pieces: RangePiece[] = [];
  for (let addr = iova; left > 0; ) {
    const scale = trailingZeros(left);
    const count = Math.floor(left / 2 ** scale) % (MOST + 1);
    const pages = count * 2 ** scale;
    pieces.push({ num: count - 1, scale, ttl, tg, leaf: leaf ? 1 : 0, addr, pages });
    left -= pages;
    addr += pages * 2 ** pageShift;
  }
  return pieces;
}

/** The commands for a range on an SMMU without range invalidation: one for each leaf. */
export function pagePieces(request: RangeRequest): RangePiece[] {
  const { iova, size, granule, pageShift, leaf } = request;
  const pages = granule / 2 ** pageShift;
  return Array.from({ length: Math.ceil(size / granule) }, (_, i) => (
    { num: 0, scale: 0, ttl: 0, tg: 0, leaf: leaf ? 1 : 0, addr: iova + i * granule, pages }
  ));
}

function trailingZeros(value: number): number {
  let zeros = 0;
  for (let v = value; v > 0 && v % 2 === 0; v /= 2) zeros++;
  return zeros;
}
