/**
 * The shape of VMSAv8-64 table walks: page size, bits per level, start levels, concatenation. Pure
 * arithmetic on configuration; LPA2 (level -1, 52 bits with 4K and 16K) is not modelled.
 */

/** A granule by the bits of its page: 12 (4K), 14 (16K), 16 (64K). */
export type PageBits = 12 | 14 | 16;

/** Granule of the TG0 and S2TG coding; 0 is reserved. */
export const TG0_PAGE: readonly (PageBits | 0)[] = [12, 16, 14, 0];

/** Granule of the TG1 coding; 0 is reserved. */
export const TG1_PAGE: readonly (PageBits | 0)[] = [0, 14, 12, 16];

/** Address bits that one level resolves. */
export function strideOf(page: PageBits): number {
  return page - 3;
}

/** Lowest input address bit that a level resolves: the log2 of what an entry there maps. */
export function levelShift(page: PageBits, level: number): number {
  return page + (3 - level) * strideOf(page);
}

/** Where a stage-1 walk of `ia` input bits starts. */
export function startLevel(page: PageBits, ia: number): number {
  return 4 - Math.ceil((ia - page) / strideOf(page));
}

/** Start level of stage 2 by S2SL0; undefined where the value is reserved. */
export function stage2StartLevel(page: PageBits, sl0: number, stt: boolean): number | undefined {
  if (page === 12) return sl0 === 3 ? (stt ? 3 : undefined) : 2 - sl0;
  return sl0 === 3 ? undefined : 3 - sl0;
}

/** Whether stage-2 input bits fit a start level with at most 16 concatenated tables. */
export function isStage2Consistent(page: PageBits, start: number, ia: number): boolean {
  // Without LPA2 a 4K walk at level 0 and a 16K walk at level 1 end at 48 bits.
  const most = page === 16 ? 52 : 48;
  const top = page + (4 - start) * strideOf(page);
  return top - strideOf(page) < ia && ia <= Math.min(top + 4, most);
}

/** Smallest and largest TxSZ that a granule allows. */
export function sizeLimits(page: PageBits, stt: boolean, wide: boolean): { readonly min: number; readonly max: number } {
  const max = stt ? (page === 16 ? 47 : 48) : 39;
  return { min: wide && page === 16 ? 12 : 16, max };
}

/** Whether a block descriptor may stand at a level; level 1 of 64K needs 52-bit outputs. */
export function isBlockLevel(page: PageBits, level: number, is52: boolean): boolean {
  if (level === 2) return true;
  return level === 1 && (page === 12 || (page === 16 && is52));
}
