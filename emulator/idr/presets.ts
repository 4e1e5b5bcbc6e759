/**
 * ID registers of known models. The QEMU values are those of its virt machine; the two named after
 * Arm parts have the features of those parts as published, not their exact registers.
 */
import { encode, type FieldInput } from '../fields/layout.ts';
import { registerNamed } from '../fields/registers.ts';
import type { IdRegisters } from './features.ts';

function build(name: string, fields: FieldInput): number {
  const register = registerNamed(name);
  return register === undefined ? 0 : (encode(register.layout, fields)[0] ?? 0);
}

const QEMU_COMMON = { IDR1: 0x02730010, IDR5: 0x74, AIDR: 1, gbpaReset: 0x1000, pageOneAlias: true };

const MMU_600 = {
  S2P: 1, S1P: 1, TTF: 3, COHACC: 1, BTM: 1, HTTU: 2, Hyp: 1, ATS: 1, ASID16: 1, MSI: 1, SEV: 1, PRI: 1,
  VMID16: 1, CD2L: 1, STALL_MODEL: 0, ST_LEVEL: 1,
};
const SIZES = { SIDSIZE: 24, SSIDSIZE: 20, PRIQS: 19, EVENTQS: 19, CMDQS: 19, ATTR_TYPES_OVR: 1, ATTR_PERMS_OVR: 1 };
const GRANULES = { GRAN4K: 1, GRAN16K: 1, GRAN64K: 1 };

/** ID registers by model name. */
export const PRESETS = {
  /** SMMUv3.0 with stage 1 only, a small linear stream table, and nothing optional. */
  'v3.0-minimal': {
    IDR0: build('IDR0', { S1P: 1, TTF: 2, COHACC: 1, TTENDIAN: 2, STALL_MODEL: 1, TERM_MODEL: 1 }),
    IDR1: build('IDR1', { SIDSIZE: 6, EVENTQS: 7, CMDQS: 8 }),
    IDR3: 0, IDR5: build('IDR5', { OAS: 2, GRAN4K: 1, GRAN64K: 1 }), AIDR: 0,
  },
  'mmu-600': {
    IDR0: build('IDR0', MMU_600), IDR1: build('IDR1', SIZES), IDR3: build('IDR3', { HAD: 1, PBHA: 1, XNX: 1, PPS: 1 }),
    IDR5: build('IDR5', { OAS: 5, ...GRANULES, STALL_MAX: 128 }), AIDR: 1, IIDR: 0x4830043b,
  },
  'mmu-700': {
    IDR0: build('IDR0', { ...MMU_600, TTF: 2 }), IDR1: build('IDR1', SIZES),
    IDR3: build('IDR3', { HAD: 1, PBHA: 1, XNX: 1, PPS: 1, FWB: 1, STT: 1, RIL: 1, BBML: 2 }),
    IDR5: build('IDR5', { OAS: 6, ...GRANULES, VAX: 1, STALL_MAX: 128 }), AIDR: 2, IIDR: 0x4870043b,
  },
  /** QEMU's virt machine with both stages. */
  'qemu-virt': { ...QEMU_COMMON, IDR0: 0x0d44101b, IDR3: 0x1414 },
  'qemu-virt-s1': { ...QEMU_COMMON, IDR0: 0x0d44101a, IDR3: 0x1404 },
  'qemu-virt-s2': { ...QEMU_COMMON, IDR0: 0x0d441019, IDR3: 0x1414 },
  /** Everything of SMMUv3.3 that this emulator models. */
  'v3.3-full': {
    IDR0: 0x08cf369b, IDR1: 0x0d4a4510, IDR3: build('IDR3', { HAD: 1, XNX: 1, PPS: 1, FWB: 1, STT: 1, RIL: 1, BBML: 2, E0PD: 1, PTWNNC: 1 }),
    IDR5: build('IDR5', { OAS: 6, ...GRANULES, VAX: 1, STALL_MAX: 16 }), AIDR: 3,
  },
} satisfies Record<string, IdRegisters>;

/** The name of a preset. */
export type PresetName = keyof typeof PRESETS;
