/**
 * The table walk of VMSAv8-64, one function for both stages: from a table base down to a leaf, with
 * the checks that belong to each level. Permissions, access flag and hardware updates come after it.
 * For a nested stream every descriptor address of stage 1 is first translated by stage 2, through
 * the `TableTranslator` that the walk is given.
 */
import { u64 } from '../bits/u64.ts';
import type { Memory } from '../memory/memory.ts';
import type { Probe } from '../steps/probe.ts';
import type { DescriptorStep } from '../steps/step.ts';
import type { WalkCache } from '../tlb/walkCache.ts';
import { WALK } from '../tlb/walkCache.ts';
import type { Tag } from '../tlb/tlb.ts';
import { F_ADDR_SIZE, F_TRANSLATION, F_WALK_EABT, type Fault } from './fault.ts';
import type { Regime } from './regime.ts';

/** Translates the address of a stage-1 structure; results are left in `outHi` and `outLo`. */
export interface TableTranslator {
  readonly outHi: number;
  readonly outLo: number;
  /** 0, or the event code of a fault that has been described. */
  table(hi: number, lo: number): number;
}

/** What a walk found. All addresses are signed halves. */
export class Leaf {
  /** The whole output address. */
  outHi = 0;
  outLo = 0;
  /** The descriptor, and where it lies: physically, and before stage 2. */
  hi = 0;
  lo = 0;
  physicalHi = 0;
  physicalLo = 0;
  ipaHi = 0;
  ipaLo = 0;
  level = 0;
  /** log2 of what the leaf maps. */
  size = 0;
  /** OR-ed table bits 62:59, at bits 30:27. */
  limits = 0;
}

function swap32(x: number): number {
  return ((x & 0xff) << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}

/** Walks tables in one machine's memory. One walker per stage: a nested walk runs inside another. */
export class Walker {
  readonly #memory: Memory;
  readonly #probe: Probe;
  readonly #fault: Fault;
  readonly #cache: WalkCache;
  readonly #useCache: boolean;

  constructor(parts: { memory: Memory; probe: Probe; fault: Fault; cache: WalkCache }) {
    this.#memory = parts.memory;
    this.#probe = parts.probe;
    this.#fault = parts.fault;
    this.#cache = parts.cache;
    this.#useCache = parts.cache.table.limit > 0;
  }

  /** Walks for the address of `tag`; 0 with `leaf` filled, or an event code. */
  walk(regime: Regime, tag: Tag, leaf: Leaf, nested: TableTranslator | null): number {
    const memory = this.#memory;
    const { page, stride } = regime;
    const cached = this.#useCache ? this.#cache.lookup(tag, regime) : 0;
    let level = cached === 0 ? regime.start : this.#cachedLevel(cached, tag, regime.stage);
    let tableHi = cached === 0 ? regime.tableHi : this.#cached(cached + WALK.tableHi);
    let tableLo = cached === 0 ? regime.tableLo : this.#cached(cached + WALK.tableLo);
    let limits = cached === 0 ? 0 : this.#cached(cached + WALK.limits);
    let mask = level === regime.start ? regime.startMask : regime.mask;
    for (;;) {
      const shift = page + (3 - level) * stride;
      const index = (shift >= 32 ? tag.hi >>> (shift - 32) : (tag.lo >>> shift) | (tag.hi << (32 - shift))) & mask;
      let hi = tableHi;
      let lo = tableLo | (index << 3);
      if (nested !== null) {
        leaf.ipaHi = hi;
        leaf.ipaLo = lo;
        const code = nested.table(hi, lo);
        if (code !== 0) return code;
        hi = nested.outHi;
        lo = nested.outLo;
      }
      leaf.physicalHi = hi;
      leaf.physicalLo = lo;
      leaf.level = level;
      if (!memory.load(hi, lo)) return this.#abort(regime, tag, leaf, index);
      lo = regime.isBigEndian ? swap32(memory.hi) : memory.lo;
      hi = regime.isBigEndian ? swap32(memory.lo) : memory.hi;
      leaf.hi = hi;
      leaf.lo = lo;
      if (this.#probe.isOn) this.#saw(regime, tag, leaf, { index, isNested: nested !== null, isAborted: false });
      if ((lo & 3) !== 3 || level === 3) {
        leaf.limits = limits;
        leaf.size = shift;
        return this.#finish(regime, tag, leaf);
      }
      tableHi = outputHigh(regime, hi, lo);
      if (tableHi >>> (regime.out - 32) !== 0) return this.#fault.set(F_ADDR_SIZE, regime.stage === 2, 'table-size', level);
      tableLo = lo & (-1 << page);
      mask = regime.mask;
      level++;
      if (!regime.had) limits |= hi & 0x7800_0000;
      if (this.#useCache) this.#cache.insert(tag, regime, { level, hi: tableHi, lo: tableLo, limits });
    }
  }

  #cached(at: number): number {
    return this.#cache.table.data[at] ?? 0;
  }

  #cachedLevel(at: number, tag: Tag, stage: 1 | 2): number {
    if (this.#probe.isOn) {
      const output = u64(this.#cached(at + WALK.tableHi), this.#cached(at + WALK.tableLo));
      this.#probe.step({ kind: 'hit', cache: 'walk cache', stage, input: u64(tag.hi, tag.lo), output });
    }
    return (this.#cached(at + WALK.tag) >>> 8) & 7;
  }

  /** Judges what is not a table: a leaf, with its output address, or a fault. */
  #finish(regime: Regime, tag: Tag, leaf: Leaf): number {
    const { level, lo } = leaf;
    const isStage2 = regime.stage === 2;
    const type = lo & 3;
    if ((type & 1) === 0) return this.#fault.set(F_TRANSLATION, isStage2, 'invalid', level);
    if (level === 3 ? type === 1 : ((regime.blocks >>> level) & 1) === 0) {
      return this.#fault.set(F_TRANSLATION, isStage2, level === 3 ? 'reserved-page' : 'reserved-block', level);
    }
    const hi = outputHigh(regime, leaf.hi, lo);
    if (hi >>> (regime.out - 32) !== 0) return this.#fault.set(F_ADDR_SIZE, isStage2, 'output-size', level);
    if (leaf.size >= 32) {
      const mask = -1 << (leaf.size - 32);
      leaf.outHi = (hi & mask) | (tag.hi & ~mask);
      leaf.outLo = tag.lo;
    } else {
      const mask = -1 << leaf.size;
      leaf.outHi = hi;
      leaf.outLo = (lo & mask) | (tag.lo & ~mask);
    }
    return 0;
  }

  #abort(regime: Regime, tag: Tag, leaf: Leaf, index: number): number {
    leaf.hi = 0;
    leaf.lo = 0;
    if (this.#probe.isOn) this.#saw(regime, tag, leaf, { index, isNested: false, isAborted: true });
    this.#fault.fetchHi = leaf.physicalHi;
    this.#fault.fetchLo = leaf.physicalLo;
    return this.#fault.set(F_WALK_EABT, regime.stage === 2, 'external-abort', leaf.level);
  }

  #saw(regime: Regime, tag: Tag, leaf: Leaf, how: { index: number; isNested: boolean; isAborted: boolean }): void {
    this.#probe.step({
      kind: 'descriptor', stage: regime.stage, level: leaf.level, index: how.index, value: u64(leaf.hi, leaf.lo),
      address: u64(leaf.physicalHi, leaf.physicalLo), ipa: how.isNested ? u64(leaf.ipaHi, leaf.ipaLo) : undefined,
      type: how.isAborted ? 'aborted' : typeOf(regime, leaf), input: u64(tag.hi, tag.lo),
    });
  }
}

/** Bits 51:32 of the address that a descriptor names. */
function outputHigh(regime: Regime, hi: number, lo: number): number {
  return regime.is52 ? (hi & 0xffff) | ((lo & 0xf000) << 4) : hi & 0xffff;
}

function typeOf(regime: Regime, leaf: Leaf): DescriptorStep['type'] {
  const type = leaf.lo & 3;
  if ((type & 1) === 0) return 'invalid';
  if (type === 3) return leaf.level === 3 ? 'page' : 'table';
  return leaf.level < 3 && ((regime.blocks >>> leaf.level) & 1) === 1 ? 'block' : 'invalid';
}
