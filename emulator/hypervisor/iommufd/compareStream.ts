/**
 * The guest's STE of a device beside the physical one, in any state of attachment. Both are read from
 * memory without counting; what the SMMU has cached is not looked at.
 */
import { compareStes, type SteComparison } from '../compare.ts';
import type { IommufdKernel } from './kernel.ts';

/** The physical STE of a device, or undefined. */
export function physicalSteOf(kernel: IommufdKernel, name: string): Uint32Array | undefined {
  const device = kernel.device(name);
  const smmu = kernel.smmus[device?.smmu ?? -1];
  const sid = device?.sids[0];
  return smmu === undefined || sid === undefined ? undefined : smmu.driver.streams.words(sid);
}

/** Compares a guest's STE, or the lack of one, with what the hardware has. */
export function compareStream(kernel: IommufdKernel, name: string, guest: ArrayLike<number> = []): SteComparison | undefined {
  const physical = physicalSteOf(kernel, name);
  return physical === undefined ? undefined : compareStes(guest, physical);
}
