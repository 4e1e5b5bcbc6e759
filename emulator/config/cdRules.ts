/**
 * When a context descriptor is illegal (C_BAD_CD), as one table. Fields of a half that EPDx disables
 * are not looked at. AArch32 (LPAE) tables are not modelled: a CD with AA64=0 is always illegal here.
 */
import { ADDRESS_BITS, type Features } from '../idr/features.ts';
import { sizeLimits, TG0_PAGE, TG1_PAGE, type PageBits } from '../walk/geometry.ts';
import type { numbers } from '../fields/layout.ts';
import type { CD } from '../fields/cd.ts';
import type { LegalityRule } from './rule.ts';
import { isEndianMissing, isGranuleMissing } from './steRules.ts';
import { hasAsid, hasTwoHalves, type World } from './world.ts';

/** The fields of a CD as numbers. */
export type CdFields = ReturnType<typeof numbers<(typeof CD.fields)[number]['name']>>;

/** A CD with what it is judged by. */
export interface CdCheck {
  readonly cd: CdFields;
  readonly f: Features;
  readonly world: World;
  /** STE.S1STALLD. */
  readonly isStallDenied: boolean;
}

/** One half of the address space as a CD describes it. */
export interface HalfFields {
  readonly size: number;
  readonly page: PageBits | 0;
  readonly table: number;
}

/** The fields of the lower (0) or upper (1) half. */
export function halfOf(cd: CdFields, half: 0 | 1): HalfFields {
  if (half === 0) return { size: cd.T0SZ, page: TG0_PAGE[cd.TG0] ?? 0, table: cd.TTB0 };
  return { size: cd.T1SZ, page: TG1_PAGE[cd.TG1] ?? 0, table: cd.TTB1 };
}

/** Whether walks of a half can happen; EL2 without E2H has the lower half only, and ignores EPD0. */
export function isHalfEnabled({ cd, world }: CdCheck, half: 0 | 1): boolean {
  if (!hasTwoHalves(world)) return half === 0;
  return (half === 0 ? cd.EPD0 : cd.EPD1) === 0;
}

/** Output size of stage 1 in bits. */
export function outputBits({ cd, f }: CdCheck): number {
  return Math.min(ADDRESS_BITS[cd.IPS] ?? 52, f.oas);
}

function anyHalf(c: CdCheck, broken: (half: HalfFields) => boolean): boolean {
  const isBroken = (half: 0 | 1): boolean => isHalfEnabled(c, half) && broken(halfOf(c.cd, half));
  return isBroken(0) || isBroken(1);
}

function isSizeOutOfRange(c: CdCheck): boolean {
  return anyHalf(c, ({ size, page }) => {
    if (page === 0) return false;
    const limits = sizeLimits(page, c.f.stt, c.f.vax52);
    return size < limits.min || size > limits.max;
  });
}

type Rule = LegalityRule<CdCheck>;

function rule(id: string, wrong: string, fix: string, broken: Rule['broken']): Rule {
  return { id, wrong, fix, broken };
}

/** Every reason for C_BAD_CD. */
export const CD_RULES: readonly Rule[] = [
  rule('cd-v', 'CD.V is 0.', 'Fill the descriptor, set V, and invalidate with CMD_CFGI_CD and CMD_SYNC.', ({ cd }) => cd.V === 0),
  rule('cd-stalld', 'CD.S asks to stall although STE.S1STALLD forbids it.', 'Clear CD.S or STE.S1STALLD.', (c) => c.isStallDenied && c.cd.S === 1),
  rule('cd-a', 'CD.A is 0 although terminated transactions always abort (IDR0.TERM_MODEL).', 'Set CD.A.', ({ cd, f }) => f.termModel && cd.A === 0),
  rule('cd-s', 'CD.S does not fit IDR0.STALL_MODEL.', 'STALL_MODEL 1 needs S 0; STALL_MODEL 2 needs S 1.',
    ({ cd, f }) => (f.stallModel === 1 && cd.S === 1) || (f.stallModel === 2 && cd.S === 0)),
  rule('cd-endi', 'CD.ENDI asks for an endianness that IDR0.TTENDIAN says is absent.', 'Use the supported endianness.',
    (c) => isEndianMissing(c.cd.ENDI, c.f) && (isHalfEnabled(c, 0) || isHalfEnabled(c, 1))),
  rule('cd-aa64', 'CD.AA64 asks for a table format that is absent.', 'Set AA64 where IDR0.TTF names VMSAv8-64.', ({ cd, f }) => cd.AA64 === 0 || (f.ttf & 2) === 0),
  rule('cd-ha', 'CD.HA or CD.HD asks for hardware updates that IDR0.HTTU says are absent.', 'Clear HA and HD, or only HD where HTTU is 1.',
    ({ cd, f }) => (f.httu === 0 && (cd.HA === 1 || cd.HD === 1)) || (f.httu === 1 && cd.HD === 1)),
  rule('cd-asid', 'CD.ASID needs 16 bits, IDR0.ASID16 says there are 8.', 'Use an ASID below 256.', ({ cd, f, world }) => hasAsid(world) && !f.asid16 && cd.ASID > 0xff),
  rule('cd-tg', 'TG0 or TG1 of an enabled half is reserved or names a granule that IDR5 says is absent.', 'Set the granule, or EPDx for an unused half; TG1 codes 16K as 1, 4K as 2, 64K as 3.',
    (c) => anyHalf(c, ({ page }) => isGranuleMissing(page, c.f))),
  rule('cd-txsz', 'T0SZ or T1SZ of an enabled half is out of range.', 'Between 16 (12 for 64K with 52-bit addresses) and 39 (48 or 47 with small tables), or set EPDx.', isSizeOutOfRange),
  rule('cd-ttb', 'TTB0 or TTB1 of an enabled half lies beyond the output size.', 'Below 2^min(IPS, OAS), and below 2^48 unless the granule is 64K.',
    (c) => anyHalf(c, ({ table, page }) => table >= 2 ** outputBits(c) || (table >= 2 ** 48 && page !== 16))),
];
