/**
 * IOMMU_GET_HW_INFO of an SMMUv3: the raw ID registers, the fields of them that user space may look
 * at, and the capabilities of one device. The kernel hands out whole registers; that the other
 * fields carry no promise is a rule for readers, which `promisedInfo` applies.
 */
import { fieldNamed, setField } from '../../fields/layout.ts';
import { registerNamed } from '../../fields/registers.ts';
import type { IdRegisters } from '../../idr/features.ts';

/** Type number of SMMUv3 information. */
export const INFO_TYPE = 2;

/** Capability bits of a device. */
export const CAPABILITIES = { dirtyTracking: 1, pasidExecute: 2, pasidPrivileged: 4, atsUnsupported: 8 } as const;

/** Flag bit: TLB and configuration invalidations with their sync must be sent twice. */
export const FLAG_SEND_TWICE = 1;

/** The fields that user space may read, by register. */
export const READABLE: Readonly<Record<'IDR0' | 'IDR1' | 'IDR3' | 'IDR5', readonly string[]>> = {
  IDR0: ['ST_LEVEL', 'TERM_MODEL', 'STALL_MODEL', 'TTENDIAN', 'CD2L', 'ASID16', 'TTF'],
  IDR1: ['SSIDSIZE', 'SIDSIZE'],
  IDR3: ['BBML', 'RIL'],
  IDR5: ['VAX', 'DS', 'GRAN64K', 'GRAN16K', 'GRAN4K'],
};

/** What is known of a host SMMU beyond its ID registers. */
export interface HostTraits {
  /** The same command sequence must be sent twice (T264-SMMU-3). */
  readonly isSendTwice?: boolean;
  /** Stage-2 descriptors have a dirty state that the host uses. */
  readonly hasDirtyTracking?: boolean;
}

/** What a device can do behind its SMMU. */
export interface DeviceTraits {
  readonly hasAts?: boolean;
  readonly hasPasidExecute?: boolean;
  readonly hasPasidPrivileged?: boolean;
}

/** What the call gives. */
export interface HardwareInfo {
  readonly type: typeof INFO_TYPE;
  readonly flags: number;
  /** IDR0..IDR5. */
  readonly idr: readonly [number, number, number, number, number, number];
  readonly iidr: number;
  readonly aidr: number;
  readonly capabilities: number;
}

/** The information on an SMMU and one device behind it. */
export function hardwareInfo(ids: IdRegisters, host: HostTraits = {}, device: DeviceTraits = {}): HardwareInfo {
  const bits: [boolean, number][] = [
    [host.hasDirtyTracking === true, CAPABILITIES.dirtyTracking], [device.hasPasidExecute === true, CAPABILITIES.pasidExecute],
    [device.hasPasidPrivileged === true, CAPABILITIES.pasidPrivileged], [device.hasAts !== true, CAPABILITIES.atsUnsupported],
  ];
  return {
    type: INFO_TYPE, flags: host.isSendTwice === true ? FLAG_SEND_TWICE : 0,
    idr: [ids.IDR0 >>> 0, ids.IDR1 >>> 0, (ids.IDR2 ?? 0) >>> 0, ids.IDR3 >>> 0, (ids.IDR4 ?? 0) >>> 0, ids.IDR5 >>> 0],
    iidr: (ids.IIDR ?? 0) >>> 0, aidr: ids.AIDR >>> 0,
    capabilities: bits.reduce((sum, [isSet, bit]) => (isSet ? sum | bit : sum), 0),
  };
}

/** A register's bits of the readable fields. */
function readable(name: keyof typeof READABLE): number {
  const register = registerNamed(name);
  const mask = new Uint32Array(2);
  for (const fieldName of READABLE[name]) {
    const found = register === undefined ? undefined : fieldNamed(register.layout, fieldName);
    if (found !== undefined) setField(mask, found, { hi: 0, lo: 0xffff_ffff });
  }
  return mask[0] ?? 0;
}

/** The registers with everything cleared that user space must not rely on; S1P and COHACC are implied. */
export function promisedInfo(info: HardwareInfo): Readonly<Record<keyof typeof READABLE, number>> {
  const { idr } = info;
  const implied = 0x12;
  return {
    IDR0: ((idr[0] & readable('IDR0')) | implied) >>> 0, IDR1: (idr[1] & readable('IDR1')) >>> 0,
    IDR3: (idr[3] & readable('IDR3')) >>> 0, IDR5: (idr[5] & readable('IDR5')) >>> 0,
  };
}
