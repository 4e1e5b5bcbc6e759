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
  /** Which entry of its table. */
  index = 0;
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
  #tableHi = 0;
  #tableLo = 0;
  #level = 0;
  #limits = 0;

  constructor(parts: { memory: Memory; probe: Probe; fault: Fault; cache: WalkCache }) {
    this.#memory = parts.memory;
    this.#probe = parts.probe;
    this.#fault = parts.fault;
    this.#cache = parts.cache;
    this.#useCache = parts.cache.table.limit > 0;
  }

  /** Walks for the address of `tag`; 0 with `leaf` filled, or an event code. */
  walk(regime: Regime, tag: Tag, leaf: Leaf, nested: TableTranslator | null): number {
    this.#begin(regime, tag);
    const isStage2 = regime.stage === 2;
    for (;;) {
      const level = this.#level;
      const shift = regime.page + (3 - level) * regime.stride;
      const index = bitsFrom(tag.hi, tag.lo, shift) & (level === regime.start ? regime.startMask : regime.mask);
      leaf.level = level;
      leaf.index = index;
      leaf.ipaHi = leaf.physicalHi = this.#tableHi;
      leaf.ipaLo = leaf.physicalLo = this.#tableLo | (index << 3);
      if (nested !== null) {
        const code = nested.table(leaf.ipaHi, leaf.ipaLo);
        if (code !== 0) return code;
        leaf.physicalHi = nested.outHi;
        leaf.physicalLo = nested.outLo;
      }
      if (!this.#memory.load(leaf.physicalHi, leaf.physicalLo)) return this.#abort(regime, tag, leaf);
      leaf.lo = regime.isBigEndian ? swap32(this.#memory.hi) : this.#memory.lo;
      leaf.hi = regime.isBigEndian ? swap32(this.#memory.lo) : this.#memory.hi;
      const type = leaf.lo & 3;
      if (this.#probe.isOn) this.#saw(regime, tag, leaf, false);
      if (type === 3 && level < 3) {
        if (!this.#descend(regime, leaf, tag)) return this.#fault.set(F_ADDR_SIZE, isStage2, 'table-size', level);
        continue;
      }
      if ((type & 1) === 0) return this.#fault.set(F_TRANSLATION, isStage2, 'invalid', level);
      if (level === 3 ? type === 1 : ((regime.blocks >>> level) & 1) === 0) {
        return this.#fault.set(F_TRANSLATION, isStage2, level === 3 ? 'reserved-page' : 'reserved-block', level);
      }
      leaf.limits = this.#limits;
      leaf.size = shift;
      return output(regime, tag, leaf) ? 0 : this.#fault.set(F_ADDR_SIZE, isStage2, 'output-size', level);
    }
  }

  #begin(regime: Regime, tag: Tag): void {
    this.#tableHi = regime.tableHi;
    this.#tableLo = regime.tableLo;
    this.#level = regime.start;
    this.#limits = 0;
    if (!this.#useCache) return;
    const at = this.#cache.lookup(tag, regime);
    if (at === 0) return;
    const data = this.#cache.table.data;
    this.#tableHi = data[at + WALK.tableHi] ?? 0;
    this.#tableLo = data[at + WALK.tableLo] ?? 0;
    this.#limits = data[at + WALK.limits] ?? 0;
    this.#level = ((data[at + WALK.tag] ?? 0) >>> 8) & 7;
    if (this.#probe.isOn) {
      this.#probe.step({ kind: 'hit', cache: 'walk cache', input: u64(tag.hi, tag.lo), output: u64(this.#tableHi, this.#tableLo) });
    }
  }

  /** Goes to the table that a descriptor names; false where its address is too wide. */
  #descend(regime: Regime, leaf: Leaf, tag: Tag): boolean {
    let hi = leaf.hi & 0xffff;
    if (regime.is52) hi |= (leaf.lo & 0xf000) << 4;
    if (hi >>> (regime.out - 32) !== 0) return false;
    this.#tableHi = hi;
    this.#tableLo = leaf.lo & (-1 << regime.page);
    this.#level++;
    if (regime.stage === 1 && !regime.had) this.#limits |= leaf.hi & 0x7800_0000;
    if (this.#useCache) {
      this.#cache.insert(tag, regime, { level: this.#level, hi, lo: this.#tableLo, limits: this.#limits });
    }
    return true;
  }

  #abort(regime: Regime, tag: Tag, leaf: Leaf): number {
    leaf.hi = 0;
    leaf.lo = 0;
    if (this.#probe.isOn) this.#saw(regime, tag, leaf, true);
    this.#fault.fetchHi = leaf.physicalHi;
    this.#fault.fetchLo = leaf.physicalLo;
    return this.#fault.set(F_WALK_EABT, regime.stage === 2, 'external-abort', this.#level);
  }

  #saw(regime: Regime, tag: Tag, leaf: Leaf, isAborted: boolean): void {
    const isNested = leaf.ipaHi !== leaf.physicalHi || leaf.ipaLo !== leaf.physicalLo;
    this.#probe.step({
      kind: 'descriptor', stage: regime.stage, level: leaf.level, index: leaf.index, value: u64(leaf.hi, leaf.lo),
      address: u64(leaf.physicalHi, leaf.physicalLo), ipa: isNested ? u64(leaf.ipaHi, leaf.ipaLo) : undefined,
      type: isAborted ? 'aborted' : typeOf(regime, leaf), input: u64(tag.hi, tag.lo),
    });
  }
}

/** Bits of an address from `shift` (12..47) upwards, in the low bits of the result. */
function bitsFrom(hi: number, lo: number, shift: number): number {
  return shift >= 32 ? hi >>> (shift - 32) : (lo >>> shift) | (hi << (32 - shift));
}

function typeOf(regime: Regime, leaf: Leaf): DescriptorStep['type'] {
  const type = leaf.lo & 3;
  if ((type & 1) === 0) return 'invalid';
  if (type === 3) return leaf.level === 3 ? 'page' : 'table';
  return leaf.level < 3 && ((regime.blocks >>> leaf.level) & 1) === 1 ? 'block' : 'invalid';
}

/** Fills in the output address; false where it is wider than the regime's output size. */
function output(regime: Regime, tag: Tag, leaf: Leaf): boolean {
  let hi = leaf.hi & 0xffff;
  if (regime.is52) hi |= (leaf.lo & 0xf000) << 4;
  if (hi >>> (regime.out - 32) !== 0) return false;
  if (leaf.size >= 32) {
    const mask = -1 << (leaf.size - 32);
    leaf.outHi = (hi & mask) | (tag.hi & ~mask);
    leaf.outLo = tag.lo;
  } else {
    const mask = -1 << leaf.size;
    leaf.outHi = hi;
    leaf.outLo = (leaf.lo & mask) | (tag.lo & ~mask);
  }
  return true;
}
