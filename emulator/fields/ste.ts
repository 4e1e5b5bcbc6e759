/**
 * Stream table: the stream table entry of 64 bytes and the level-1 descriptor of two-level tables,
 * for the Non-secure state up to SMMUv3.3. Secure, Realm and v3.4 fields have no entry.
 */
import { field, layout } from './layout.ts';
import { ADDRESS_SIZE, CD_CACHE, INSTCFG, MEMATTR, PRIVCFG, SHAREABILITY, SHCFG, TG0, WALK_CACHE } from './values.ts';

const CONFIG = {
  0: 'abort', 1: 'abort', 2: 'abort', 3: 'abort', 4: 'bypass', 5: 'stage 1', 6: 'stage 2', 7: 'stage 1 and stage 2',
};

/** Stream table entry. */
export const STE = layout('STE', 16, 'Stream table entry: how the traffic of one StreamID is treated.', [
  field('V', [0, 0], 'The entry is valid.'),
  field('Config', [0, 3, 1], 'Which stages translate.', { values: CONFIG }),
  field('S1Fmt', [0, 5, 4], 'Shape of the context descriptor table.', { values: { 0: 'linear', 1: '2-level, 4K leaf', 2: '2-level, 64K leaf', 3: 'linear (reserved)' } }),
  field('S1ContextPtr', [0, 55, 6], 'Address of the CD or CD table: physical, or an IPA when both stages translate.', { address: true }),
  field('S1CDMax', [0, 63, 59], 'log2 of the number of CDs; 0 switches substreams off.'),
  field('S1DSS', [1, 1, 0], 'What happens without a SubstreamID when substreams are on.', { values: { 0: 'terminate', 1: 'bypass stage 1', 2: 'use CD 0', 3: 'terminate (reserved)' } }),
  field('S1CIR', [1, 3, 2], 'Inner cacheability of CD fetches.', { values: CD_CACHE }),
  field('S1COR', [1, 5, 4], 'Outer cacheability of CD fetches.', { values: CD_CACHE }),
  field('S1CSH', [1, 7, 6], 'Shareability of CD fetches.', { values: SHAREABILITY }),
  field('S2HWU59', [1, 8], 'Stage-2 descriptor bit 59 is for hardware use.'),
  field('S2HWU60', [1, 9], 'Stage-2 descriptor bit 60 is for hardware use.'),
  field('S2HWU61', [1, 10], 'Stage-2 descriptor bit 61 is for hardware use.'),
  field('S2HWU62', [1, 11], 'Stage-2 descriptor bit 62 is for hardware use.'),
  field('DRE', [1, 12], 'Destructive reads are allowed.'),
  field('CONT', [1, 16, 13], 'log2 of the number of adjacent identical STEs (a hint).'),
  field('DCP', [1, 17], 'Directed cache prefetches are allowed.'),
  field('PPAR', [1, 18], 'PRI auto-responses carry a PASID.'),
  field('MEV', [1, 19], 'Similar events of this stream may be merged.'),
  field('SW_RESERVED', [1, 23, 20], 'For software; ignored.'),
  field('S2FWB', [1, 25], 'Stage 2 forces write-back.'),
  field('S1MPAM', [1, 26], 'Stage 1 supplies the MPAM values.'),
  field('S1STALLD', [1, 27], 'Stage-1 faults may not stall.'),
  field('EATS', [1, 29, 28], 'Address translation service.', { values: { 0: 'off', 1: 'full', 2: 'split stage', 3: 'full with DPT' } }),
  field('STRW', [1, 31, 30], 'StreamWorld.', { values: { 0: 'NS-EL1', 1: 'illegal', 2: 'EL2', 3: 'illegal' } }),
  field('MemAttr', [1, 35, 32], 'Memory type when MTCFG is set.', { values: MEMATTR }),
  field('MTCFG', [1, 36], 'MemAttr replaces the incoming memory type.'),
  field('ALLOCCFG', [1, 40, 37], 'Allocation hints: 0xxx incoming, 1RWT replaces.'),
  field('SHCFG', [1, 45, 44], 'Shareability override.', { values: SHCFG }),
  field('NSCFG', [1, 47, 46], 'Security override; Secure streams only.'),
  field('PRIVCFG', [1, 49, 48], 'Privilege override.', { values: PRIVCFG }),
  field('INSTCFG', [1, 51, 50], 'Instruction/data override of reads.', { values: INSTCFG }),
  field('S2VMID', [2, 15, 0], 'Virtual machine identifier; tags stage-1-only translations too.'),
  field('S2T0SZ', [2, 37, 32], 'Stage-2 input size is 2^(64-S2T0SZ).'),
  field('S2SL0', [2, 39, 38], 'Stage-2 start level, coded per granule.'),
  field('S2IR0', [2, 41, 40], 'Inner cacheability of stage-2 walks.', { values: WALK_CACHE }),
  field('S2OR0', [2, 43, 42], 'Outer cacheability of stage-2 walks.', { values: WALK_CACHE }),
  field('S2SH0', [2, 45, 44], 'Shareability of stage-2 walks.', { values: SHAREABILITY }),
  field('S2TG', [2, 47, 46], 'Stage-2 granule.', { values: TG0 }),
  field('S2PS', [2, 50, 48], 'Stage-2 output size.', { values: ADDRESS_SIZE }),
  field('S2AA64', [2, 51], 'Stage-2 tables are VMSAv8-64.'),
  field('S2ENDI', [2, 52], 'Stage-2 tables are big-endian.'),
  field('S2AFFD', [2, 53], 'Stage-2 access flag faults are off.'),
  field('S2PTW', [2, 54], 'Stage-1 table and CD accesses to Device memory fault.'),
  field('S2HD', [2, 55], 'Hardware update of the stage-2 dirty state.'),
  field('S2HA', [2, 56], 'Hardware update of the stage-2 access flag.'),
  field('S2S', [2, 57], 'Stage-2 faults stall.'),
  field('S2R', [2, 58], 'Stage-2 faults are recorded.'),
  field('S2TTB', [3, 51, 4], 'Stage-2 table.', { address: true }),
  field('PARTID', [4, 31, 16], 'MPAM partition.'),
  field('PMG', [5, 7, 0], 'MPAM performance monitoring group.'),
  field('MPAM_NS', [5, 8], 'MPAM space.'),
  field('VMSPtr', [5, 55, 12], 'Virtual machine structure.', { address: true }),
]);

/** Level-1 stream table descriptor. */
export const L1STD = layout('L1STD', 2, 'Level-1 stream table descriptor.', [
  field('Span', [0, 4, 0], '2^(Span-1) entries in the level-2 array; 0 is invalid, 12 and above are reserved.'),
  field('L2Ptr', [0, 55, 6], 'Level-2 array.', { address: true }),
]);
