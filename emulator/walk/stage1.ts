/**
 * Stage 1, and for nested streams stage 2 of its output: a virtual address to a physical one under a
 * compiled CD. Fills the TLB with combined entries, and answers from it. What the caller does with a
 * fault (abort, stall, record) is not decided here.
 */
import { u64 } from '../bits/u64.ts';
import type { CdConfig, SteConfig } from '../config/compile.ts';
import { EL2 } from '../config/world.ts';
import type { Memory } from '../memory/memory.ts';
import type { Probe } from '../steps/probe.ts';
import { ENTRY, Tag, TAG_GLOBAL, type Tlb } from '../tlb/tlb.ts';
import { needStage1, needStage2, PRIVILEGED, PX, READ, stage1Permissions, UX, WRITE } from './access.ts';
import { applyStage2, mairByte, widerShare } from './attributes.ts';
import { CLASS_IN, CLASS_TT, F_ACCESS, F_PERMISSION, F_TRANSLATION, F_WALK_EABT, type Fault } from './fault.ts';
import type { Regime } from './regime.ts';
import { isBeyond, type Stage2 } from './stage2.ts';
import { AF, DBM, updatedLow, writeBack } from './update.ts';
import { Leaf, type Walker } from './walk.ts';

const AP2 = 0x80;
const NOT_GLOBAL = 0x800;
const EXECUTE = UX | PX;
const TABLE_READ_ONLY = 0x4000_0000;

/** What stage 1 is made of. */
export interface Stage1Parts {
  readonly memory: Memory;
  readonly probe: Probe;
  readonly fault: Fault;
  readonly walker: Walker;
  readonly tlb: Tlb;
  readonly stage2: Stage2;
}

/** Who asks: set before `translate`. */
export class Stage1Request {
  sid = 0;
  /** Index of the CD. */
  substream = 0;
  hi = 0;
  lo = 0;
  access = 0;
}

/** The stage-1 translation of one SMMU. Results of the last call are in its fields. */
export class Stage1 {
  outHi = 0;
  outLo = 0;
  /** log2 of the stretch that the translation holds for. */
  size = 0;
  /** Permission bits of stage 1, and of stage 2 where it took part. */
  permissions = 0;
  permissions2 = 0;
  /** MAIR byte and shareability. */
  attr = 0;
  share = 0;
  readonly request = new Stage1Request();
  /** Stop at the intermediate address: what split-stage ATS returns. */
  isSplit = false;
  readonly #parts: Stage1Parts;
  readonly #tag = new Tag();
  readonly #leaf = new Leaf();
  #isClean = false;

  constructor(parts: Stage1Parts) {
    this.#parts = parts;
  }

  /** Translates `request`; 0 with the results filled in, or an event code. */
  translate(ste: SteConfig, cd: CdConfig): number {
    const regime = this.#select(cd);
    if (regime === null) return this.#parts.fault.code;
    const tag = this.#tag;
    tag.world = cd.world;
    tag.vmid = ste.vmid;
    tag.asid = cd.asid;
    tag.aset = cd.aset;
    const { tlb } = this.#parts;
    if (tlb.table.count !== 0) {
      const at = tlb.lookup(tag);
      if (at !== 0 && !this.#needsUpdate(at)) return this.#hit(at);
    }
    return this.#walk(ste, cd, regime);
  }

  /** Chooses the half of the address space, and checks that the address lies in it. */
  #select(cd: CdConfig): Regime | null {
    const { request } = this;
    const half = cd.world === EL2 ? 0 : (request.hi >>> 23) & 1;
    const regime = half === 0 ? cd.lower : cd.upper;
    const { fault } = this.#parts;
    // With TBI the top byte repeats bit 55, for the range check and for tags alike.
    const hi = ((cd.tbi >>> half) & 1) === 1 ? (request.hi << 8) >> 8 : request.hi;
    this.#tag.hi = hi;
    this.#tag.lo = request.lo;
    if (regime === null) {
      fault.set(F_TRANSLATION, false, 'half-disabled', 0);
      return null;
    }
    const isOutside = half === 0 ? isBeyond(hi, request.lo, regime.ia) : isBeyond(~hi, ~request.lo, regime.ia);
    if (isOutside) {
      fault.set(F_TRANSLATION, false, 'input-range', regime.start);
      return null;
    }
    if (((cd.e0pd >>> half) & 1) === 1 && (request.access & PRIVILEGED) === 0) {
      fault.set(F_TRANSLATION, false, 'e0pd', regime.start);
      return null;
    }
    return regime;
  }

  /** Whether a TLB entry is clean and the access writes: then the tables have to be updated first. */
  #needsUpdate(at: number): boolean {
    const { tlb } = this.#parts;
    const isClean = ((tlb.table.data[at + ENTRY.perm] ?? 0) & 0x3_0000) !== 0;
    if (!isClean || (this.request.access & WRITE) === 0) return false;
    tlb.remove(at / tlb.table.width);
    return true;
  }

  #hit(at: number): number {
    const { tlb, probe } = this.#parts;
    const data = tlb.table.data;
    const perm = data[at + ENTRY.perm] ?? 0;
    const attr = data[at + ENTRY.attr] ?? 0;
    this.size = ((data[at + ENTRY.tag] ?? 0) >>> 8) & 63;
    this.outHi = this.#placedHi(data[at + ENTRY.outHi] ?? 0);
    this.outLo = this.#placedLo(data[at + ENTRY.outLo] ?? 0);
    this.permissions = perm & 0xff;
    this.permissions2 = (perm >>> 8) & 0xff;
    this.attr = attr & 0xff;
    this.share = (attr >>> 8) & 3;
    this.#isClean = false;
    if (probe.isOn) probe.step({ kind: 'hit', cache: 'tlb', stage: 1, input: u64(this.#tag.hi, this.#tag.lo), output: u64(this.outHi, this.outLo) });
    this.#leaf.level = ((data[at + ENTRY.tag] ?? 0) >>> 16) & 7;
    const code = this.#permit(this.#leaf.level);
    if (code !== 0 || (perm & 0x4_0000) === 0) return code;
    const ipaHi = this.#placedHi(data[at + ENTRY.ipaHi] ?? 0);
    const ipaLo = this.#placedLo(data[at + ENTRY.ipaLo] ?? 0);
    if (!this.isSplit) return this.#permitStage2(ipaHi, ipaLo);
    this.outHi = ipaHi;
    this.outLo = ipaLo;
    return 0;
  }

  #placedHi(base: number): number {
    if (this.size < 32) return base;
    const mask = -1 << (this.size - 32);
    return (base & mask) | (this.#tag.hi & ~mask);
  }

  #placedLo(base: number): number {
    if (this.size >= 32) return this.#tag.lo;
    const mask = -1 << this.size;
    return (base & mask) | (this.#tag.lo & ~mask);
  }

  /** Stage-1 permission check of the request. */
  #permit(level: number): number {
    const { access } = this.request;
    const { probe, fault } = this.#parts;
    const isAllowed = (needStage1(access) & ~this.permissions) === 0;
    if (probe.isOn) probe.step({ kind: 'permission', stage: 1, access, permissions: this.permissions, isAllowed });
    return isAllowed ? 0 : fault.set(F_PERMISSION, false, 'permission', level);
  }

  /** Stage-2 permission check of a combined TLB entry. */
  #permitStage2(ipaHi: number, ipaLo: number): number {
    const { access } = this.request;
    const { probe, fault } = this.#parts;
    const isAllowed = (needStage2(access) & ~this.permissions2) === 0;
    if (probe.isOn) probe.step({ kind: 'permission', stage: 2, access, permissions: this.permissions2, isAllowed });
    if (isAllowed) return 0;
    fault.set(F_PERMISSION, true, 'permission', this.#leaf.level);
    fault.ipaHi = ipaHi;
    fault.ipaLo = ipaLo;
    return F_PERMISSION;
  }

  #walk(ste: SteConfig, cd: CdConfig, regime: Regime): number {
    const leaf = this.#leaf;
    const { walker, stage2 } = this.#parts;
    const code = walker.walk(regime, this.#tag, leaf, ste.stage2 ? stage2 : null) || this.#checkLeaf(ste, cd, regime);
    if (code !== 0) return code;
    this.outHi = leaf.outHi;
    this.outLo = leaf.outLo;
    this.size = leaf.size;
    this.attr = mairByte(cd.mair0, cd.mair1, (leaf.lo >>> 2) & 7);
    this.share = (leaf.lo >>> 8) & 3;
    this.permissions2 = READ | WRITE;
    if (this.isSplit) return 0;
    if (ste.stage2) {
      const code2 = stage2.translate(leaf.outHi, leaf.outLo, this.request.access, CLASS_IN);
      if (code2 !== 0) return code2;
      this.#addStage2(ste);
    }
    this.#keep(ste, regime);
    return 0;
  }

  #addStage2(ste: SteConfig): void {
    const { stage2 } = this.#parts;
    this.outHi = stage2.outHi;
    this.outLo = stage2.outLo;
    this.size = Math.min(this.size, stage2.size);
    this.permissions2 = stage2.permissions;
    this.attr = applyStage2(this.attr, stage2.memAttr, ste.fwb);
    this.share = widerShare(this.share, stage2.share);
  }

  /** Access flag, permissions, and the hardware update that they may ask for. */
  #checkLeaf(ste: SteConfig, cd: CdConfig, regime: Regime): number {
    const leaf = this.#leaf;
    const { fault } = this.#parts;
    const isAccessed = (leaf.lo & AF) !== 0;
    if (!isAccessed && !regime.ha && !regime.affd) return fault.set(F_ACCESS, false, 'access-flag', leaf.level);
    const isClean = regime.hd && (leaf.hi & DBM) !== 0 && (leaf.lo & AP2) !== 0 && (leaf.limits & TABLE_READ_ONLY) === 0;
    const dirty = isClean ? stage1Permissions(leaf.hi, leaf.lo & ~AP2, leaf.limits, cd.limits) : 0;
    const own = stage1Permissions(leaf.hi, leaf.lo, leaf.limits, cd.limits);
    const isDirtied = isClean && (this.request.access & WRITE) !== 0;
    // A clean page counts as writable where writability takes execution away.
    this.permissions = isDirtied ? dirty : isClean ? own & (dirty | ~EXECUTE) : own;
    this.#isClean = isClean && !isDirtied;
    const code = this.#permit(leaf.level);
    if (code !== 0) return code;
    return isDirtied || (!isAccessed && regime.ha) ? this.#update(ste, regime, isDirtied) : 0;
  }

  #update(ste: SteConfig, regime: Regime, isDirtied: boolean): number {
    const leaf = this.#leaf;
    const { stage2, fault } = this.#parts;
    if (ste.stage2) {
      const code = stage2.translate(leaf.ipaHi, leaf.ipaLo, WRITE, CLASS_TT);
      if (code !== 0) return code;
    }
    if (writeBack(regime, leaf, updatedLow(leaf, 1, isDirtied), this.#parts)) return 0;
    fault.fetchHi = leaf.physicalHi;
    fault.fetchLo = leaf.physicalLo;
    return fault.set(F_WALK_EABT, false, 'external-abort', leaf.level);
  }

  #keep(ste: SteConfig, regime: Regime): void {
    const { tlb, stage2 } = this.#parts;
    if (tlb.table.limit === 0) return;
    const leaf = this.#leaf;
    const isGlobal = (leaf.lo & NOT_GLOBAL) === 0 || this.#tag.world === EL2;
    const shape = (isGlobal ? TAG_GLOBAL : 0) | (this.size << 8) | (regime.tg << 14) | (leaf.level << 16) | (leaf.size << 20);
    const slot = tlb.insert(this.#tag, shape);
    const { table } = tlb;
    const clean = (this.#isClean ? 0x1_0000 : 0) | (ste.stage2 ? 0x4_0000 | (stage2.isClean ? 0x2_0000 : 0) : 0);
    table.set(slot, ENTRY.outHi, this.outHi);
    table.set(slot, ENTRY.outLo, this.outLo);
    table.set(slot, ENTRY.ipaHi, leaf.outHi);
    table.set(slot, ENTRY.ipaLo, leaf.outLo);
    table.set(slot, ENTRY.perm, this.permissions | (this.permissions2 << 8) | clean);
    table.set(slot, ENTRY.attr, this.attr | (this.share << 8));
    table.set(slot, ENTRY.sid, this.request.sid);
    table.set(slot, ENTRY.substream, this.request.substream);
  }
}
