/**
 * Meanings of encodings that several structures share: cacheability, shareability, granules,
 * address sizes, memory attributes. Names only; nothing here is consulted by the emulator itself.
 */

/** Walk cacheability of CD, STE stage 2 (IR/OR fields). */
export const WALK_CACHE = { 0: 'non-cacheable', 1: 'write-back RA WA', 2: 'write-through RA', 3: 'write-back RA no WA' };

/** CD fetch cacheability of the STE (S1CIR, S1COR). */
export const CD_CACHE = { 0: 'non-cacheable', 1: 'write-back RA', 2: 'write-through RA', 3: 'write-back no RA' };

/** Table and queue cacheability of CR1. */
export const TABLE_CACHE = { 0: 'non-cacheable', 1: 'write-back', 2: 'write-through', 3: 'reserved' };

/** Shareability as tables and walks have it. */
export const SHAREABILITY = { 0: 'non-shareable', 1: 'reserved', 2: 'outer shareable', 3: 'inner shareable' };

/** Shareability override of STE and GBPA: 1 keeps what came in. */
export const SHCFG = { 0: 'non-shareable', 1: 'use incoming', 2: 'outer shareable', 3: 'inner shareable' };

/** Privilege override. */
export const PRIVCFG = { 0: 'use incoming', 1: 'use incoming', 2: 'unprivileged', 3: 'privileged' };

/** Instruction/data override of reads. */
export const INSTCFG = { 0: 'use incoming', 1: 'use incoming', 2: 'data', 3: 'instruction' };

/** Granule of TTB0 and of stage 2. */
export const TG0 = { 0: '4K', 1: '64K', 2: '16K', 3: 'reserved' };

/** Granule of TTB1: another order than TG0. */
export const TG1 = { 0: 'reserved', 1: '16K', 2: '4K', 3: '64K' };

/** Granule of range invalidations: a third order. */
export const TG_TLBI = { 0: 'no range', 1: '4K', 2: '16K', 3: '64K' };

/** Address sizes (IDR5.OAS, CD.IPS, STE.S2PS). */
export const ADDRESS_SIZE = { 0: '32 bits', 1: '36 bits', 2: '40 bits', 3: '42 bits', 4: '44 bits', 5: '48 bits', 6: '52 bits', 7: '56 bits' };

/** Four-bit memory attributes of STE, GBPA, MSI configuration and stage-2 descriptors. */
export const MEMATTR = {
  0: 'Device-nGnRnE', 1: 'Device-nGnRE', 2: 'Device-nGRE', 3: 'Device-GRE', 5: 'Normal NC',
  6: 'Normal oNC iWT', 7: 'Normal oNC iWB', 9: 'Normal oWT iNC', 10: 'Normal WT', 11: 'Normal oWT iWB',
  13: 'Normal oWB iNC', 14: 'Normal oWB iWT', 15: 'Normal WB',
};

/** Which access of the procedure a stage-2 fault belongs to. */
export const CLASS = { 0: 'CD fetch', 1: 'stage-1 table access', 2: 'input address', 3: 'reserved' };
