/**
 * A second model of the SMMU of the cases, written apart from emulator/ and with BigInt throughout:
 * it says what the architecture asks for, and, given QEMU's deviations, what QEMU answers. It knows
 * just what the random cases use: fixed ID registers, one stage-1 context, DMA in page-sized pieces
 * at most, no invalidation and no table changes between transactions.
 */
import type { Case, Result, Step } from './caseFormat.ts';
import type { Deviation } from './deviations.ts';

const OAS = 44n;
const MASK64 = (1n << 64n) - 1n;
const RAM_START = 0x4000_0000n;

const bits = (value: bigint, msb: number, lsb: number): bigint => (value >> BigInt(lsb)) & ((1n << BigInt(msb - lsb + 1)) - 1n);
const ones = (n: bigint): bigint => (1n << n) - 1n;
const num = (value: bigint, msb: number, lsb: number): number => Number(bits(value, msb, lsb));
const bit = (value: bigint, n: number): boolean => bits(value, n, n) === 1n;

type Class = 0 | 1 | 2;

/** How a transaction ends. `event` is what is recorded, where the stage says that it is. */
class Fault extends Error {
  readonly event: string | undefined;
  constructor(event: string | undefined) {
    super('fault');
    this.event = event;
  }
}

class Crash extends Error {}

/** The walk read what QEMU's board has put into RAM (its device tree): nobody can say what follows. */
class Unknown extends Error {}

interface Access { sid: bigint; iova: bigint; write: boolean; priv: boolean; exec: boolean }

interface FaultInput { type: number; s2?: boolean; cls?: Class; addr?: bigint; read?: boolean; recorded?: boolean; ttrnw?: boolean }

interface Leaf { pa: bigint; read: boolean; write: boolean; size: bigint; device: boolean }

interface S1 {
  cd: bigint[];
  half: 0 | 1;
  granule: number;
  tsz: number;
  base: bigint;
  size: bigint;
  recorded: boolean;
}

interface S2 {
  granule: number;
  t0sz: number;
  start: number;
  base: bigint;
  size: bigint;
  affd: boolean;
  recorded: boolean;
  ptw: boolean;
}

interface TlbEntry { base: bigint; pa: bigint; size: bigint; read: boolean; write: boolean; s2Write: boolean }

const strideOf = (granule: number): number => granule - 3;
const shiftOf = (level: number, granule: number): number => granule + (3 - level) * strideOf(granule);

/** What QEMU's virt board has outside RAM: empty flash, and PCI windows where nobody answers. */
function boardRead(at: bigint): bigint | undefined {
  if (at < 0x0800_0000n) return 0n;
  const isPci = (at >= 0x1000_0000n && at < 0x3eff_0000n) || (at >= 0x80_0000_0000n && at < 0x100_0000_0000n);
  return isPci ? MASK64 : undefined;
}

export class Oracle {
  readonly #memory = new Map<bigint, Uint8Array>();
  readonly #registers = new Map<number, bigint>();
  readonly #deviations: ReadonlySet<Deviation>;
  readonly #tlb: TlbEntry[] = [];
  readonly #ramEnd: bigint;
  #access: Access = { sid: 0n, iova: 0n, write: false, priv: false, exec: false };

  constructor(deviations: Iterable<Deviation>, ramBytes = 0x2000_0000n) {
    this.#deviations = new Set(deviations);
    this.#ramEnd = RAM_START + ramBytes;
  }

  run(input: Case): Result {
    const result: Result = { dma: [], events: [] };
    try {
      for (const step of input.steps) this.#step(step, result);
    } catch (error) {
      if (error instanceof Unknown) return { dma: [], events: [], unknown: true };
      if (!(error instanceof Crash)) throw error;
      return { dma: [], events: [], crash: true };
    }
    return result;
  }

  #q(name: Deviation): boolean {
    return this.#deviations.has(name);
  }

  #step(step: Step, result: Result): void {
    if (step.op === 'mem') {
      if (step.hex !== undefined) this.#store(BigInt(step.addr), Buffer.from(step.hex, 'hex'));
      else this.#store(BigInt(step.addr), new Uint8Array(Number(step.len)).fill(Number(step.fill)));
    } else if (step.op === 'mmio' && step.val !== undefined) this.#registers.set(Number(step.off), BigInt(step.val));
    else if (step.op === 'dma') this.#dma(step, result);
  }

  #dma(step: Extract<Step, { op: 'dma' }>, result: Result): void {
    this.#access = { sid: BigInt(step.sid), iova: BigInt(step.iova), write: step.rw === 'w', priv: false, exec: false };
    try {
      const leaf = this.#translate();
      const perm = (leaf.read ? 1 : 0) | (leaf.write ? 2 : 0);
      result.dma.push({ ok: true, pa: `0x${leaf.pa.toString(16)}`, perm: `0x${perm}` });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      result.dma.push({ ok: false });
      if (error.event !== undefined) result.events.push(error.event);
    }
  }

  // Memory

  #store(at: bigint, bytes: Uint8Array): void {
    bytes.forEach((byte, i) => {
      const address = at + BigInt(i);
      const page = address >> 12n;
      let data = this.#memory.get(page);
      if (data === undefined) this.#memory.set(page, (data = new Uint8Array(4096)));
      data[Number(address & 0xfffn)] = byte;
    });
  }

  #isRam(at: bigint): boolean {
    return at >= RAM_START && at + 8n <= this.#ramEnd;
  }

  #load(at: bigint): bigint | undefined {
    if (!this.#isRam(at)) return this.#q('board') ? boardRead(at) : undefined;
    const data = this.#memory.get(at >> 12n);
    if (data === undefined) {
      if (at < RAM_START + 0x20_0000n && this.#q('board')) throw new Unknown('unknown');
      return 0n;
    }
    let value = 0n;
    for (let i = 7; i >= 0; i--) value = (value << 8n) | BigInt(data[Number(at & 0xfffn) + i] ?? 0);
    return value;
  }

  #structure(at: bigint): bigint[] | undefined {
    const words: bigint[] = [];
    for (let i = 0n; i < 8n; i++) {
      const word = this.#load(at + i * 8n);
      if (word === undefined) return undefined;
      words.push(word);
    }
    return words;
  }

  // Events

  #record(words: readonly bigint[]): string {
    const data = Buffer.alloc(32);
    words.forEach((w, i) => data.writeBigUInt64LE(w & MASK64, i * 8));
    return data.toString('hex');
  }

  #config(type: number, words: readonly bigint[] = []): Fault {
    return new Fault(this.#record([BigInt(type) | (this.#access.sid << 32n), ...words]));
  }

  #fault(input: FaultInput): Fault {
    if (input.recorded === false && input.type !== 0x0b) return new Fault(undefined);
    const read = input.read ?? !this.#access.write;
    const cls = input.cls ?? 2;
    let word1 = (read ? 1n << 35n : 0n) | (BigInt(cls) << 40n) | (this.#access.priv ? 1n << 33n : 0n) | (this.#access.exec ? 1n << 34n : 0n);
    if (input.s2 === true) word1 |= 1n << 39n;
    if (input.ttrnw === true && input.type === 0x13 && !this.#q('tableEvents')) word1 |= 1n << 44n;
    const keepsLow = input.type === 0x0b || this.#q('fullIpa');
    const addr = input.addr === undefined ? 0n : keepsLow ? input.addr : input.addr & ~0xfffn;
    return new Fault(this.#record([BigInt(input.type) | (this.#access.sid << 32n), word1, this.#access.iova, addr]));
  }

  // Configuration

  #translate(): Leaf {
    const { sid, iova } = this.#access;
    const cr0 = this.#registers.get(0x20) ?? 0n;
    if (!bit(cr0, 0)) throw new Error('the random cases never leave SMMUEN clear');
    const ste = this.#ste(sid);
    const s0 = ste[0]!;
    if (!bit(s0, 0)) throw this.#config(0x04);
    const config = num(s0, 3, 1);
    if (config < 4) throw new Fault(undefined);
    if (!this.#q('privilege')) this.#override(ste[1]!);
    if (config === 4) {
      if (iova >> OAS !== 0n && !this.#q('bypassSize')) throw this.#fault({ type: 0x11 });
      return { pa: iova, read: true, write: true, size: 1n, device: false };
    }
    const s2 = config >= 6 ? this.#stage2(ste) : undefined;
    this.#stage1Rules(ste, config);
    if (config === 6) return this.#stage2Only(s2!);
    return this.#stage1And2(ste, s2);
  }

  /** PRIVCFG and INSTCFG: 2 and 3 override; writes are always data. */
  #override(word1: bigint): void {
    this.#access.priv = num(word1, 49, 48) === 3;
    this.#access.exec = num(word1, 51, 50) === 3 && !this.#access.write;
  }

  #ste(sid: bigint): bigint[] {
    const base = (this.#registers.get(0x80) ?? 0n) & (ones(52n) & ~0x3fn);
    const cfg = this.#registers.get(0x88) ?? 0n;
    const log2 = num(cfg, 5, 0);
    const split = [6, 8, 10].includes(num(cfg, 10, 6)) ? num(cfg, 10, 6) : 6;
    if (sid >= 1n << BigInt(Math.min(log2, 16))) throw this.#config(0x02);
    let at: bigint;
    if (num(cfg, 17, 16) !== 1) at = (base & ~ones(BigInt(log2 + 6))) + sid * 64n;
    else at = this.#secondLevel(base & ~ones(BigInt(Math.max(6, log2 - split + 3))), split, sid);
    const words = this.#structure(at);
    if (words === undefined) throw this.#config(0x03, [0n, 0n, at]);
    return words;
  }

  #secondLevel(base: bigint, split: number, sid: bigint): bigint {
    const at = base + 8n * (sid >> BigInt(split));
    const l1 = this.#load(at);
    if (l1 === undefined) throw this.#config(0x03, [0n, 0n, at]);
    const span = num(l1, 4, 0);
    const index = sid & ones(BigInt(split));
    if (span === 0) throw this.#config(0x02);
    if (this.#q('span')) {
      if (index > ones(BigInt(span))) throw this.#config(0x04);
      return (bits(l1, 47, 5) << 5n) + index * 64n;
    }
    if (span > 11 || span > split + 1 || index >= 1n << BigInt(span - 1)) throw this.#config(0x02);
    return ((bits(l1, 55, 6) << 6n) & ~ones(BigInt(5 + span))) + index * 64n;
  }

  #stage1Rules(ste: bigint[], config: number): void {
    const bad = this.#config(0x04);
    const s0 = ste[0]!;
    const s1 = ste[1]!;
    if (num(s0, 63, 59) !== 0 && this.#q('cdMax')) throw bad;
    if (bit(s1, 27) && (config !== 6 || this.#q('stallDisable'))) throw bad;
    if (config === 6) return;
    if (config === 5 && bit(s1, 30) && !this.#q('strw')) throw bad;
    if (!this.#q('contextPointer') && bits(s0, 55, 6) << 6n >> OAS !== 0n) throw bad;
  }

  #stage2(ste: bigint[]): S2 {
    const w2 = ste[2]!;
    const bad = this.#config(0x04);
    if (!bit(w2, 51)) {
      if (this.#q('crash')) throw new Crash();
      throw bad;
    }
    const granule = [12, 16, 14, 0][num(w2, 47, 46)]!;
    const size = BigInt([32, 36, 40, 42, 44, 44, 44, 44][num(w2, 50, 48)]!);
    const t0sz = num(w2, 37, 32);
    const sl0 = num(w2, 39, 38);
    const base = bits(ste[3]!, 51, 4) << 4n;
    if (granule === 0 || sl0 === 3) throw bad;
    const start = granule === 12 ? 2 - sl0 : 3 - sl0;
    if (base >> size !== 0n) throw bad;
    const smallest = this.#q('s2Size') ? Math.max(16, 64 - Number(size)) : 64 - Number(OAS);
    if (t0sz > 39 || t0sz < smallest) throw bad;
    const ia = 64 - t0sz;
    const top = shiftOf(start - 1, granule);
    if (ia > top + 4) throw bad;
    if (ia <= top - strideOf(granule) && !this.#q('s2Start')) throw bad;
    if (bit(w2, 52) || bit(w2, 57)) throw bad;
    if ((bit(w2, 55) || bit(w2, 56)) && !this.#q('s2Httu')) throw bad;
    return { granule, t0sz, start, base, size, affd: bit(w2, 53), recorded: bit(w2, 58), ptw: bit(w2, 54) };
  }

  // Stage 2

  #stage2Only(s2: S2): Leaf {
    const { iova, write } = this.#access;
    const hit = this.#lookup(iova);
    if (hit !== undefined) {
      if (write && !hit.write) throw this.#q('tlbEvents') ? new Fault(undefined) : this.#fault({ type: 0x13, s2: true, addr: iova, recorded: s2.recorded });
      return { pa: hit.pa | (iova & ones(hit.size)), read: hit.read, write: hit.write, size: hit.size, device: false };
    }
    if (iova >> OAS !== 0n) throw this.#q('iasEvent') ? new Fault(undefined) : this.#fault({ type: 0x11 });
    const leaf = this.#walk2(s2, iova, { write, cls: 2 });
    if (this.#q('tlbPermission')) this.#insert(iova, leaf, true);
    return leaf;
  }

  #lookup(iova: bigint): TlbEntry | undefined {
    return this.#tlb.find((e) => iova >> e.size === e.base);
  }

  #insert(iova: bigint, leaf: Pick<Leaf, 'pa' | 'size' | 'read' | 'write'>, s2Write: boolean): void {
    const { size, read, write } = leaf;
    this.#tlb.push({ base: iova >> size, pa: leaf.pa & ~ones(size), size, read, write, s2Write });
  }

  #walk2(s2: S2, ipa: bigint, how: { write: boolean; cls: Class; onTable?: boolean }): Leaf {
    const tt = how.cls === 1;
    const asTable = how.onTable === true && this.#q('tableEvents');
    const read = how.cls === 2 ? !this.#access.write : this.#q('fetchRead') && how.onTable !== true ? true : !this.#access.write;
    const fault = (type: number, addr = ipa): Fault => this.#fault({
      type, s2: !asTable, cls: how.cls, addr, read, ttrnw: tt, recorded: asTable ? this.#cdRecords : s2.recorded,
    });
    if (how.cls !== 2 && ipa >> (how.cls === 0 ? OAS : this.#cdSize) !== 0n && this.#q('iasEvent')) {
      throw this.#fault({ type: 0x11, cls: how.cls, addr: ipa, read: asTable ? read : true, recorded: how.cls === 0 ? false : this.#cdRecords });
    }
    const ia = BigInt(64 - s2.t0sz);
    if (ipa >> ia !== 0n) throw fault(0x10);
    const index = BigInt(strideOf(s2.granule));
    // QEMU masks the base after it has added the table's index, and a negative shift of its mask clears it all.
    const tableBits = Number(ia) - shiftOf(s2.start, s2.granule) + 3;
    let base = tableBits < 0 ? 0n : s2.base & ~ones(BigInt(tableBits));
    for (let level = s2.start; level <= 3; level++) {
      const shift = BigInt(shiftOf(level, s2.granule));
      let at = ipa >> shift;
      if (level !== s2.start || this.#q('concat')) at &= ones(index);
      const where = base + at * 8n;
      const pte = this.#load(where);
      if (pte === undefined) throw fault(0x0b, where);
      const type = pte & 3n;
      if ((type & 1n) === 0n || (level === 3 && type === 1n)) throw fault(0x10);
      if (type === 3n && level < 3) {
        const next = bits(pte, 47, s2.granule) << BigInt(s2.granule);
        if (next >> s2.size !== 0n && !this.#q('tableSize')) throw fault(0x11);
        base = next;
        continue;
      }
      if (type === 1n && !this.#blockAllowed(s2.granule, level)) throw fault(0x10);
      const pa = ((bits(pte, 47, 0) >> shift) << shift) | (ipa & ones(shift));
      const tooBig = pa >> s2.size !== 0n;
      if (tooBig && !this.#q('order')) throw fault(0x11);
      if (!bit(pte, 10) && !s2.affd) throw fault(0x12);
      const leafRead = bit(pte, 6);
      const leafWrite = bit(pte, 7);
      const xn = num(pte, 54, 53);
      const mayExecute = xn === 0 || (xn === 1 && !this.#access.priv) || (xn === 3 && this.#access.priv);
      const isFetch = how.cls === 2 && this.#access.exec;
      if (isFetch ? !mayExecute : how.write ? !leafWrite : !leafRead) throw fault(0x13);
      if (tooBig) throw fault(0x11);
      // 0b0100, 0b1000 and 0b1100 behave as Device too.
      const device = bits(pte, 5, 4) === 0n || bits(pte, 3, 2) === 0n;
      if (device && how.cls !== 2 && s2.ptw && !this.#q('ptw')) throw fault(0x13);
      return { pa, read: leafRead, write: leafWrite, size: shift, device };
    }
    throw fault(0x10);
  }

  #blockAllowed(granule: number, level: number): boolean {
    if (this.#q('blockLevels')) return true;
    return granule === 12 ? level === 1 || level === 2 : level === 2;
  }

  // Stage 1

  #cdRecords = true;
  #cdSize = OAS;

  #stage1And2(ste: bigint[], s2: S2 | undefined): Leaf {
    const s0 = ste[0]!;
    const ipa = bits(s0, this.#q('contextPointer') ? 55 : 51, 6) << 6n;
    const at = s2 === undefined ? ipa : this.#walk2(s2, ipa, { write: false, cls: 0 }).pa;
    const cd = this.#structure(at);
    if (cd === undefined) throw this.#config(0x09, this.#q('cdFetchWord') ? [0n, at, 0n] : [0n, 0n, at]);
    const s1 = this.#context(cd, s2);
    return this.#walk1(s1, s2);
  }

  #context(cd: bigint[], s2: S2 | undefined): (S1 | undefined)[] {
    const w0 = cd[0]!;
    const bad = this.#config(0x0a);
    if (!bit(w0, 31) || !bit(w0, 41) || !bit(w0, 46) || bit(w0, 44) || bit(w0, 43) || bit(w0, 42)) throw bad;
    const ips = num(w0, 34, 32);
    if (ips >= 6 && this.#q('crash')) throw new Crash();
    const size = BigInt([32, 36, 40, 42, 44, 44, 44, 44][ips]!);
    this.#cdRecords = bit(w0, 45);
    this.#cdSize = size;
    return ([0, 1] as const).map((half) => this.#half(cd, half, { size, bad, s2 }));
  }

  #half(cd: bigint[], half: 0 | 1, how: { size: bigint; bad: Fault; s2: S2 | undefined }): S1 | undefined {
    const w0 = cd[0]!;
    const shift = half * 16;
    if (bit(w0, 14 + shift)) return undefined;
    const tsz = num(w0, 5 + shift, shift);
    const tg = num(w0, 7 + shift, 6 + shift);
    const granule = (half === 0 ? [12, 16, 14, 0] : [0, 14, 12, 16])[tg]!;
    if (tsz < 16 || tsz > 39 || granule === 0 || bit(w0, 15)) throw how.bad;
    let base = bits(cd[1 + half]!, 51, 4) << 4n;
    if (base >> how.size !== 0n) throw how.bad;
    if (how.s2 !== undefined && this.#q('ttbAtLoad')) base = this.#walk2(how.s2, base, { write: false, cls: 1 }).pa;
    return { cd, half, granule, tsz, base, size: how.size, recorded: bit(w0, 45) };
  }

  #select(halves: (S1 | undefined)[], iova: bigint): S1 | undefined {
    const w0 = (halves[0] ?? halves[1])?.cd[0];
    if (w0 === undefined) return undefined;
    const upper = bit(iova, 55);
    const tbi = upper && !this.#q('tbi1') ? bit(w0, 39) : bit(w0, 38);
    const top = tbi ? 55n : 63n;
    const half = halves[upper ? 1 : 0];
    if (half === undefined) return undefined;
    const low = BigInt(64 - half.tsz);
    const rest = (iova & ones(top + 1n)) >> low;
    return rest === (upper ? ones(top + 1n - low) : 0n) ? half : undefined;
  }

  #walk1(halves: (S1 | undefined)[], s2: S2 | undefined): Leaf {
    const { iova, write } = this.#access;
    const fault = (type: number, more: Partial<FaultInput> = {}): Fault => this.#fault({ type, recorded: this.#cdRecords, ...more });
    const s1 = this.#select(halves, iova);
    if (s1 === undefined) throw fault(0x10);
    const hit = this.#lookup(iova);
    if (hit !== undefined) return this.#hit(hit, s2);
    const { granule, tsz } = s1;
    const ia = 64 - tsz;
    const levels = Math.ceil((ia - granule) / strideOf(granule));
    const start = 4 - levels;
    let base = s1.base & ~ones(BigInt(ia - shiftOf(start, granule) + 3));
    let onlyRead = false;
    let onlyPrivileged = false;
    let noUser = false;
    let noPrivileged = false;
    const had = bit(s1.cd[1 + s1.half]!, 1);
    for (let level = start; level <= 3; level++) {
      const shift = BigInt(shiftOf(level, granule));
      const index = ((iova & ones(BigInt(ia))) >> shift) & ones(BigInt(strideOf(granule)));
      let where = base + index * 8n;
      if (s2 !== undefined && !this.#tablesAreReal) where = this.#walk2(s2, where, { write: false, cls: 1, onTable: true }).pa;
      const pte = this.#load(where);
      if (pte === undefined) throw fault(0x0b, { cls: 1, addr: where });
      const type = pte & 3n;
      if ((type & 1n) === 0n || (level === 3 && type === 1n)) throw fault(0x10);
      if (type === 3n && level < 3) {
        const next = bits(pte, 47, granule) << BigInt(granule);
        if (bit(pte, 62) && !had) {
          if (this.#q('apTable') && write) throw fault(0x13);
          onlyRead = true;
        }
        if (bit(pte, 61) && !had) onlyPrivileged = true;
        if (bit(pte, 60) && !had) noUser = true;
        if (bit(pte, 59) && !had) noPrivileged = true;
        if (next >> s1.size !== 0n && !this.#q('tableSize')) throw fault(0x11);
        base = s2 !== undefined && this.#tablesAreReal ? this.#walk2(s2, next, { write: false, cls: 1, onTable: true }).pa : next;
        continue;
      }
      if (type === 1n && !this.#blockAllowed(granule, level)) throw fault(0x10);
      const pa = ((bits(pte, 47, 0) >> shift) << shift) | (iova & ones(shift));
      const tooBig = pa >> s1.size !== 0n;
      if (tooBig && !this.#q('order')) throw fault(0x11);
      if (!bit(pte, 10) && !bit(s1.cd[0]!, 35)) throw fault(0x12);
      const rights = this.#rights(pte, s1.cd, { onlyRead, onlyPrivileged, noUser, noPrivileged });
      const leaf = { pa, read: rights.read, write: rights.write, size: shift, device: false };
      if (this.#access.exec ? !rights.execute : write ? !leaf.write : !leaf.read) throw fault(0x13);
      if (tooBig) throw fault(0x11);
      return this.#combine(leaf, s2);
    }
    throw fault(0x10);
  }

  /** What a stage-1 leaf, with the tables above it, allows at the privilege of the access. */
  #rights(pte: bigint, cd: bigint[], limits: { onlyRead: boolean; onlyPrivileged: boolean; noUser: boolean; noPrivileged: boolean }): { read: boolean; write: boolean; execute: boolean } {
    if (this.#q('privilege')) return { read: true, write: !bit(pte, 7) && (!limits.onlyRead || this.#q('apTable')), execute: true };
    const { priv } = this.#access;
    const user = bit(pte, 6) && !limits.onlyPrivileged;
    const writable = !bit(pte, 7) && (!limits.onlyRead || this.#q('apTable'));
    const wxn = bit(cd[0]!, 36);
    const pan = bit(cd[0]!, 40);
    const noExecute = priv
      ? bit(pte, 53) || limits.noPrivileged || (user && writable) || (wxn && writable)
      : bit(pte, 54) || limits.noUser || (wxn && user && writable);
    const data = priv ? !(pan && user) : user;
    return { read: data, write: data && writable, execute: !noExecute };
  }

  /** QEMU keeps tables by their physical base; the architecture translates every descriptor address. */
  get #tablesAreReal(): boolean {
    return this.#q('tableBase') || this.#q('ttbAtLoad');
  }

  #combine(leaf: Leaf, s2: S2 | undefined): Leaf {
    const { iova, write } = this.#access;
    const final = s2 === undefined ? leaf : this.#walk2(s2, leaf.pa, { write, cls: 2 });
    if (this.#q('tlbPermission') || this.#q('apTable')) {
      const size = leaf.size < final.size ? leaf.size : final.size;
      this.#insert(iova, { pa: final.pa, size, read: leaf.read, write: leaf.write }, final.write);
    }
    if (s2 === undefined) return leaf;
    return { ...final, read: leaf.read && final.read, write: leaf.write && final.write };
  }

  #hit(entry: TlbEntry, s2: S2 | undefined): Leaf {
    const { iova, write } = this.#access;
    if (write && !(entry.write && entry.s2Write)) {
      const isStage2 = entry.write;
      throw this.#fault({ type: 0x13, s2: isStage2, recorded: isStage2 ? s2?.recorded === true : this.#cdRecords, ...(isStage2 && !this.#q('tlbEvents') ? { addr: entry.pa } : {}) });
    }
    return { pa: entry.pa | (iova & ones(entry.size)), read: entry.read, write: entry.write, size: entry.size, device: false };
  }
}
