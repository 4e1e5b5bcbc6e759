/**
 * Versions of the trap-and-emulate design, as data: one row per behaviour. `v7` does what the series
 * does as far as it was read; `fixed` closes three ways around it, and one gap, that reading and this
 * model show. Nobody has confirmed those on hardware or on the list: they are this project's own
 * reading. Nothing here acts.
 */

/** One behaviour: what is done where it is true, and where it is false. */
export interface TrapBehaviour {
  readonly text: string;
  readonly otherwise: string;
}

/** Every behaviour that differs between versions. */
export const TRAP_BEHAVIOURS = {
  flushesOnEnable: {
    text: 'EL2 empties the TLB when the host switches the SMMU on.',
    otherwise: 'What was cached before the SMMU was switched off lives on, although nothing is invalidated while it is off: a page that was given away meanwhile can be reached.',
  },
  hidesMessages: {
    text: 'The registers of MSI addresses read as zero and ignore writes.',
    otherwise: 'IDR0.MSI is hidden, but the registers are not: the host tells the SMMU where to write its messages, and no table checks that.',
  },
  hidesAts: {
    text: 'IDR0.ATS is hidden, EATS is cleared, and translated traffic is checked.',
    otherwise: 'With EATS=1 or CR0.ATSCHK=0 a device names physical addresses by itself.',
  },
  invalidatesLevel1: {
    text: 'EL2 makes a new level-2 stream table known with CFGI_STE and Leaf 0.',
    otherwise: 'A stream that sent traffic before stays refused on an SMMU that caches absent tables; nothing leaks.',
  },
} as const satisfies Readonly<Record<string, TrapBehaviour>>;

/** The name of a behaviour. */
export type TrapBehaviourName = keyof typeof TRAP_BEHAVIOURS;

/** One profile: which behaviours hold. */
export type TrapProfile = Readonly<Record<TrapBehaviourName, boolean>> & { readonly name: string };

/** The profiles by name. */
export const TRAP_PROFILES = {
  v7: { name: 'v7', flushesOnEnable: false, hidesMessages: false, hidesAts: false, invalidatesLevel1: false },
  fixed: { name: 'fixed', flushesOnEnable: true, hidesMessages: true, hidesAts: true, invalidatesLevel1: true },
} as const satisfies Readonly<Record<string, TrapProfile>>;

/** The name of a profile. */
export type TrapProfileName = keyof typeof TRAP_PROFILES;
