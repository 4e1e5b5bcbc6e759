/**
 * How the hypervisor asks the host for memory: two words beside the result of a call (X2 and X3 in v2
 * of the pKVM SMMUv3 series, struct kvm_hyp_req). What the memory is for is the caller's business.
 */
import { u64, type U64 } from '../../bits/u64.ts';

/** Kinds of requests; hosts carry out `memory` only. */
export const REQUEST_TYPES = { none: 0, memory: 1, map: 2, split: 3 } as const;

/** Pools that memory may be asked for. */
export const REQUEST_POOLS = { none: 0, heap: 1, vcpu: 2, iommu: 3 } as const;

/** A request, decoded. */
export interface MemoryRequest {
  readonly type: number;
  readonly pool: number;
  /** Number of blocks, and the bytes of each. */
  readonly blocks: number;
  readonly size: number;
}

/** The words of a request. */
export function encodeRequest({ type, pool, blocks, size }: MemoryRequest): { readonly x2: U64; readonly x3: U64 } {
  return { x2: u64(0, (type & 0xff) | ((pool & 0xff) << 8)), x3: u64(size, blocks) };
}

/** The request in two words. */
export function decodeRequest(x2: U64, x3: U64): MemoryRequest {
  return { type: x2.lo & 0xff, pool: (x2.lo >>> 8) & 0xff, blocks: x3.lo, size: x3.hi };
}
