/** Which parts cannot nest stage 1 in stage 2 because of errata, as Linux knows them. Other errata are not here. */

const MMU_600 = 0x483;
const MMU_700 = 0x487;

/** Whether an SMMU (IIDR) has an erratum that forbids nesting: MMU-600 before r2, MMU-700 before r1p1. */
export function hasNestingErratum(iidr: number): boolean {
  const product = iidr >>> 20;
  const revision = (iidr >>> 12) & 0xff;
  return (product === MMU_600 && revision < 0x20) || (product === MMU_700 && revision < 0x11);
}
