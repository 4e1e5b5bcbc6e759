/**
 * Context descriptor of 64 bytes and level-1 CD descriptor, up to SMMUv3.3; v3.4 fields and the
 * Secure NSCFG bits have no entry.
 */
import { field, layout } from './layout.ts';
import { ADDRESS_SIZE, SHAREABILITY, TG0, TG1, WALK_CACHE } from './values.ts';

/** Context descriptor. */
export const CD = layout('CD', 16, 'Context descriptor: the stage-1 translation of one substream.', [
  field('T0SZ', [0, 5, 0], 'Input size of TTB0 is 2^(64-T0SZ).'),
  field('TG0', [0, 7, 6], 'Granule of TTB0.', { values: TG0 }),
  field('IR0', [0, 9, 8], 'Inner cacheability of TTB0 walks.', { values: WALK_CACHE }),
  field('OR0', [0, 11, 10], 'Outer cacheability of TTB0 walks.', { values: WALK_CACHE }),
  field('SH0', [0, 13, 12], 'Shareability of TTB0 walks.', { values: SHAREABILITY }),
  field('EPD0', [0, 14], 'TTB0 walks are disabled.'),
  field('ENDI', [0, 15], 'Tables are big-endian.'),
  field('T1SZ', [0, 21, 16], 'Input size of TTB1 is 2^(64-T1SZ).'),
  field('TG1', [0, 23, 22], 'Granule of TTB1.', { values: TG1 }),
  field('IR1', [0, 25, 24], 'Inner cacheability of TTB1 walks.', { values: WALK_CACHE }),
  field('OR1', [0, 27, 26], 'Outer cacheability of TTB1 walks.', { values: WALK_CACHE }),
  field('SH1', [0, 29, 28], 'Shareability of TTB1 walks.', { values: SHAREABILITY }),
  field('EPD1', [0, 30], 'TTB1 walks are disabled.'),
  field('V', [0, 31], 'The descriptor is valid.'),
  field('IPS', [0, 34, 32], 'Stage-1 output size.', { values: ADDRESS_SIZE }),
  field('AFFD', [0, 35], 'Access flag faults are off.'),
  field('WXN', [0, 36], 'Writable memory is never executable.'),
  field('UWXN', [0, 37], 'Unprivileged-writable is not privileged-executable (AArch32 tables only).'),
  field('TBI0', [0, 38], 'The top byte is ignored for TTB0.'),
  field('TBI1', [0, 39], 'The top byte is ignored for TTB1.'),
  field('PAN', [0, 40], 'Privileged access to unprivileged data faults.'),
  field('AA64', [0, 41], 'Tables are VMSAv8-64.'),
  field('HD', [0, 42], 'Hardware update of the dirty state.'),
  field('HA', [0, 43], 'Hardware update of the access flag.'),
  field('S', [0, 44], 'Faults stall.'),
  field('R', [0, 45], 'Faults are recorded.'),
  field('A', [0, 46], 'Faults abort; 0 reads as zero and ignores writes.'),
  field('ASET', [0, 47], 'The ASID is not shared with processors.'),
  field('ASID', [0, 63, 48], 'Address space identifier.'),
  field('HAD0', [1, 1], 'Hierarchical attributes of TTB0 are off.'),
  field('E0PD0', [1, 2], 'Unprivileged access through TTB0 faults.'),
  field('TTB0', [1, 51, 4], 'Table for the lower half.', { address: true }),
  field('HWU059', [1, 60], 'Descriptor bit 59 of TTB0 is for hardware use.'),
  field('HWU060', [1, 61], 'Descriptor bit 60 of TTB0 is for hardware use.'),
  field('HWU061', [1, 62], 'Descriptor bit 61 of TTB0 is for hardware use.'),
  field('HWU062', [1, 63], 'Descriptor bit 62 of TTB0 is for hardware use.'),
  field('HAD1', [2, 1], 'Hierarchical attributes of TTB1 are off.'),
  field('E0PD1', [2, 2], 'Unprivileged access through TTB1 faults.'),
  field('TTB1', [2, 51, 4], 'Table for the upper half.', { address: true }),
  field('HWU159', [2, 60], 'Descriptor bit 59 of TTB1 is for hardware use.'),
  field('HWU160', [2, 61], 'Descriptor bit 60 of TTB1 is for hardware use.'),
  field('HWU161', [2, 62], 'Descriptor bit 61 of TTB1 is for hardware use.'),
  field('HWU162', [2, 63], 'Descriptor bit 62 of TTB1 is for hardware use.'),
  field('MAIR0', [3, 31, 0], 'Memory attributes 3..0, one byte each.'),
  field('MAIR1', [3, 63, 32], 'Memory attributes 7..4, one byte each.'),
  field('AMAIR0', [4, 31, 0], 'Implementation-defined attributes.'),
  field('AMAIR1', [4, 63, 32], 'Implementation-defined attributes.'),
  field('PARTID', [5, 47, 32], 'MPAM partition.'),
  field('PMG', [5, 55, 48], 'MPAM performance monitoring group.'),
]);

/** Level-1 context descriptor. */
export const L1CD = layout('L1CD', 2, 'Level-1 context descriptor.', [
  field('V', [0, 0], 'The descriptor is valid.'),
  field('L2Ptr', [0, 55, 12], 'Leaf table of CDs.', { address: true }),
]);
