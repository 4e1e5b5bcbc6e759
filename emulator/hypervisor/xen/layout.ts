/**
 * Where things are: the host's memory as this model divides it, and the guest map of Xen on Arm as far
 * as the virtual SMMU needs it. The guest map is no stable ABI (fact sheet 4.6); sizes of RAM are the
 * model's own and small.
 */

/** Host memory. */
export const HOST = {
  ram: 0x4000_0000, ramSize: 0x4000_0000,
  /** What Xen allocates from. */
  xen: 0x4000_0000, xenSize: 0x0200_0000,
  /** RAM of domain n lies at `domains + n * domainSize`. */
  domains: 0x5000_0000, domainSize: 0x0080_0000,
  /** Registers of host SMMU n, as dom0 sees them. */
  smmus: 0x0905_0000, smmuSize: 0x0002_0000,
} as const;

/** The map of a guest. */
export const GUEST = {
  ram: 0x4000_0000,
  /** Fact sheet 1.1: 256 KiB, although the architecture needs 128 KiB only. */
  vsmmu: 0x0404_0000, vsmmuSize: 0x0004_0000,
  vsmmuIrq: 33,
  /** Where reviewers asked it to be moved. */
  movedIrq: 44,
  virtioFirst: 33, virtioLast: 43,
  vpl011Irq: 32,
} as const;

/** RAM of a domain: for itself, in the host, and how much. All three are multiples of 4K; multiples of 2M make its tables small. */
export interface DomainRam {
  readonly guest: number;
  readonly host: number;
  readonly size: number;
}

const MOST_POOL = 0x0100_0000;
const PAGE = 4096;

/** Where the drivers of a guest take their tables from: the upper half of a small RAM, the top of a large one. The rest is for data. */
export function guestPool({ guest, size }: DomainRam): { readonly base: number; readonly size: number } {
  const pool = Math.floor(Math.min(size / 2, MOST_POOL) / PAGE) * PAGE;
  return { base: guest + size - pool, size: pool };
}
