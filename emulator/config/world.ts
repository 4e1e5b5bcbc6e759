/** StreamWorlds of the Non-secure state: what a translation belongs to, besides VMID and ASID. */

/** NS-EL1, NS-EL2, or NS-EL2 with the E2H layout. */
export type World = 0 | 1 | 2;

/** Ordinary streams. */
export const EL1: World = 0;
/** EL2 streams with one half and no ASIDs. */
export const EL2: World = 1;
/** EL2 streams with two halves and ASIDs. */
export const EL2_E2H: World = 2;

/** Names for texts, by world. */
export const WORLD_NAMES: readonly string[] = ['NS-EL1', 'NS-EL2', 'NS-EL2-E2H'];

/** Whether translations of a world carry an ASID. */
export function hasAsid(world: World): boolean {
  return world !== EL2;
}

/** Whether a world has an upper half (TTB1) and tells privileged from unprivileged. */
export function hasTwoHalves(world: World): boolean {
  return world !== EL2;
}
