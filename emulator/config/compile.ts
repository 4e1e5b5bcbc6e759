/**
 * STEs and CDs made ready for use: judged by the legality rules once, their walks precomputed.
 * Compiled entries are shared by content and never change, so a cache, the undo log and any number
 * of streams can refer to one by its number.
 */
import { numbers } from '../fields/layout.ts';
import { CD } from '../fields/cd.ts';
import { STE } from '../fields/ste.ts';
import { ADDRESS_BITS, type Features } from '../idr/features.ts';
import { stage2StartLevel, startLevel, TG0_PAGE } from '../walk/geometry.ts';
import type { Stage1Rules } from '../walk/access.ts';
import { Regime } from '../walk/regime.ts';
import { CD_RULES, halfOf, isHalfEnabled, outputBits, type CdCheck, type CdFields } from './cdRules.ts';
import { firstBroken, type LegalityRule } from './rule.ts';
import { isStrwUsed, STE_RULES, type SteCheck, type SteFields } from './steRules.ts';
import { EL1, EL2, EL2_E2H, hasTwoHalves, type World } from './world.ts';

/** A stream table entry, compiled. */
export class SteConfig {
  readonly id: number;
  readonly words: Int32Array;
  readonly fields: SteFields;
  /** Why the entry is illegal, or null. */
  readonly broken: LegalityRule<SteCheck> | null;
  readonly world: World;
  /** All traffic is aborted without a record. */
  readonly isAbort: boolean;
  readonly stage1: boolean;
  readonly stage2: boolean;
  /** VMID that tags the stream's translations; 0 where none is used. */
  readonly vmid: number;
  /** log2 of CDs; 0 also where the SMMU has no substreams. */
  readonly cdMax: number;
  /** 0 for linear, else SubstreamID bits of a leaf table. */
  readonly cdSplit: number;
  readonly dss: number;
  readonly s2: Regime | null;
  readonly s2r: boolean;
  readonly s2s: boolean;
  readonly s2ptw: boolean;
  readonly fwb: boolean;
  /** Privilege and instruction overrides: 0 incoming, 2 and 3 as the fields code them. */
  readonly priv: number;
  readonly inst: number;
  readonly contextHi: number;
  readonly contextLo: number;
  /** Number that tells apart the CDs compiled for this kind of stream. */
  readonly cdKey: number;
  /** CR2.E2H when the entry was read. */
  readonly e2h: boolean;

  constructor(id: number, words: Int32Array, e2h: boolean, f: Features) {
    const ste = numbers(STE, words);
    const check = { ste, f };
    this.id = id;
    this.e2h = e2h;
    this.words = words;
    this.fields = ste;
    this.broken = firstBroken(STE_RULES, check) ?? null;
    this.isAbort = ste.Config < 4;
    this.stage1 = (ste.Config & 5) === 5;
    this.stage2 = (ste.Config & 6) === 6;
    this.world = isStrwUsed(check) && ste.STRW === 2 ? (e2h ? EL2_E2H : EL2) : EL1;
    this.vmid = f.s2p && this.world === EL1 && ste.Config > 4 ? ste.S2VMID : 0;
    this.cdMax = this.stage1 && f.ssidSize > 0 ? ste.S1CDMax : 0;
    this.cdSplit = this.cdMax > 0 ? ([0, 6, 10, 0][ste.S1Fmt] ?? 0) : 0;
    this.dss = ste.S1DSS;
    this.s2 = this.stage2 && this.broken === null ? stage2Regime(ste, f) : null;
    this.s2r = ste.S2R === 1;
    this.s2s = ste.S2S === 1;
    this.s2ptw = ste.S2PTW === 1;
    this.fwb = f.fwb && ste.S2FWB === 1;
    this.priv = f.permsOverride ? ste.PRIVCFG : 0;
    this.inst = f.permsOverride ? ste.INSTCFG : 0;
    const align = 64 * (this.cdMax === 0 ? 1 : this.cdSplit === 0 ? 2 ** this.cdMax : Math.max(1, 2 ** Math.max(0, this.cdMax - this.cdSplit) / 8));
    const context = ste.S1ContextPtr - (ste.S1ContextPtr % align);
    this.contextHi = Math.floor(context / 2 ** 32);
    this.contextLo = context | 0;
    this.cdKey = this.world * 2 + ste.S1STALLD;
  }
}

function stage2Regime(ste: SteFields, f: Features): Regime | null {
  const page = TG0_PAGE[ste.S2TG] ?? 0;
  if (page === 0) return null;
  const out = Math.min(ADDRESS_BITS[ste.S2PS] ?? 52, f.oas);
  return new Regime({
    stage: 2, page, ia: 64 - ste.S2T0SZ, start: stage2StartLevel(page, ste.S2SL0, f.stt) ?? 3, table: ste.S2TTB, out,
    is52: page === 16 && f.oas === 52, isBigEndian: ste.S2ENDI === 1, ha: ste.S2HA === 1, hd: ste.S2HD === 1, affd: ste.S2AFFD === 1, had: true,
  });
}

/** A context descriptor, compiled. */
export class CdConfig {
  readonly id: number;
  readonly words: Int32Array;
  readonly fields: CdFields;
  readonly broken: LegalityRule<CdCheck> | null;
  readonly world: World;
  readonly asid: number;
  readonly aset: number;
  /** Lower and upper half; null where walks are disabled. */
  readonly lower: Regime | null;
  readonly upper: Regime | null;
  /** Top byte ignored, by half, as bits 0 and 1. */
  readonly tbi: number;
  /** Unprivileged access faults, by half, as bits 0 and 1. */
  readonly e0pd: number;
  /** What limits permissions besides the descriptors. */
  readonly limits: Stage1Rules;
  readonly a: boolean;
  readonly r: boolean;
  readonly s: boolean;
  readonly mair0: number;
  readonly mair1: number;
  /** `SteConfig.cdKey` of the streams that it was compiled for. */
  readonly key: number;

  constructor(id: number, words: Int32Array, check: CdCheck) {
    const { cd, f, world } = check;
    this.id = id;
    this.key = check.world * 2 + (check.isStallDenied ? 1 : 0);
    this.words = words;
    this.fields = cd;
    this.broken = firstBroken(CD_RULES, check) ?? null;
    this.world = world;
    this.asid = world === EL2 ? 0 : cd.ASID;
    this.aset = world === EL2 ? 0 : cd.ASET;
    this.lower = this.broken === null && isHalfEnabled(check, 0) ? stage1Regime(check, 0) : null;
    this.upper = this.broken === null && isHalfEnabled(check, 1) ? stage1Regime(check, 1) : null;
    this.tbi = cd.TBI0 | (hasTwoHalves(world) ? cd.TBI1 << 1 : 0);
    this.e0pd = f.e0pd && hasTwoHalves(world) ? cd.E0PD0 | (cd.E0PD1 << 1) : 0;
    this.limits = { isOneLevel: !hasTwoHalves(world), wxn: cd.WXN === 1, pan: cd.PAN === 1 && hasTwoHalves(world) };
    this.a = cd.A === 1;
    this.r = cd.R === 1;
    this.s = cd.S === 1;
    this.mair0 = cd.MAIR0 | 0;
    this.mair1 = cd.MAIR1 | 0;
  }
}

function stage1Regime(check: CdCheck, half: 0 | 1): Regime | null {
  const { cd, f } = check;
  const { page, size, table } = halfOf(cd, half);
  if (page === 0) return null;
  return new Regime({
    stage: 1, page, ia: 64 - size, start: startLevel(page, 64 - size), table, out: outputBits(check),
    is52: page === 16 && f.oas === 52, isBigEndian: cd.ENDI === 1, ha: cd.HA === 1, hd: cd.HD === 1, affd: cd.AFFD === 1,
    had: f.had && (half === 0 ? cd.HAD0 : cd.HAD1) === 1,
  });
}

/** Compiles structures, and gives equal structures one compiled form. */
export class Compiler {
  readonly #f: Features;
  readonly #stes: SteConfig[] = [];
  readonly #cds: CdConfig[] = [];
  readonly #byContent = new Map<string, SteConfig | CdConfig>();

  constructor(features: Features) {
    this.#f = features;
  }

  /** The compiled STE of 16 words; `e2h` is CR2.E2H. */
  ste(words: Int32Array, e2h: boolean): SteConfig {
    const key = `s${e2h ? 1 : 0} ${words.join(' ')}`;
    const known = this.#byContent.get(key);
    if (known instanceof SteConfig) return known;
    const made = new SteConfig(this.#stes.length, words.slice(), e2h, this.#f);
    this.#stes.push(made);
    this.#byContent.set(key, made);
    return made;
  }

  /** The compiled CD of 16 words as a stream's STE makes it mean. */
  cd(words: Int32Array, ste: SteConfig): CdConfig {
    const key = `c${ste.cdKey} ${words.join(' ')}`;
    const known = this.#byContent.get(key);
    if (known instanceof CdConfig) return known;
    const copy = words.slice();
    const made = new CdConfig(this.#cds.length, copy, { cd: numbers(CD, copy), f: this.#f, world: ste.world, isStallDenied: ste.fields.S1STALLD === 1 });
    this.#cds.push(made);
    this.#byContent.set(key, made);
    return made;
  }

  /** A compiled STE by its number. */
  steOf(id: number): SteConfig | undefined {
    return this.#stes[id];
  }

  /** A compiled CD by its number. */
  cdOf(id: number): CdConfig | undefined {
    return this.#cds[id];
  }
}
