/**
 * Stage 2: an intermediate address to a physical one, for the input of a stage-2 stream, for the
 * output of stage 1, and for the CD and table accesses of a nested stream. Keeps stage-2 TLB entries
 * of table accesses and of stage-2-only streams.
 */
import { u64 } from '../bits/u64.ts';
import type { SteConfig } from '../config/compile.ts';
import type { Features } from '../idr/features.ts';
import type { Memory } from '../memory/memory.ts';
import type { Probe } from '../steps/probe.ts';
import { ENTRY, Tag, TAG_GLOBAL, type Tlb } from '../tlb/tlb.ts';
import { needStage2, READ, stage2Permissions, WRITE } from './access.ts';
import { isStage2Device } from './attributes.ts';
import { CLASS_IN, CLASS_TT, F_ACCESS, F_PERMISSION, F_TRANSLATION, F_WALK_EABT, type Fault } from './fault.ts';
import type { Regime } from './regime.ts';
import { AF, DBM, updatedLow, writeBack } from './update.ts';
import { Leaf, type TableTranslator, type Walker } from './walk.ts';

/** What stage 2 is made of. */
export interface Stage2Parts {
  readonly memory: Memory;
  readonly probe: Probe;
  readonly fault: Fault;
  readonly walker: Walker;
  readonly tlb: Tlb;
  readonly features: Features;
}

/** The stage-2 translation of one SMMU. Results of the last call are in its fields. */
export class Stage2 implements TableTranslator {
  outHi = 0;
  outLo = 0;
  /** log2 of the mapping. */
  size = 0;
  permissions = 0;
  /** Clean pages may become writable by a hardware update. */
  isClean = false;
  memAttr = 0;
  share = 0;
  readonly #parts: Stage2Parts;
  readonly #tag = new Tag();
  readonly #leaf = new Leaf();
  #ste: SteConfig | null = null;
  #sid = 0;
  #isHit = false;

  constructor(parts: Stage2Parts) {
    this.#parts = parts;
  }

  /** Says whose tables the next calls use. */
  use(ste: SteConfig, sid: number): void {
    this.#ste = ste;
    this.#sid = sid;
  }

  /** Translates the address of a stage-1 table access: a data read, whatever the transaction does. */
  table(hi: number, lo: number): number {
    return this.translate(hi, lo, READ, CLASS_TT);
  }

  /** Translates an address for an access; 0 with the results filled in, or an event code. */
  translate(hi: number, lo: number, access: number, cls: number): number {
    const ste = this.#ste;
    const regime = ste?.s2 ?? null;
    if (ste === null || regime === null) return 0;
    const code = this.#find(regime, hi, lo, access) || this.#check(ste, regime, access, cls);
    if (code === 0) return 0;
    const fault = this.#parts.fault;
    fault.cls = cls;
    fault.ipaHi = hi;
    fault.ipaLo = lo;
    if (cls === CLASS_TT && (access & WRITE) !== 0) fault.tableRead = 0;
    return code;
  }

  #find(regime: Regime, hi: number, lo: number, access: number): number {
    const tag = this.#tag;
    tag.vmid = this.#ste?.vmid ?? 0;
    tag.hi = hi;
    tag.lo = lo;
    if (isBeyond(hi, lo, regime.ia)) return this.#parts.fault.set(F_TRANSLATION, true, 'input-range', regime.start);
    if (this.#parts.tlb.table.count !== 0 && this.#hit(access)) return 0;
    return this.#walk(regime);
  }

  #hit(access: number): boolean {
    const { tlb, probe } = this.#parts;
    const at = tlb.lookup(this.#tag);
    if (at === 0) return false;
    const data = tlb.table.data;
    const perm = data[at + ENTRY.perm] ?? 0;
    // A write to a clean page needs the descriptor itself.
    if ((access & WRITE) !== 0 && (perm & 0x2_0000) !== 0) {
      tlb.remove(at / tlb.table.width);
      return false;
    }
    this.size = ((data[at + ENTRY.tag] ?? 0) >>> 8) & 63;
    this.#place(data[at + ENTRY.outHi] ?? 0, data[at + ENTRY.outLo] ?? 0);
    this.permissions = (perm >>> 8) & 0xff;
    this.isClean = false;
    const attr = data[at + ENTRY.attr] ?? 0;
    this.memAttr = attr >>> 12;
    this.share = (attr >>> 8) & 3;
    // Only accessed leaves are ever kept.
    this.#leaf.lo = AF;
    this.#isHit = true;
    this.#leaf.level = ((data[at + ENTRY.tag] ?? 0) >>> 16) & 7;
    if (probe.isOn) probe.step({ kind: 'hit', cache: 'stage-2 tlb', stage: 2, input: u64(this.#tag.hi, this.#tag.lo), output: u64(this.outHi, this.outLo) });
    return true;
  }

  #place(baseHi: number, baseLo: number): void {
    const { hi, lo } = this.#tag;
    const size = this.size;
    const mask = size >= 32 ? -1 << (size - 32) : -1 << size;
    this.outHi = size >= 32 ? (baseHi & mask) | (hi & ~mask) : baseHi;
    this.outLo = size >= 32 ? lo : (baseLo & mask) | (lo & ~mask);
  }

  #walk(regime: Regime): number {
    const leaf = this.#leaf;
    this.#isHit = false;
    const code = this.#parts.walker.walk(regime, this.#tag, leaf, null);
    if (code !== 0) return code;
    this.outHi = leaf.outHi;
    this.outLo = leaf.outLo;
    this.size = leaf.size;
    this.permissions = stage2Permissions(leaf.hi, leaf.lo, this.#parts.features.xnx);
    this.isClean = regime.hd && (leaf.hi & DBM) !== 0 && (this.permissions & WRITE) === 0;
    this.memAttr = (leaf.lo >>> 2) & 15;
    this.share = (leaf.lo >>> 8) & 3;
    return 0;
  }

  #check(ste: SteConfig, regime: Regime, access: number, cls: number): number {
    const { fault, probe } = this.#parts;
    const leaf = this.#leaf;
    const isAccessed = (leaf.lo & AF) !== 0;
    if (!isAccessed && !regime.ha && !regime.affd) return fault.set(F_ACCESS, true, 'access-flag', leaf.level);
    const need = needStage2(access);
    const isDirtied = this.isClean && (access & WRITE) !== 0;
    const have = isDirtied ? this.permissions | WRITE : this.permissions;
    const isAllowed = (need & ~have) === 0;
    if (probe.isOn) probe.step({ kind: 'permission', stage: 2, access, permissions: have, isAllowed });
    if (!isAllowed) return fault.set(F_PERMISSION, true, 'permission', leaf.level);
    if (cls !== CLASS_IN && ste.s2ptw && isStage2Device(this.memAttr, ste.fwb)) {
      return fault.set(F_PERMISSION, true, 'device-table', leaf.level);
    }
    if (isDirtied || (!isAccessed && regime.ha)) {
      if (!writeBack(regime, leaf, updatedLow(leaf, 2, isDirtied), this.#parts)) return this.#updateAborted();
      this.permissions = have;
      this.isClean = this.isClean && !isDirtied;
    }
    if (cls !== CLASS_IN || !ste.stage1) this.#keep(regime);
    return 0;
  }

  #updateAborted(): number {
    const { fault } = this.#parts;
    fault.fetchHi = this.#leaf.physicalHi;
    fault.fetchLo = this.#leaf.physicalLo;
    return fault.set(F_WALK_EABT, true, 'external-abort', this.#leaf.level);
  }

  /** Remembers the translation, unless it came from the TLB itself. */
  #keep(regime: Regime): void {
    const { tlb } = this.#parts;
    const leaf = this.#leaf;
    if (tlb.table.limit === 0 || this.#isHit) return;
    const shape = TAG_GLOBAL | (this.size << 8) | (regime.tg << 14) | (leaf.level << 16) | (this.size << 20);
    const slot = tlb.insert(this.#tag, shape);
    tlb.table.set(slot, ENTRY.outHi, this.outHi);
    tlb.table.set(slot, ENTRY.outLo, this.outLo);
    tlb.table.set(slot, ENTRY.perm, (this.permissions << 8) | (this.isClean ? 0x6_0000 : 0x4_0000));
    tlb.table.set(slot, ENTRY.attr, (this.share << 8) | (this.memAttr << 12));
    tlb.table.set(slot, ENTRY.sid, this.#sid);
    tlb.table.set(slot, ENTRY.substream, 0);
  }
}

/** Whether an address has bits at or above a width of 1 to 64 bits. */
export function isBeyond(hi: number, lo: number, bits: number): boolean {
  if (bits >= 64) return false;
  return bits >= 32 ? hi >>> (bits - 32) !== 0 : hi !== 0 || lo >>> bits !== 0;
}
