import { describe, expect, it } from 'vitest';
import { CD, CD_RULES, encode, featuresOf, numbers, PRESETS, registerNamed, STE, STE_RULES, type Features, type FieldInput, type IdRegisters } from '../../../emulator/index.ts';
import { firstBroken } from '../../../emulator/config/rule.ts';
import type { World } from '../../../emulator/config/world.ts';
import { GOOD_CD, GOOD_S2 } from '../rig.ts';

const FULL = PRESETS['v3.3-full'];

/** The full SMMU with some ID fields changed. */
function features(changes: Record<string, number> = {}): Features {
  const ids: Record<string, number> = { ...FULL };
  for (const [name, value] of Object.entries(changes)) {
    const register = ['IDR0', 'IDR1', 'IDR3', 'IDR5'].find((r) => registerNamed(r)!.layout.fields.some((f) => f.name === name))!;
    const layout = registerNamed(register)!.layout;
    ids[register] = encode(layout, { ...numbers(layout, [ids[register]!]), [name]: value })[0]!;
  }
  return featuresOf(ids as unknown as IdRegisters);
}

function steRule(fields: FieldInput, ids: Record<string, number> = {}): string | undefined {
  return firstBroken(STE_RULES, { ste: numbers(STE, encode(STE, { V: 1, ...fields })), f: features(ids) })?.id;
}

const S1 = { Config: 5, S1ContextPtr: 0x4000_0000 };
const S2 = { Config: 6, ...GOOD_S2 };
const NESTED = { Config: 7, S1ContextPtr: 0x4000_0000, ...GOOD_S2 };

type SteCase = [rule: string | undefined, fields: FieldInput, ids?: Record<string, number>];

const STE_CASES: SteCase[] = [
  ['ste-v', { V: 0 }], ['ste-v', { V: 0, Config: 5 }], [undefined, { Config: 0, S1ContextPtr: 2 ** 55 }], [undefined, { Config: 4, S2TG: 3, S1CDMax: 31 }],
  [undefined, S1], [undefined, S2], [undefined, NESTED],
  ['ste-s1-absent', S1, { S1P: 0 }], ['ste-s1-absent', NESTED, { S1P: 0 }], [undefined, S2, { S1P: 0 }],
  ['ste-s2-absent', S2, { S2P: 0 }], ['ste-s2-absent', NESTED, { S2P: 0 }], [undefined, S1, { S2P: 0 }],
  ['ste-eats-split', { ...S1, EATS: 2 }], [undefined, { ...NESTED, EATS: 2 }], ['ste-eats-split', { ...NESTED, EATS: 2, S2S: 1 }],
  ['ste-eats-split', { ...NESTED, EATS: 2 }, { NS1ATS: 1 }], [undefined, { ...S1, EATS: 2 }, { ATS: 0 }], [undefined, { Config: 4, EATS: 2 }],
  ['ste-eats-stall', { ...S2, EATS: 1, S2S: 1 }], [undefined, { ...S1, EATS: 1, S2S: 1 }], [undefined, { ...S2, EATS: 1, S2S: 1 }, { ATS: 0 }],
  ['ste-strw', { ...S1, STRW: 1 }], ['ste-strw', { ...S1, STRW: 3 }], [undefined, { ...S1, STRW: 2 }], [undefined, { ...NESTED, STRW: 1 }],
  ['ste-s1stalld', { ...S1, S1STALLD: 1 }, { STALL_MODEL: 1 }], [undefined, { ...S1, S1STALLD: 1 }], [undefined, { ...S2, S1STALLD: 1 }, { STALL_MODEL: 1 }],
  ['ste-s1cdmax', { ...S1, S1CDMax: 21 }], [undefined, { ...S1, S1CDMax: 20 }], [undefined, { ...S1, S1CDMax: 21 }, { SSIDSIZE: 0 }], [undefined, { ...S2, S1CDMax: 31 }],
  ['ste-s1fmt', { ...S1, S1CDMax: 8, S1Fmt: 1 }, { CD2L: 0 }], ['ste-s1fmt', { ...S1, S1CDMax: 8, S1Fmt: 2 }, { CD2L: 0 }],
  [undefined, { ...S1, S1CDMax: 8, S1Fmt: 3 }, { CD2L: 0 }], [undefined, { ...S1, S1CDMax: 0, S1Fmt: 1 }, { CD2L: 0 }], [undefined, { ...S1, S1CDMax: 8, S1Fmt: 1 }],
  [undefined, { ...S1, S1CDMax: 8, S1Fmt: 1 }, { CD2L: 0, SSIDSIZE: 0 }],
  ['ste-s1contextptr', { ...S1, S1ContextPtr: 2 ** 52 }], [undefined, { ...S1, S1ContextPtr: 2 ** 51 }], ['ste-s1contextptr', { ...S1, S1ContextPtr: 2 ** 44 }, { OAS: 4 }],
  ['ste-s1contextptr', { ...NESTED, S1ContextPtr: 2 ** 44, S2PS: 4, S2T0SZ: 20 }, { OAS: 4 }], [undefined, { ...NESTED, S1ContextPtr: 2 ** 43, S2T0SZ: 20 }, { OAS: 4 }],
  ['ste-s1contextptr', { ...S1, S1ContextPtr: 2 ** 37 }, { OAS: 1, TTF: 3 }], [undefined, { ...NESTED, S1ContextPtr: 2 ** 37, S2PS: 1, S2T0SZ: 25, S2SL0: 1 }, { OAS: 1, TTF: 3 }],
  ['ste-s2fwb', { ...S2, S2FWB: 1, S2AA64: 0 }, { TTF: 3 }], [undefined, { ...S2, S2FWB: 1 }],
  ['ste-s2s', { ...S2, S2S: 1 }, { STALL_MODEL: 1 }], ['ste-s2s', S2, { STALL_MODEL: 2 }], [undefined, { ...S2, S2S: 1 }, { STALL_MODEL: 2 }],
  [undefined, S2, { STALL_MODEL: 1 }], [undefined, { ...S2, S2S: 1 }, { STALL_MODEL: 0 }], [undefined, { ...S1, S2S: 1 }, { STALL_MODEL: 1 }],
  ['ste-s2aa64', { ...S2, S2AA64: 0 }, { TTF: 2 }], ['ste-s2aa64', S2, { TTF: 1 }], ['ste-s2-lpae', { ...S2, S2AA64: 0 }, { TTF: 3 }],
  ['ste-s2ha', { ...S2, S2HA: 1 }, { HTTU: 0 }], ['ste-s2ha', { ...S2, S2HD: 1 }, { HTTU: 0 }], ['ste-s2ha', { ...S2, S2HA: 1, S2HD: 1 }, { HTTU: 1 }],
  [undefined, { ...S2, S2HA: 1 }, { HTTU: 1 }], [undefined, { ...S2, S2HD: 1 }], [undefined, { ...S2, S2HA: 1, S2HD: 1 }],
  ['ste-s2tg', { ...S2, S2TG: 3 }], ['ste-s2tg', S2, { GRAN4K: 0 }], ['ste-s2tg', { ...S2, S2TG: 2 }, { GRAN16K: 0 }], ['ste-s2tg', { ...S2, S2TG: 1 }, { GRAN64K: 0 }],
  [undefined, { ...S2, S2TG: 2 }], [undefined, { ...S2, S2TG: 1, S2SL0: 2 }],
  ['ste-s2ttb', { ...S2, S2PS: 1, S2TTB: 2 ** 36 }], [undefined, { ...S2, S2PS: 1, S2TTB: 2 ** 35 }], ['ste-s2ttb', { ...S2, S2PS: 6, S2TTB: 2 ** 48 }],
  [undefined, { ...S2, S2TG: 1, S2PS: 6, S2TTB: 2 ** 48 }], ['ste-s2ttb', { ...S2, S2PS: 5, S2TTB: 2 ** 45, S2T0SZ: 20 }, { OAS: 4 }], [undefined, { ...S2, S2PS: 7 }],
  ['ste-s2t0sz', { ...S2, S2T0SZ: 15 }], ['ste-s2t0sz', { ...S2, S2T0SZ: 19, S2SL0: 2 }, { OAS: 4 }], [undefined, { ...S2, S2T0SZ: 20 }, { OAS: 4 }],
  [undefined, { ...S2, S2TG: 1, S2T0SZ: 12, S2SL0: 2 }], ['ste-s2t0sz', { ...S2, S2TG: 1, S2T0SZ: 11 }], ['ste-s2t0sz', { ...S2, S2T0SZ: 40, S2SL0: 0 }, { STT: 0 }],
  [undefined, { ...S2, S2T0SZ: 42, S2SL0: 0 }], [undefined, { ...S2, S2T0SZ: 39, S2SL0: 0 }, { STT: 0 }], ['ste-s2t0sz', { ...S2, S2T0SZ: 49, S2SL0: 3 }],
  ['ste-s2t0sz', { ...S2, S2TG: 1, S2T0SZ: 48, S2SL0: 0 }], [undefined, { ...S2, S2TG: 1, S2T0SZ: 47, S2SL0: 0 }],
  ['ste-s2sl0', { ...S2, S2T0SZ: 20, S2SL0: 1 }], ['ste-s2sl0', { ...S2, S2T0SZ: 34, S2SL0: 1 }], ['ste-s2sl0', { ...S2, S2T0SZ: 25, S2SL0: 2 }],
  ['ste-s2sl0', { ...S2, S2TG: 2, S2T0SZ: 23, S2SL0: 1 }], ['ste-s2sl0', { ...S2, S2TG: 1, S2T0SZ: 17, S2SL0: 1 }], ['ste-s2sl0', { ...S2, S2TG: 1, S2T0SZ: 30, S2SL0: 3 }],
  ['ste-s2sl0', { ...S2, S2T0SZ: 39, S2SL0: 3 }, { STT: 0 }], [undefined, { ...S2, S2T0SZ: 43, S2SL0: 3 }],
  ['ste-s2endi', { ...S2, S2ENDI: 1 }], ['ste-s2endi', S2, { TTENDIAN: 3 }], [undefined, { ...S2, S2ENDI: 1 }, { TTENDIAN: 0 }],
  ['ste-s2vmid', { ...S2, S2VMID: 256 }, { VMID16: 0 }], ['ste-s2vmid', { ...S1, S2VMID: 256 }, { VMID16: 0 }], [undefined, { ...S1, S2VMID: 255 }, { VMID16: 0 }],
  [undefined, { ...S1, S2VMID: 256, STRW: 2 }, { VMID16: 0 }], [undefined, { Config: 4, S2VMID: 256 }, { VMID16: 0 }], [undefined, { ...S1, S2VMID: 256 }, { VMID16: 0, S2P: 0 }],
  [undefined, { ...S1, S2VMID: 65535 }],
];

describe('C_BAD_STE', () => {
  it.each(STE_CASES.map((c) => [c[0] ?? 'legal', JSON.stringify(c[1]), JSON.stringify(c[2] ?? {}), c] as const))('%s: %s %s', (_, __, ___, [rule, fields, ids]) => {
    expect(steRule(fields, ids)).toBe(rule);
  });

  it('every rule has a case that breaks it and one that does not', () => {
    const broken = new Set(STE_CASES.map(([rule]) => rule));
    expect(STE_RULES.filter((r) => !broken.has(r.id)).map((r) => r.id)).toEqual([]);
    expect(broken.has(undefined)).toBe(true);
  });

  it('every rule says what is wrong and what to do, in sentences', () => {
    for (const rule of [...STE_RULES, ...CD_RULES]) {
      expect(rule.wrong).toMatch(/^[A-Z].*\.$/);
      expect(rule.fix).toMatch(/^[A-Z].*\.$/);
    }
    const ids = [...STE_RULES, ...CD_RULES].map((r) => r.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

function cdRule(fields: FieldInput, more: { ids?: Record<string, number>; world?: World; isStallDenied?: boolean } = {}): string | undefined {
  const cd = numbers(CD, encode(CD, { ...GOOD_CD, ...fields }));
  return firstBroken(CD_RULES, { cd, f: features(more.ids), world: more.world ?? 0, isStallDenied: more.isStallDenied ?? false })?.id;
}

const UPPER = { EPD1: 0, T1SZ: 16, TG1: 2, TTB1: 0x5000_0000 };

type CdCase = [rule: string | undefined, fields: FieldInput, more?: Parameters<typeof cdRule>[1]];

const CD_CASES: CdCase[] = [
  [undefined, {}], ['cd-v', { V: 0 }],
  ['cd-stalld', { S: 1 }, { isStallDenied: true }], [undefined, { S: 0 }, { isStallDenied: true }], [undefined, { S: 1 }],
  ['cd-a', { A: 0 }, { ids: { TERM_MODEL: 1 } }], [undefined, { A: 0 }],
  ['cd-s', { S: 1 }, { ids: { STALL_MODEL: 1 } }], ['cd-s', { S: 0 }, { ids: { STALL_MODEL: 2 } }], [undefined, { S: 1 }, { ids: { STALL_MODEL: 2 } }], [undefined, {}, { ids: { STALL_MODEL: 1 } }],
  ['cd-endi', { ENDI: 1 }], [undefined, { ENDI: 1 }, { ids: { TTENDIAN: 0 } }], ['cd-endi', { ENDI: 0 }, { ids: { TTENDIAN: 3 } }], [undefined, { ENDI: 1, EPD0: 1 }],
  ['cd-endi', { ENDI: 1, EPD0: 1 }, { world: 1 }], ['cd-endi', { ENDI: 1, EPD0: 1, ...UPPER }],
  ['cd-aa64', { AA64: 0 }], ['cd-aa64', {}, { ids: { TTF: 1 } }],
  ['cd-ha', { HA: 1 }, { ids: { HTTU: 0 } }], ['cd-ha', { HD: 1 }, { ids: { HTTU: 0 } }], ['cd-ha', { HD: 1, HA: 1 }, { ids: { HTTU: 1 } }], [undefined, { HA: 1 }, { ids: { HTTU: 1 } }], [undefined, { HA: 1, HD: 1 }],
  ['cd-asid', { ASID: 256 }, { ids: { ASID16: 0 } }], [undefined, { ASID: 255 }, { ids: { ASID16: 0 } }], [undefined, { ASID: 256 }, { ids: { ASID16: 0 }, world: 1 }], ['cd-asid', { ASID: 256 }, { ids: { ASID16: 0 }, world: 2 }],
  ['cd-tg', { TG0: 3 }], [undefined, { TG0: 3, EPD0: 1 }], ['cd-tg', { TG0: 3, EPD0: 1 }, { world: 1 }], ['cd-tg', { EPD1: 0 }], [undefined, { EPD1: 0 }, { world: 1 }], [undefined, UPPER],
  ['cd-tg', {}, { ids: { GRAN4K: 0 } }], ['cd-tg', { TG0: 1 }, { ids: { GRAN64K: 0 } }], ['cd-tg', { TG0: 2 }, { ids: { GRAN16K: 0 } }], ['cd-tg', { ...UPPER, TG1: 1 }, { ids: { GRAN16K: 0 } }], ['cd-tg', { ...UPPER, TG1: 3 }, { ids: { GRAN64K: 0 } }],
  ['cd-txsz', { T0SZ: 15 }], ['cd-txsz', { T0SZ: 49 }], [undefined, { T0SZ: 48 }], ['cd-txsz', { T0SZ: 40 }, { ids: { STT: 0 } }], [undefined, { T0SZ: 39 }, { ids: { STT: 0 } }],
  [undefined, { T0SZ: 12, TG0: 1 }], ['cd-txsz', { T0SZ: 11, TG0: 1 }], ['cd-txsz', { T0SZ: 15, TG0: 1 }, { ids: { VAX: 0 } }], ['cd-txsz', { T0SZ: 48, TG0: 1 }], [undefined, { T0SZ: 47, TG0: 1 }],
  ['cd-txsz', { ...UPPER, T1SZ: 0 }], [undefined, { T1SZ: 0 }], [undefined, { T0SZ: 0, EPD0: 1 }],
  ['cd-ttb', { IPS: 1, TTB0: 2 ** 36 }], [undefined, { IPS: 1, TTB0: 2 ** 35 }], ['cd-ttb', { IPS: 6, TTB0: 2 ** 48 }], [undefined, { IPS: 6, TTB0: 2 ** 48, TG0: 1 }],
  ['cd-ttb', { IPS: 5, TTB0: 2 ** 45 }, { ids: { OAS: 4 } }], ['cd-ttb', { ...UPPER, IPS: 1, TTB1: 2 ** 40 }], [undefined, { IPS: 1, TTB1: 2 ** 40 }], [undefined, { IPS: 1, TTB0: 2 ** 40, EPD0: 1 }], [undefined, { IPS: 7 }],
];

describe('C_BAD_CD', () => {
  it.each(CD_CASES.map((c) => [c[0] ?? 'legal', JSON.stringify(c[1]), JSON.stringify(c[2] ?? {}), c] as const))('%s: %s %s', (_, __, ___, [rule, fields, more]) => {
    expect(cdRule(fields, more)).toBe(rule);
  });

  it('every rule has a case that breaks it', () => {
    const broken = new Set(CD_CASES.map(([rule]) => rule));
    expect(CD_RULES.filter((r) => !broken.has(r.id)).map((r) => r.id)).toEqual([]);
  });
});
