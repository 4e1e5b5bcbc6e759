/**
 * What the host may still reach of an SMMU that EL2 has taken (fact sheet A.7): the indexes of the event
 * queue, which is its own memory, and the acknowledgement of errors. All else is an ordinary stage-2
 * fault, which the host gets as an abort.
 */
import type { U64 } from '../../bits/u64.ts';
import { REG } from '../../registers/store.ts';
import type { Smmu } from '../../smmu/smmu.ts';

/** Page-1 offsets of the event queue indexes. */
export const EVENT_INDEX = { prod: 0x1_00a8, cons: 0x1_00ac } as const;

const WRITABLE: ReadonlyMap<number, boolean> = new Map([[EVENT_INDEX.prod, true], [EVENT_INDEX.cons, true], [REG.GERRORN, true], [REG.GERROR, false]]);

/** Reads for the host; undefined is an abort. */
export function windowRead(smmu: Smmu, offset: number, size: number): U64 | undefined {
  return size === 4 && WRITABLE.has(offset) ? smmu.readRegister(offset, 4) : undefined;
}

/** Writes for the host; false is an abort. */
export function windowWrite(smmu: Smmu, access: { readonly offset: number; readonly size: number; readonly value: U64 }): boolean {
  if (access.size !== 4 || WRITABLE.get(access.offset) !== true) return false;
  smmu.writeRegister(access.offset, 4, access.value);
  return true;
}
