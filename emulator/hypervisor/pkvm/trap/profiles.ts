/**
 * Versions of the trap-and-emulate design. `v7` does what the series does as far as it was read; `fixed`
 * closes three ways around it, and one gap, that reading and this model show. Nobody has confirmed those
 * on hardware or on the list: they are this project's own reading.
 */

/** What differs between versions. */
export interface TrapProfile {
  readonly name: string;
  /** EL2 empties the TLB when the host switches the SMMU on. Otherwise what was cached before it was switched off lives on, although no invalidation is sent while it is off. */
  readonly flushesOnEnable: boolean;
  /** The registers of MSI addresses read as zero and ignore writes. Otherwise the host tells the SMMU where to write its messages, and no table checks that. */
  readonly hidesMessages: boolean;
  /** ATS is hidden, EATS is cleared and translated traffic is checked. Otherwise a device whose entry has EATS=1 names physical addresses by itself. */
  readonly hidesAts: boolean;
  /** EL2 makes a new level-2 stream table known to the hardware. Otherwise a stream that sent traffic before stays refused on an SMMU that caches absent tables; nothing leaks. */
  readonly invalidatesLevel1: boolean;
}

/** The profiles by name. */
export const TRAP_PROFILES = {
  v7: { name: 'v7', flushesOnEnable: false, hidesMessages: false, hidesAts: false, invalidatesLevel1: false },
  fixed: { name: 'fixed', flushesOnEnable: true, hidesMessages: true, hidesAts: true, invalidatesLevel1: true },
} as const satisfies Readonly<Record<string, TrapProfile>>;

/** The name of a profile. */
export type TrapProfileName = keyof typeof TRAP_PROFILES;
