/**
 * What an SMMU implements, unpacked from its ID registers. LPA2 (DS), 128-bit descriptors, MPAM,
 * DPT, ECMDQ, Realms and Secure state are not modelled, whatever the registers claim.
 */
import { numbers } from '../fields/layout.ts';
import { registerNamed } from '../fields/registers.ts';

/** The ID registers of an SMMU; what is left out reads as zero. */
export interface IdRegisters {
  readonly IDR0: number;
  readonly IDR1: number;
  readonly IDR3: number;
  readonly IDR5: number;
  readonly AIDR: number;
  readonly IIDR?: number;
  readonly IDR2?: number;
  readonly IDR4?: number;
  /** Value of GBPA after reset. */
  readonly gbpaReset?: number;
  /** Offsets 0xa8, 0xac, 0xc8 and 0xcc reach the page-1 queue registers too. */
  readonly pageOneAlias?: boolean;
}

/** The features of one SMMU. Sizes in bits unless said otherwise. */
export interface Features {
  readonly s1p: boolean;
  readonly s2p: boolean;
  readonly ttf: number;
  readonly httu: number;
  readonly hyp: boolean;
  readonly ats: boolean;
  readonly ns1ats: boolean;
  readonly asid16: boolean;
  readonly msi: boolean;
  readonly sev: boolean;
  readonly pri: boolean;
  readonly vmw: boolean;
  readonly vmid16: boolean;
  readonly cd2l: boolean;
  readonly ttendian: number;
  readonly atsRecErr: boolean;
  readonly stallModel: number;
  readonly termModel: boolean;
  readonly twoLevel: boolean;
  readonly sidSize: number;
  readonly ssidSize: number;
  readonly priqLog2: number;
  readonly eventqLog2: number;
  readonly cmdqLog2: number;
  readonly permsOverride: boolean;
  readonly typesOverride: boolean;
  readonly had: boolean;
  readonly xnx: boolean;
  readonly pps: boolean;
  readonly fwb: boolean;
  readonly stt: boolean;
  readonly ril: boolean;
  readonly e0pd: boolean;
  readonly ptwnnc: boolean;
  readonly oas: number;
  /** Input size of stage 2. */
  readonly ias: number;
  readonly gran4k: boolean;
  readonly gran16k: boolean;
  readonly gran64k: boolean;
  readonly vax52: boolean;
  readonly stallMax: number;
  readonly minor: number;
  readonly pageOneAlias: boolean;
}

/** Address sizes in bits by their encoding; 56 bits are not modelled and count as 52. */
export const ADDRESS_BITS: readonly number[] = [32, 36, 40, 42, 44, 48, 52, 52];

/** Reads the value of a register through its field table; an unknown register has no fields. */
export function registerFields(name: string, value: number): Record<string, number> {
  const register = registerNamed(name);
  return register === undefined ? {} : numbers(register.layout, [value]);
}

const KNOWN = new WeakMap<IdRegisters, Features>();

/** Unpacks the ID registers; the same registers give the same object. */
export function featuresOf(ids: IdRegisters): Features {
  const known = KNOWN.get(ids);
  if (known !== undefined) return known;
  const features = unpack(ids);
  KNOWN.set(ids, features);
  return features;
}

function unpack(ids: IdRegisters): Features {
  const at = (register: string, value: number): ((name: string) => number) => {
    const fields = registerFields(register, value);
    return (name) => fields[name] ?? 0;
  };
  const [r0, r1, r3, r5] = [at('IDR0', ids.IDR0), at('IDR1', ids.IDR1), at('IDR3', ids.IDR3), at('IDR5', ids.IDR5)];
  const oas = ADDRESS_BITS[r5('OAS')] ?? 32;
  const ttf = r0('TTF');
  return {
    ...fromIdr0(r0), ...fromIdr3(r3), ttf, oas,
    ias: Math.max((ttf & 1) !== 0 ? 40 : 0, (ttf & 2) !== 0 ? oas : 0),
    sidSize: r1('SIDSIZE'), ssidSize: r1('SSIDSIZE'), priqLog2: r1('PRIQS'), eventqLog2: r1('EVENTQS'), cmdqLog2: r1('CMDQS'),
    permsOverride: r1('ATTR_PERMS_OVR') === 1, typesOverride: r1('ATTR_TYPES_OVR') === 1,
    gran4k: r5('GRAN4K') === 1, gran16k: r5('GRAN16K') === 1, gran64k: r5('GRAN64K') === 1,
    vax52: r5('VAX') >= 1, stallMax: r5('STALL_MAX'), minor: ids.AIDR & 0xf, pageOneAlias: ids.pageOneAlias ?? false,
  };
}

type Getter = (name: string) => number;

function fromIdr0(r0: Getter) {
  return {
    s1p: r0('S1P') === 1, s2p: r0('S2P') === 1, httu: r0('HTTU'), hyp: r0('Hyp') === 1,
    ats: r0('ATS') === 1, ns1ats: r0('NS1ATS') === 1, asid16: r0('ASID16') === 1, msi: r0('MSI') === 1, sev: r0('SEV') === 1,
    pri: r0('PRI') === 1 && r0('ATS') === 1, vmw: r0('VMW') === 1, vmid16: r0('VMID16') === 1, cd2l: r0('CD2L') === 1,
    ttendian: r0('TTENDIAN'), atsRecErr: r0('ATSRECERR') === 1, stallModel: r0('STALL_MODEL'), termModel: r0('TERM_MODEL') === 1,
    twoLevel: r0('ST_LEVEL') === 1,
  };
}

function fromIdr3(r3: Getter) {
  return {
    had: r3('HAD') === 1, xnx: r3('XNX') === 1, pps: r3('PPS') === 1, fwb: r3('FWB') === 1, stt: r3('STT') === 1,
    ril: r3('RIL') === 1, e0pd: r3('E0PD') === 1, ptwnnc: r3('PTWNNC') === 1,
  };
}
