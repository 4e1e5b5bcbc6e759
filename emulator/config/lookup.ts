/**
 * From a StreamID and SubstreamID to compiled configuration: the stream table and CD table lookups
 * with their range checks. A failed lookup leaves the event code in `code` and the address of a
 * failed fetch in `fetchHi` and `fetchLo`.
 */
import { toNumber, u64 } from '../bits/u64.ts';
import type { Memory } from '../memory/memory.ts';
import { REG, type RegisterStore } from '../registers/store.ts';
import type { Features } from '../idr/features.ts';
import type { Probe } from '../steps/probe.ts';
import type { StructureName } from '../steps/step.ts';
import { READ } from '../walk/access.ts';
import { CLASS_CD } from '../walk/fault.ts';
import type { Stage2 } from '../walk/stage2.ts';
import { CONFIG, KIND, type ConfigCache } from './cache.ts';
import type { CdConfig, Compiler, SteConfig } from './compile.ts';

/** Event codes of failed lookups. */
export const C_BAD_STREAMID = 2;
/** The stream table could not be read. */
export const F_STE_FETCH = 3;
/** The SubstreamID leads nowhere. */
export const C_BAD_SUBSTREAMID = 8;
/** The CD could not be read. */
export const F_CD_FETCH = 9;

/** What lookups need. */
export interface LookupParts {
  readonly memory: Memory;
  readonly registers: RegisterStore;
  readonly features: Features;
  readonly compiler: Compiler;
  readonly cache: ConfigCache;
  readonly stage2: Stage2;
  readonly probe: Probe;
}

const MEMO = 64;

/** The lookups of one SMMU. */
export class ConfigLookup {
  code = 0;
  fetchHi = 0;
  fetchLo = 0;
  readonly #parts: LookupParts;
  readonly #words = new Int32Array(16);
  // What was compiled last for a stream: content is compared, so a stale guess costs time only.
  readonly #stes: (SteConfig | undefined)[] = new Array<undefined>(MEMO).fill(undefined);
  readonly #cds: (CdConfig | undefined)[] = new Array<undefined>(MEMO).fill(undefined);
  #lo = 0;
  #hi = 0;
  #isNested = false;
  #ipaHi = 0;
  #ipaLo = 0;

  constructor(parts: LookupParts) {
    this.#parts = parts;
  }

  /** The configuration of a stream, or null with `code` set. */
  ste(sid: number): SteConfig | null {
    const { cache, compiler } = this.#parts;
    if (cache.isOn) {
      const at = cache.find(KIND.ste, sid, 0);
      const found = at === 0 ? undefined : compiler.steOf(cache.table.data[at + CONFIG.value] ?? 0);
      if (found !== undefined) {
        if (this.#parts.probe.isOn) this.#sawCached('STE', at, found.words);
        return found;
      }
    }
    if (!this.#locateSte(sid)) return null;
    if (!this.#load16('STE')) return this.#failed(F_STE_FETCH);
    const e2h = (this.#parts.registers.get(REG.CR2) & 1) !== 0;
    const memo = this.#stes[sid & (MEMO - 1)];
    const ste = memo !== undefined && memo.e2h === e2h && isSame(memo.words, this.#words) ? memo : compiler.ste(this.#words, e2h);
    this.#stes[sid & (MEMO - 1)] = ste;
    if (cache.isOn) this.#keep(cache.insert(KIND.ste, sid, 0), ste.id, 0);
    return ste;
  }

  #locateSte(sid: number): boolean {
    const { registers, features } = this.#parts;
    const cfg = registers.get(REG.STRTAB_BASE_CFG);
    const bits = Math.min(cfg & 63, features.sidSize);
    if (bits < 32 && sid >>> bits !== 0) return this.#failed(C_BAD_STREAMID) !== null;
    const base = addressOf(registers.get(REG.STRTAB_BASE + 4), registers.get(REG.STRTAB_BASE));
    if (!features.twoLevel || ((cfg >>> 16) & 3) !== 1) {
      this.#point(base - (base % 2 ** (bits + 6)) + sid * 64);
      return true;
    }
    const raw = (cfg >>> 6) & 31;
    const split = raw === 8 || raw === 10 ? raw : 6;
    const table = base - (base % 2 ** Math.max(6, bits - split + 3));
    return this.#locateSecondLevel(sid, split, table + 8 * (split >= 32 ? 0 : sid >>> split));
  }

  #locateSecondLevel(sid: number, split: number, level1: number): boolean {
    const low = sid & (2 ** split - 1);
    const first = (sid - low) >>> 0;
    if (!this.#level1('L1STD', KIND.l1std, level1, { sid: first, index: split })) return this.#failed(F_STE_FETCH) !== null;
    const span = this.#lo & 31;
    if (span === 0 || span > 11 || span > split + 1 || low >= 2 ** (span - 1)) return this.#failed(C_BAD_STREAMID) !== null;
    const pointer = addressOf(this.#hi, this.#lo);
    this.#point(pointer - (pointer % 2 ** (5 + span)) + low * 64);
    return true;
  }

  /**
   * The CD at an index of a stream's CD table, or null with `code` set. Stage-2 faults of the fetch
   * have their own codes, and are described in the fault that `stage2` fills.
   */
  cd(ste: SteConfig, sid: number, index: number): CdConfig | null {
    const { cache, compiler } = this.#parts;
    if (cache.isOn) {
      const at = cache.find(KIND.cd, sid, index);
      const found = at === 0 ? undefined : compiler.cdOf(cache.table.data[at + CONFIG.value] ?? 0);
      if (found !== undefined && found.key === ste.cdKey) {
        if (this.#parts.probe.isOn) this.#sawCached('CD', at, found.words);
        return found;
      }
    }
    if (!this.#locateCd(ste, sid, index)) return null;
    if (!this.#throughStage2(ste)) return null;
    if (!this.#load16('CD')) return this.#failed(F_CD_FETCH);
    const slot = (sid ^ (index << 3)) & (MEMO - 1);
    const memo = this.#cds[slot];
    const cd = memo !== undefined && memo.key === ste.cdKey && isSame(memo.words, this.#words) ? memo : compiler.cd(this.#words, ste);
    this.#cds[slot] = cd;
    if (cache.isOn && cache.find(KIND.cd, sid, index) === 0) this.#keep(cache.insert(KIND.cd, sid, index), cd.id, 0);
    return cd;
  }

  #locateCd(ste: SteConfig, sid: number, index: number): boolean {
    const base = addressOf(ste.contextHi, ste.contextLo);
    if (ste.cdSplit === 0) {
      this.#point(base + index * 64);
      return true;
    }
    const split = ste.cdSplit;
    this.#point(base + 8 * (index >>> split));
    // Tables of both leaf sizes may be cached for one stream: the lowest bit of the key tells them apart.
    if (!this.#level1Cd(ste, sid, ((index >>> split) << 1) | (split === 10 ? 1 : 0))) return false;
    const pointer = addressOf(this.#hi, this.#lo & (split === 10 ? 0xffff_0000 : 0xffff_f000));
    const limit = ste.stage2 ? this.#parts.features.ias : this.#parts.features.oas;
    if ((this.#lo & 1) === 0 || pointer >= 2 ** limit) return this.#failed(C_BAD_SUBSTREAMID) !== null;
    this.#point(pointer + (index & (2 ** split - 1)) * 64);
    return true;
  }

  #level1Cd(ste: SteConfig, sid: number, index: number): boolean {
    const { cache } = this.#parts;
    const isCached = cache.isOn && cache.find(KIND.l1cd, sid, index) !== 0;
    if (!isCached && !this.#throughStage2(ste)) return false;
    const address = toNumber(u64(this.#hi, this.#lo));
    return this.#level1('L1CD', KIND.l1cd, address, { sid, index }) || this.#failed(F_CD_FETCH) !== null;
  }

  /** Translates the address pointed to by stage 2, where there is one; false with `code` set. */
  #throughStage2(ste: SteConfig): boolean {
    this.#isNested = ste.stage2;
    if (!ste.stage2) return true;
    const { stage2 } = this.#parts;
    this.#ipaHi = this.#hi;
    this.#ipaLo = this.#lo;
    this.code = stage2.translate(this.#hi, this.#lo, READ, CLASS_CD);
    if (this.code !== 0) return false;
    this.#hi = stage2.outHi;
    this.#lo = stage2.outLo;
    return true;
  }

  /** Reads a level-1 descriptor into #hi and #lo, from its cache where it is there. */
  #level1(structure: StructureName, kind: number, address: number, key: { sid: number; index: number }): boolean {
    const { cache, memory } = this.#parts;
    const at = cache.isOn ? cache.find(kind, key.sid, key.index) : 0;
    if (at !== 0) {
      const data = cache.table.data;
      this.#lo = data[at + CONFIG.value] ?? 0;
      this.#hi = data[at + CONFIG.valueHi] ?? 0;
      if (this.#parts.probe.isOn) this.#sawCached(structure, at, [this.#lo, this.#hi]);
      return true;
    }
    this.#point(address);
    const isRead = memory.load(this.#hi, this.#lo);
    if (this.#parts.probe.isOn) this.#sawRead(structure, isRead ? [memory.lo, memory.hi] : []);
    if (!isRead) return false;
    const [lo, hi] = [memory.lo, memory.hi];
    if (cache.isOn) this.#keep(cache.insert(kind, key.sid, key.index), lo, hi);
    this.#lo = lo;
    this.#hi = hi;
    return true;
  }

  #load16(structure: StructureName): boolean {
    const { memory } = this.#parts;
    const words = this.#words;
    for (let i = 0; i < 16; i += 2) {
      if (!memory.load(this.#hi, this.#lo + i * 4)) {
        this.#sawRead(structure, []);
        return false;
      }
      words[i] = memory.lo;
      words[i + 1] = memory.hi;
    }
    this.#sawRead(structure, words);
    return true;
  }

  #keep(slot: number, value: number, valueHi: number): void {
    const { table } = this.#parts.cache;
    table.set(slot, CONFIG.value, value);
    table.set(slot, CONFIG.valueHi, valueHi);
    table.set(slot, CONFIG.addressLo, this.#lo);
    table.set(slot, CONFIG.addressHi, this.#hi);
  }

  #point(address: number): void {
    this.#hi = Math.floor(address / 2 ** 32) | 0;
    this.#lo = address | 0;
  }

  #failed(code: number): null {
    this.code = code;
    this.fetchHi = this.#hi;
    this.fetchLo = this.#lo;
    return null;
  }

  #sawRead(structure: StructureName, words: ArrayLike<number>): void {
    const { probe } = this.#parts;
    if (!probe.isOn) return;
    const isContext = structure === 'CD' || structure === 'L1CD';
    const isNested = isContext && this.#isNested;
    probe.step({
      kind: 'fetch', structure, address: u64(this.#hi, this.#lo), ipa: isNested ? u64(this.#ipaHi, this.#ipaLo) : undefined,
      words: Uint32Array.from(words), isCached: false, isAborted: words.length === 0,
    });
  }

  #sawCached(structure: StructureName, at: number, words: ArrayLike<number>): void {
    const { probe, cache } = this.#parts;
    const data = cache.table.data;
    const address = u64(data[at + CONFIG.addressHi] ?? 0, data[at + CONFIG.addressLo] ?? 0);
    probe.step({ kind: 'fetch', structure, address, ipa: undefined, words: Uint32Array.from(words), isCached: true, isAborted: false });
  }
}

/** The address of a base register or pointer: bits 55:0, low bits left to the caller to align. */
function addressOf(hi: number, lo: number): number {
  return toNumber(u64(hi & 0xff_ffff, lo & -32));
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < 16; i++) if (a[i] !== b[i]) return false;
  return true;
}
