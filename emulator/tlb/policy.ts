/** How much of what the architecture lets an SMMU cache is cached. */

/** Sizes of the caches in entries; 0 caches nothing. */
export interface CachePolicy {
  /** Translations: combined stage 1 and 2, and stage 2. */
  readonly tlb: number;
  /** Table descriptors above the last level. */
  readonly walks: number;
  /** STEs, CDs and their level-1 descriptors. */
  readonly config: number;
}

const UNBOUNDED = 1 << 18;

/** The named policies. */
export const POLICIES = {
  /** Every transaction reads memory anew: no invalidation is ever missed. */
  none: { tlb: 0, walks: 0, config: 0 },
  /** Everything that may be kept is kept until it is invalidated, so that a missing command shows. */
  architecture: { tlb: UNBOUNDED, walks: UNBOUNDED, config: UNBOUNDED },
  /** A small machine: entries also leave by replacement. */
  bounded: { tlb: 64, walks: 32, config: 16 },
} satisfies Record<string, CachePolicy>;

/** The name of a policy. */
export type PolicyName = keyof typeof POLICIES;
