/** Where things are on a machine with pKVM: a board's memory, or the small machine of a model. */
import type { Region } from '../../memory/regions.ts';
import type { Stretch } from './ownership.ts';

/** Memory of a machine, in bytes. */
export interface PkvmLayout {
  readonly regions: readonly Region[];
  /** The RAM whose pages have owners. */
  readonly ram: Stretch;
  /** What EL2 has from boot on: the lower end of RAM. */
  readonly hyp: Stretch;
  /** What the host gives to EL2 when asked, or builds tables of its own from. */
  readonly spare: Stretch;
  /** Registers of the SMMUs. */
  readonly smmus: readonly Stretch[];
}

/** The layout of a machine with one piece of RAM that the host owns, and SMMUs side by side. */
export function plainLayout(places: { readonly ram: Stretch; readonly hyp: Stretch; readonly spare: Stretch; readonly smmus: Stretch }): PkvmLayout {
  const { ram, hyp, spare, smmus } = places;
  return { regions: [{ name: 'ram', kind: 'ram', ...ram, owner: 'host' }], ram, hyp, spare, smmus: [smmus] };
}
