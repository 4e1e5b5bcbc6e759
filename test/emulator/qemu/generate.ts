/**
 * Random cases in the case format: tables of every granule and size, with the features that the
 * oracle knows, and now and then a flipped bit. The same seed gives the same case.
 */
import type { Case, Step } from './caseFormat.ts';

const STRTAB = 0x4100_0000n;
const CD = 0x4130_0000n;
const S1_TABLES = 0x4200_0000n;
const S2_TABLES = 0x4400_0000n;
const DATA = 0x4800_0000n;

/** A small generator of numbers: equal seeds give equal sequences. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bits(n: number): bigint {
    let value = 0n;
    for (let i = 0; i < n; i += 16) value = (value << 16n) | BigInt(this.below(65536));
    return value & ((1n << BigInt(n)) - 1n);
  }
}

/** Memory as 64-bit words. */
type Words = Map<bigint, bigint>;

interface Shape { page: number; start: number; ia: number; base: bigint; stage: 1 | 2 }

const shiftOf = (page: number, level: number): number => page + (3 - level) * (page - 3);

/** Builds tables in a region of memory. */
class TableBuilder {
  readonly #words: Words;
  readonly #dice: Dice;
  readonly #shape: Shape;
  #next: bigint;

  constructor(words: Words, dice: Dice, shape: Shape) {
    this.#words = words;
    this.#dice = dice;
    this.#shape = shape;
    // Room for sixteen concatenated tables of 64K.
    this.#next = shape.base + 0x20_0000n;
  }

  /** Puts a leaf for an input address at a level; a leaf already on the way stays. */
  map(input: bigint, level: number, descriptor: bigint): void {
    const { page, start, ia, base, stage } = this.#shape;
    let table = base;
    for (let at = start; ; at++) {
      const shift = BigInt(shiftOf(page, at));
      const mask = at === start ? (1n << (BigInt(ia) - shift)) - 1n : (1n << BigInt(page - 3)) - 1n;
      const where = table + ((input >> shift) & mask) * 8n;
      const present = this.#words.get(where) ?? 0n;
      if (at === level) {
        this.#words.set(where, descriptor);
        return;
      }
      if ((present & 3n) === 3n) table = present & 0xffff_ffff_f000n & ~((1n << BigInt(page)) - 1n);
      else {
        const fresh = this.#next;
        this.#next += 1n << BigInt(page);
        const limits = stage === 1 && this.#dice.chance(0.15) ? this.#dice.bits(4) << 59n : 0n;
        this.#words.set(where, fresh | 3n | limits);
        table = fresh;
      }
    }
  }
}

function leafBits(dice: Dice, stage: 1 | 2, level: number): bigint {
  const type = level === 3 ? 3n : 1n;
  const af = dice.chance(0.93) ? 0x400n : 0n;
  if (stage === 2) {
    const ap = dice.chance(0.8) ? 3n : dice.bits(2);
    const xn = dice.chance(0.2) ? dice.bits(2) : 0n;
    return type | af | (ap << 6n) | ((dice.chance(0.85) ? 15n : dice.bits(4)) << 2n) | (xn << 53n);
  }
  const ap = dice.chance(0.7) ? 1n : dice.bits(2);
  return type | af | (ap << 6n) | (dice.chance(0.3) ? dice.bits(2) << 53n : 0n) | (dice.chance(0.5) ? 0x800n : 0n);
}

const GRANULES = [12, 14, 16] as const;
const TG0 = { 12: 0n, 14: 2n, 16: 1n };
const TG1 = { 12: 2n, 14: 1n, 16: 3n };

function blockLevels(page: number): number[] {
  return page === 12 ? [1, 2, 3, 3, 3] : [2, 3, 3, 3];
}

interface Made { words: Words; addresses: bigint[] }

/** Leaves at random addresses, and targets for DMA at and near them. */
function leaves(dice: Dice, made: Made, shape: Shape, out: (dice: Dice, size: bigint) => bigint): void {
  const tables = new TableBuilder(made.words, dice, shape);
  for (let i = 0; i < 4; i++) {
    const usable = blockLevels(shape.page).filter((l) => l >= shape.start && shiftOf(shape.page, l) < shape.ia);
    const level = dice.chance(0.05) ? Math.max(shape.start, dice.below(4)) : dice.pick(usable.length > 0 ? usable : [3]);
    const size = BigInt(shiftOf(shape.page, level));
    const input = (dice.bits(shape.ia) >> size) << size;
    const target = out(dice, size);
    tables.map(input, level, ((target >> size) << size) | leafBits(dice, shape.stage, level));
    made.addresses.push(input | (dice.bits(12) & ~3n), input + (dice.bits(14) & ~3n));
  }
}

interface Stage2 { word2: bigint; word3: bigint; shape: Shape }

/** A legal stage 2, concatenated or not. */
function stage2(dice: Dice): Stage2 {
  for (;;) {
    const page = dice.pick(GRANULES);
    const sl0 = dice.below(3);
    const start = page === 12 ? 2 - sl0 : 3 - sl0;
    const t0sz = 20 + dice.below(20);
    const ia = 64 - t0sz;
    const top = shiftOf(page, start - 1);
    if (ia > top + 4 || ia <= top - (page - 3)) continue;
    const ps = dice.pick([4n, 4n, 4n, 5n, 3n]);
    const word2 = BigInt(dice.below(8)) | (BigInt(t0sz) << 32n) | (BigInt(sl0) << 38n) | (TG0[page] << 46n) | (ps << 48n) | (1n << 51n)
      | (dice.chance(0.1) ? 1n << 53n : 0n) | (dice.chance(0.3) ? 1n << 54n : 0n) | (dice.chance(0.9) ? 1n << 58n : 0n);
    return { word2, word3: S2_TABLES, shape: { page, start, ia, base: S2_TABLES, stage: 2 } };
  }
}

/** Maps what stage 1 itself needs, page by page: as is, or with less rights, or not at all. */
function identity(dice: Dice, made: Made, { shape }: Stage2): void {
  const tables = new TableBuilder(made.words, dice, { ...shape, base: shape.base });
  const size = shape.page === 12 ? 21n : shape.page === 14 ? 25n : 29n;
  const seen = new Set<bigint>();
  for (const at of [CD, ...made.words.keys()]) {
    const block = at >> size;
    if (seen.has(block) || at >= 1n << BigInt(shape.ia)) continue;
    seen.add(block);
    const bits = dice.chance(0.85) ? 0x7fdn : leafBits(dice, 2, 2);
    if (dice.chance(0.97) && shape.start <= 2) tables.map(at, 2, (block << size) | bits);
  }
}

interface Context { words: bigint[]; shapes: { shape: Shape; high: boolean }[] }

function context(dice: Dice): Context {
  const shapes: Context['shapes'] = [];
  let word0 = (1n << 31n) | (BigInt(dice.pick([4, 4, 4, 5, 3, 2])) << 32n) | (1n << 41n) | (1n << 46n) | (dice.bits(8) << 48n);
  const flag = (n: bigint, share: number): bigint => (dice.chance(share) ? 1n << n : 0n);
  word0 |= flag(45n, 0.9) | flag(35n, 0.1) | flag(36n, 0.15) | flag(38n, 0.3) | flag(39n, 0.3) | flag(40n, 0.15);
  const bases = [0n, 0n];
  for (const half of [0, 1] as const) {
    if (dice.chance(half === 0 ? 0.1 : 0.5)) {
      word0 |= 1n << (half === 0 ? 14n : 30n);
      continue;
    }
    const page = dice.pick(GRANULES);
    const tsz = 16 + dice.below(24);
    const start = 4 - Math.ceil((64 - tsz - page) / (page - 3));
    const base = S1_TABLES + BigInt(half) * 0x80_0000n;
    word0 |= (BigInt(tsz) | ((half === 0 ? TG0 : TG1)[page] << 6n)) << BigInt(half * 16);
    bases[half] = base | flag(1n, 0.2);
    shapes.push({ shape: { page, start, ia: 64 - tsz, base, stage: 1 }, high: half === 1 });
  }
  return { words: [word0, bases[0]!, bases[1]!, 0xf404ff44n, 0n, 0n, 0n, 0n], shapes };
}

function hex(words: readonly bigint[]): string {
  const data = Buffer.alloc(words.length * 8);
  words.forEach((w, i) => data.writeBigUInt64LE(w & 0xffff_ffff_ffff_ffffn, i * 8));
  return data.toString('hex');
}

/** Registers of an enabled SMMU with a linear stream table of 256 entries. */
function registers(): Step[] {
  const values: [string, string, 4 | 8][] = [
    ['0x80', `0x${STRTAB.toString(16)}`, 8], ['0x88', '0x8', 4], ['0xa0', '0x41200007', 8], ['0x2c', '0x2', 4], ['0x20', '0x5', 4],
  ];
  return values.map(([off, val, size]) => ({ op: 'mmio', off, val, size }));
}

function stageOne(dice: Dice, made: Made, isNested: boolean): { words: bigint[]; word0: bigint } {
  const { words, shapes } = context(dice);
  for (const { shape, high } of shapes) {
    const own: Made = { words: made.words, addresses: [] };
    leaves(dice, own, shape, (d) => (d.chance(0.05) ? d.bits(48) : isNested ? d.bits(28) + 0x6000_0000n : DATA + d.bits(24)));
    const top = high ? ((1n << 64n) - 1n) ^ ((1n << BigInt(shape.ia)) - 1n) : 0n;
    for (const a of own.addresses) made.addresses.push(a | top, dice.chance(0.2) ? (a | top) ^ (dice.bits(8) << 56n) : a | top);
  }
  return { words, word0: CD };
}

/** A random case. */
export function generate(seed: number): Case {
  const dice = new Dice(seed);
  const config = dice.pick([5, 5, 6, 7, 7]);
  const made: Made = { words: new Map(), addresses: [] };
  const ste = [BigInt(1 | (config << 1)), (dice.chance(0.3) ? dice.bits(4) << 48n : 0n), 0n, 0n, 0n, 0n, 0n, 0n];
  let cd: bigint[] = [];
  if (config !== 6) {
    const one = stageOne(dice, made, config === 7);
    cd = one.words;
    ste[0]! |= one.word0;
  }
  if (config !== 5) {
    const two = stage2(dice);
    ste[2] = two.word2;
    ste[3] = two.word3;
    if (config === 7) identity(dice, made, two);
    const own: Made = { words: made.words, addresses: [] };
    leaves(dice, own, two.shape, (d) => (d.chance(0.05) ? d.bits(48) : DATA + d.bits(24)));
    if (config === 6) made.addresses.push(...own.addresses);
  }
  if (dice.chance(0.2)) flip(dice, ste);
  if (dice.chance(0.2)) flip(dice, cd);
  const steps: Step[] = [...made.words].map(([at, word]) => ({ op: 'mem', addr: `0x${at.toString(16)}`, hex: hex([dice.chance(0.02) ? word ^ (1n << BigInt(dice.below(64))) : word]) }));
  steps.push({ op: 'mem', addr: `0x${CD.toString(16)}`, hex: hex(cd) }, { op: 'mem', addr: `0x${(STRTAB + 0x200n).toString(16)}`, hex: hex(ste) }, ...registers());
  for (let i = 0; i < 8; i++) {
    const iova = dice.chance(0.9) && made.addresses.length > 0 ? dice.pick(made.addresses) : dice.bits(64);
    steps.push({ op: 'dma', sid: '0x8', iova: `0x${(iova & 0xffff_ffff_ffff_fffcn).toString(16)}`, len: 4, rw: dice.pick(['r', 'w'] as const) });
  }
  return { id: `seed ${seed}`, stage: 'nested', steps };
}

/** Bits of an STE and a CD that the oracle knows nothing of, or that end in a rule of their own: stall, ATS, substreams, hardware updates. */
function flip(dice: Dice, words: bigint[]): void {
  if (words.length === 0) return;
  const at = dice.below(4);
  words[at]! ^= 1n << BigInt(dice.below(64));
}
