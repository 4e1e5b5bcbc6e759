/**
 * The guest's STE of a device beside the physical one, in any state of attachment. Both are read from
 * memory without counting; what the SMMU has cached is not looked at.
 */
import { compareStes, type SteComparison } from '../compare.ts';
import { loadWords } from '../memoryView.ts';
import type { IommufdKernel } from './kernel.ts';

/** The physical STE of a device, or undefined. */
export function physicalSteOf(kernel: IommufdKernel, name: string): Uint32Array | undefined {
  const device = kernel.device(name);
  const smmu = kernel.smmus[device?.smmu ?? -1];
  const sid = device?.sids[0];
  const at = smmu === undefined || sid === undefined ? undefined : smmu.driver.streams.entry(sid);
  return smmu === undefined || at === undefined ? undefined : loadWords(smmu.memory, at, 16);
}

/** Compares a guest's STE, or the lack of one, with what the hardware has. */
export function compareStream(kernel: IommufdKernel, name: string, guest: ArrayLike<number> = []): SteComparison | undefined {
  const physical = physicalSteOf(kernel, name);
  return physical === undefined ? undefined : compareStes(guest, physical);
}
