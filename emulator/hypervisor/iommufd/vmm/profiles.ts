/**
 * How a virtual machine monitor drives iommufd. `qemu` is what works; the others leave out one thing
 * each that authors of monitors have been caught by, so that its effect can be seen.
 */

/** What a monitor does. */
export interface VmmProfile {
  readonly name: 'qemu' | 'unmasked' | 'forgetful' | 'late';
  readonly text: string;
  /** Drops the fields of guest STEs that the kernel refuses. */
  readonly masksSte: boolean;
  /** Passes TLB, CD and ATC invalidations on. */
  readonly forwardsInvalidations: boolean;
  /** Carries out CFGI_STE when it comes, instead of only when the SMMU is switched on. */
  readonly followsSte: boolean;
}

/** The profiles by name. */
export const VMM_PROFILES: Readonly<Record<VmmProfile['name'], VmmProfile>> = {
  qemu: { name: 'qemu', text: 'As QEMU with accel=on.', masksSte: true, forwardsInvalidations: true, followsSte: true },
  unmasked: { name: 'unmasked', text: 'Hands guest STEs over as they are: bypass STEs of Linux guests with SHCFG are refused.', masksSte: false, forwardsInvalidations: true, followsSte: true },
  forgetful: { name: 'forgetful', text: 'Completes invalidations without passing them on: devices go on with stale translations.', masksSte: true, forwardsInvalidations: false, followsSte: true },
  late: { name: 'late', text: 'Reads guest STEs only when the SMMU is switched on: later changes have no effect.', masksSte: true, forwardsInvalidations: true, followsSte: false },
};
