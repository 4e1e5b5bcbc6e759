/**
 * When a Non-secure stream table entry is illegal (C_BAD_STE), as one table. MPAM, DPT and v3.4 rules
 * are absent with the features. The order is that of evaluation; the architecture leaves it open.
 */
import { ADDRESS_BITS, type Features } from '../idr/features.ts';
import { isStage2Consistent, sizeLimits, stage2StartLevel, TG0_PAGE, type PageBits } from '../walk/geometry.ts';
import type { numbers } from '../fields/layout.ts';
import type { STE } from '../fields/ste.ts';
import type { LegalityRule } from './rule.ts';

/** The fields of an STE as numbers. */
export type SteFields = ReturnType<typeof numbers<(typeof STE.fields)[number]['name']>>;

/** An STE with the features that it is judged by. */
export interface SteCheck {
  readonly ste: SteFields;
  readonly f: Features;
}

const usesStage1 = ({ ste }: SteCheck): boolean => (ste.Config & 5) === 5;
const usesStage2 = ({ ste }: SteCheck): boolean => (ste.Config & 6) === 6;
const passesTraffic = ({ ste }: SteCheck): boolean => ste.Config >= 4;

/** Whether STE.STRW selects the StreamWorld. */
export function isStrwUsed({ ste, f }: SteCheck): boolean {
  return ste.Config === 5 && f.hyp;
}

function isGranuleMissing(page: PageBits | 0, f: Features): boolean {
  return page === 0 || (page === 12 && !f.gran4k) || (page === 14 && !f.gran16k) || (page === 16 && !f.gran64k);
}

function stage2Page({ ste }: SteCheck): PageBits | 0 {
  return TG0_PAGE[ste.S2TG] ?? 0;
}

function isS2SizeOutOfRange(c: SteCheck): boolean {
  const page = stage2Page(c);
  if (page === 0) return false;
  const limits = sizeLimits(page, c.f.stt, true);
  return c.ste.S2T0SZ > limits.max || c.ste.S2T0SZ < Math.max(limits.min, 64 - c.f.ias);
}

function isS2StartInconsistent(c: SteCheck): boolean {
  const page = stage2Page(c);
  if (page === 0) return false;
  const start = stage2StartLevel(page, c.ste.S2SL0, c.f.stt);
  return start === undefined || !isStage2Consistent(page, start, 64 - c.ste.S2T0SZ);
}

function isS2TableOutOfRange(c: SteCheck): boolean {
  const bits = Math.min(ADDRESS_BITS[c.ste.S2PS] ?? 52, c.f.oas);
  return c.ste.S2TTB >= 2 ** bits || (c.ste.S2TTB >= 2 ** 48 && stage2Page(c) !== 16);
}

function isVmidUsed(c: SteCheck): boolean {
  return c.ste.Config > 4 && c.f.s2p && !(isStrwUsed(c) && c.ste.STRW !== 0);
}

/** Whether tables of an endianness are unsupported by IDR0.TTENDIAN. */
export function isEndianMissing(big: number, f: Features): boolean {
  return (f.ttendian === 2 && big === 1) || (f.ttendian === 3 && big === 0);
}

type Rule = LegalityRule<SteCheck>;

function rule(id: string, wrong: string, fix: string, broken: Rule['broken']): Rule {
  return { id, wrong, fix, broken: (c) => passesTraffic(c) && broken(c) };
}

function stage1(id: string, wrong: string, fix: string, broken: Rule['broken']): Rule {
  return { id, wrong, fix, broken: (c) => usesStage1(c) && broken(c) };
}

function stage2(id: string, wrong: string, fix: string, broken: Rule['broken']): Rule {
  return { id, wrong, fix, broken: (c) => usesStage2(c) && broken(c) };
}

/** Every reason for C_BAD_STE. */
export const STE_RULES: readonly Rule[] = [
  { id: 'ste-v', wrong: 'STE.V is 0.', fix: 'Fill the entry, set V, and invalidate with CMD_CFGI_STE and CMD_SYNC.', broken: ({ ste }) => ste.V === 0 },
  stage1('ste-s1-absent', 'Config asks for stage 1, which IDR0.S1P says is absent.', 'Use Config 4 or 6.', ({ f }) => !f.s1p),
  stage2('ste-s2-absent', 'Config asks for stage 2, which IDR0.S2P says is absent.', 'Use Config 4 or 5.', ({ f }) => !f.s2p),
  rule('ste-eats-split', 'EATS asks for split-stage ATS without what it needs.', 'Split stage needs Config 7, S2S 0 and IDR0.NS1ATS 0; otherwise use EATS 0 or 1.',
    ({ ste, f }) => f.ats && ste.Config !== 4 && ste.EATS === 2 && (ste.Config !== 7 || ste.S2S === 1 || f.ns1ats)),
  rule('ste-eats-stall', 'EATS is 1 while stage 2 stalls.', 'Clear S2S: a stream with ATS must not stall.',
    (c) => c.f.ats && c.ste.EATS === 1 && c.ste.S2S === 1 && usesStage2(c)),
  rule('ste-strw', 'STRW is 1 or 3, which Non-secure streams may not have.', 'Use STRW 0 (EL1) or 2 (EL2).', ({ ste }) => ste.Config === 5 && (ste.STRW & 1) === 1),
  stage1('ste-s1stalld', 'S1STALLD is set although this SMMU does not let streams choose to stall.', 'Clear S1STALLD: it needs IDR0.STALL_MODEL 0.',
    ({ ste, f }) => ste.S1STALLD === 1 && f.stallModel !== 0),
  stage1('ste-s1cdmax', 'S1CDMax is above IDR1.SSIDSIZE.', 'Lower S1CDMax.', ({ ste, f }) => f.ssidSize !== 0 && ste.S1CDMax > f.ssidSize),
  stage1('ste-s1fmt', 'S1Fmt asks for a two-level CD table, which IDR0.CD2L says is absent.', 'Use S1Fmt 0.',
    ({ ste, f }) => f.ssidSize !== 0 && ste.S1CDMax !== 0 && !f.cd2l && (ste.S1Fmt === 1 || ste.S1Fmt === 2)),
  stage1('ste-s1contextptr', 'S1ContextPtr lies beyond the address size.', 'Below 2^OAS, or below 2^IAS when stage 2 translates it.',
    ({ ste, f }) => ste.S1ContextPtr >= 2 ** (ste.Config === 7 ? f.ias : f.oas)),
  stage2('ste-s2fwb', 'S2FWB is set with AArch32 stage-2 tables.', 'Set S2AA64 or clear S2FWB.', ({ ste, f }) => f.fwb && ste.S2FWB === 1 && ste.S2AA64 === 0),
  stage2('ste-s2s', 'S2S does not fit IDR0.STALL_MODEL.', 'STALL_MODEL 1 needs S2S 0; STALL_MODEL 2 needs S2S 1.',
    ({ ste, f }) => (ste.S2S === 1 && f.stallModel === 1) || (ste.S2S === 0 && f.stallModel === 2)),
  stage2('ste-s2aa64', 'S2AA64 asks for a table format that IDR0.TTF says is absent.', 'Choose the format that TTF names.',
    ({ ste, f }) => (f.ttf & (ste.S2AA64 === 1 ? 2 : 1)) === 0),
  stage2('ste-s2-lpae', 'Stage-2 tables are AArch32 LPAE, which is not modelled.', 'Set S2AA64.', ({ ste }) => ste.S2AA64 === 0),
  stage2('ste-s2ha', 'S2HA or S2HD asks for hardware updates that IDR0.HTTU says are absent.', 'Clear S2HA and S2HD, or only S2HD where HTTU is 1.',
    ({ ste, f }) => (f.httu === 0 && (ste.S2HA === 1 || ste.S2HD === 1)) || (f.httu === 1 && ste.S2HD === 1)),
  stage2('ste-s2tg', 'S2TG is reserved or names a granule that IDR5 says is absent.', 'Choose a granule of IDR5; S2TG codes 4K as 0, 64K as 1, 16K as 2.',
    (c) => isGranuleMissing(stage2Page(c), c.f)),
  stage2('ste-s2ttb', 'S2TTB lies beyond the stage-2 output size.', 'Below 2^min(S2PS, OAS), and below 2^48 unless the granule is 64K.', isS2TableOutOfRange),
  stage2('ste-s2t0sz', 'S2T0SZ is out of range.', 'Between 64 - IAS (at least 16, or 12 with 64K) and 39 (48 or 47 with small tables).', isS2SizeOutOfRange),
  stage2('ste-s2sl0', 'S2T0SZ, S2SL0 and S2TG do not fit each other.', 'The input size needs 1 to 16 tables at the start level; change S2SL0 or S2T0SZ.', isS2StartInconsistent),
  stage2('ste-s2endi', 'S2ENDI asks for an endianness that IDR0.TTENDIAN says is absent.', 'Use the supported endianness.', ({ ste, f }) => isEndianMissing(ste.S2ENDI, f)),
  rule('ste-s2vmid', 'S2VMID needs 16 bits, IDR0.VMID16 says there are 8.', 'Use a VMID below 256.', (c) => !c.f.vmid16 && c.ste.S2VMID > 0xff && isVmidUsed(c)),
];

/** Whether the granule of a coding is reserved or absent: shared with the CD rules. */
export { isGranuleMissing };
