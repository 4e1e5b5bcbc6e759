/**
 * VMSAv8-64 translation table descriptors of both stages. The output address of a leaf depends on
 * granule, level and address size, so OA here is the widest field (a 4K page); the walk masks it.
 */
import { field, layout, type Layout } from './layout.ts';
import { MEMATTR, SHAREABILITY } from './values.ts';

const AP = { 0: 'privileged RW', 1: 'RW', 2: 'privileged RO', 3: 'RO' };
const TYPE = { 0: 'invalid', 1: 'block', 2: 'invalid', 3: 'table or page' };

/** Stage-1 table descriptor. */
export const S1_TABLE = layout('S1 table', 2, 'Stage-1 table descriptor.', [
  field('Type', [0, 1, 0], 'Descriptor type.', { values: TYPE }),
  field('NextTable', [0, 47, 12], 'Next-level table; fewer bits for larger granules.', { address: true }),
  field('PXNTable', [0, 59], 'Below this table nothing is privileged-executable.'),
  field('UXNTable', [0, 60], 'Below this table nothing is unprivileged-executable (XNTable in EL2).'),
  field('APTable', [0, 62, 61], 'Limits access below this table.', { values: { 0: 'no limit', 1: 'no unprivileged', 2: 'read-only', 3: 'privileged read-only' } }),
  field('NSTable', [0, 63], 'Security of lower tables; Secure only.'),
]);

/** Stage-1 block or page descriptor. */
export const S1_LEAF = layout('S1 leaf', 2, 'Stage-1 block or page descriptor.', [
  field('Type', [0, 1, 0], 'Descriptor type.', { values: TYPE }),
  field('AttrIndx', [0, 4, 2], 'Which MAIR byte gives the memory type.'),
  field('NS', [0, 5], 'Non-secure output; Secure only.'),
  field('AP', [0, 7, 6], 'Access permissions AP[2:1].', { values: AP }),
  field('SH', [0, 9, 8], 'Shareability.', { values: SHAREABILITY }),
  field('AF', [0, 10], 'Access flag.'),
  field('nG', [0, 11], 'Not global: matches its own ASID only.'),
  field('OA', [0, 47, 12], 'Output address.', { address: true }),
  field('GP', [0, 50], 'Guarded page; no effect here.'),
  field('DBM', [0, 51], 'Dirty bit modifier: with HD set, read-only means clean.'),
  field('Contiguous', [0, 52], 'One of a group of adjacent entries.'),
  field('PXN', [0, 53], 'Not privileged-executable.'),
  field('UXN', [0, 54], 'Not unprivileged-executable (XN in EL2).'),
  field('PBHA', [0, 62, 59], 'Page-based hardware attributes.'),
]);

/** Stage-2 table descriptor. */
export const S2_TABLE = layout('S2 table', 2, 'Stage-2 table descriptor.', [
  field('Type', [0, 1, 0], 'Descriptor type.', { values: TYPE }),
  field('NextTable', [0, 47, 12], 'Next-level table; fewer bits for larger granules.', { address: true }),
]);

/** Stage-2 block or page descriptor. */
export const S2_LEAF = layout('S2 leaf', 2, 'Stage-2 block or page descriptor.', [
  field('Type', [0, 1, 0], 'Descriptor type.', { values: TYPE }),
  field('MemAttr', [0, 5, 2], 'Memory type (another coding when S2FWB is set).', { values: MEMATTR }),
  field('S2AP', [0, 7, 6], 'Access permissions.', { values: { 0: 'none', 1: 'read-only', 2: 'write-only', 3: 'read-write' } }),
  field('SH', [0, 9, 8], 'Shareability.', { values: SHAREABILITY }),
  field('AF', [0, 10], 'Access flag.'),
  field('OA', [0, 47, 12], 'Output address.', { address: true }),
  field('DBM', [0, 51], 'Dirty bit modifier: with S2HD set, not writable means clean.'),
  field('Contiguous', [0, 52], 'One of a group of adjacent entries.'),
  field('XN', [0, 54, 53], 'Execute-never, finer with IDR3.XNX.', { values: { 0: 'executable', 1: 'unprivileged only', 2: 'never', 3: 'privileged only' } }),
  field('PBHA', [0, 62, 59], 'Page-based hardware attributes.'),
]);

/** The layout of a descriptor value read at a level: level 3 has pages only, others blocks and tables. */
export function descriptorLayout(stage: 1 | 2, level: number, low: number): Layout {
  const isTable = (low & 3) === 3 && level < 3;
  if (stage === 1) return isTable ? S1_TABLE : S1_LEAF;
  return isTable ? S2_TABLE : S2_LEAF;
}
