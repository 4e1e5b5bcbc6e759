import {
  CD, commandNamed, decode, encode, encodeCommand, eventOf, fromNumber, hexOfWords, Machine, READ, requestOf, Response, STE, u64,
  type CachePolicy, type FieldInput, type IdRegisters, type PolicyName, type PresetName, type SmmuConfig, type Step, type U64,
} from '../../emulator/index.ts';

export const STRTAB = 0x4100_0000;
export const CMDQ = 0x4200_0000;
export const EVENTQ = 0x4300_0000;
export const PRIQ = 0x4380_0000;
export const CDT = 0x4400_0000;
export const S1 = 0x5000_0000;
export const S2 = 0x6000_0000;
export const DATA = 0x8000_0000;

export const PAGE = 0xf43;
export const PAGE2 = 0x7ff;

/** A stage-1 CD and a stage-2 STE that work: 4K, 48 bits. */
export const GOOD_CD = { T0SZ: 16, EPD1: 1, V: 1, IPS: 5, AA64: 1, R: 1, A: 1, ASID: 3, TTB0: S1, MAIR0: 0x4400ff, MAIR1: 0 };
export const GOOD_S2 = { S2VMID: 7, S2T0SZ: 16, S2SL0: 2, S2PS: 5, S2AA64: 1, S2R: 1, S2TTB: S2 };

export interface MapOptions { page?: 12 | 14 | 16; ia?: number; start?: number; level?: number; low?: number; high?: number; table?: FieldInput; link?: (at: number) => number }

export interface RigOptions extends Partial<SmmuConfig> { model?: PresetName | IdRegisters; policy?: PolicyName | CachePolicy }

/** A machine with one SMMU, queues, and tables that are easy to write. */
export class Rig {
  readonly machine: Machine;
  readonly steps: Step[] = [];
  #free = 0x7000_0000;
  #prod = 0;
  #read = 0;

  constructor(options: RigOptions = {}) {
    this.machine = new Machine({
      regions: [{ name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x2_0000_0000 }],
      smmus: [{ model: 'v3.3-full', policy: 'architecture', ...options }],
    });
    this.reg(0x80, STRTAB, 8);
    this.reg(0x88, 8);
    this.reg(0x90, CMDQ + 6, 8);
    this.reg(0xa0, EVENTQ + 6, 8);
    this.reg(0xc0, PRIQ + 3, 8);
    this.reg(0x2c, 2);
    this.reg(0x20, 0xd);
  }

  get smmu() { return this.machine.smmus[0]!; }

  reg(offset: number, value: number, size: 4 | 8 = 4): void {
    this.smmu.writeRegister(offset, size, fromNumber(value));
  }

  get(offset: number, size: 4 | 8 = 4): number {
    const value = this.smmu.readRegister(offset, size);
    return value.hi * 2 ** 32 + value.lo;
  }

  put(at: number, words: ArrayLike<number>): void {
    for (let i = 0; i < words.length; i += 2) this.machine.memory.store(fromNumber(at + i * 4), u64(words[i + 1] ?? 0, words[i] ?? 0));
  }

  ste(sid: number, fields: FieldInput): void {
    this.put(STRTAB + sid * 64, encode(STE, { V: 1, ...fields }));
  }

  cd(at: number, fields: FieldInput = {}): void {
    this.put(at, encode(CD, { ...GOOD_CD, ...fields }));
  }

  /** A stage-1 stream with a CD of its own. */
  stage1(sid: number, cd: FieldInput = {}, ste: FieldInput = {}): void {
    this.ste(sid, { Config: 5, S1ContextPtr: CDT + sid * 0x1000, ...ste });
    this.cd(CDT + sid * 0x1000, cd);
  }

  stage2(sid: number, ste: FieldInput = {}): void {
    this.ste(sid, { Config: 6, ...GOOD_S2, ...ste });
  }

  /** A nested stream; its CD is at an IPA that the caller maps, or has identity-mapped by `identity`. */
  nested(sid: number, cd: FieldInput = {}, ste: FieldInput = {}): void {
    this.ste(sid, { Config: 7, S1ContextPtr: CDT + sid * 0x1000, ...GOOD_S2, ...ste });
    this.cd(CDT + sid * 0x1000, cd);
  }

  load(at: number): U64 {
    this.machine.memory.load(Math.floor(at / 2 ** 32), at | 0);
    return u64(this.machine.memory.hi, this.machine.memory.lo);
  }

  store(at: number, value: number | U64): void {
    this.machine.memory.store(fromNumber(at), typeof value === 'number' ? fromNumber(value) : value);
  }

  /** Writes one leaf, making tables on the way; gives the address of the leaf descriptor. */
  map(root: number, address: number, output: number, options: MapOptions = {}): number {
    const { page = 12, ia = 48, level: leafLevel = 3, low = PAGE, high = 0 } = options;
    const stride = page - 3;
    const start = options.start ?? 4 - Math.ceil((ia - page) / stride);
    let table = root;
    let level = start;
    for (;;) {
      const shift = page + (3 - level) * stride;
      const bits = level === start ? ia - shift : stride;
      const at = table + (Math.floor(address / 2 ** shift) % 2 ** bits) * 8;
      if (level === leafLevel) {
        const type = level === 3 ? low | 3 : (low & ~3) | 1;
        const wide = page === 16 ? (Math.floor(output / 2 ** 48) << 12) : 0;
        const value = u64((Math.floor(output / 2 ** 32) & 0xffff) | high, output | type | wide);
        this.store(at, value);
        return at;
      }
      const next = this.load(at);
      if ((next.lo & 1) === 0) {
        table = this.table(2 ** page);
        this.store(at, table + 3);
      } else table = (next.hi & 0xffff) * 2 ** 32 + ((next.lo & -(2 ** page)) >>> 0);
      level++;
    }
  }

  /** A fresh zeroed table. */
  table(size: number): number {
    const at = Math.ceil(this.#free / size) * size;
    this.#free = at + size;
    return at;
  }

  /** Identity-maps everything the rig uses for tables in stage 2, as 2M blocks. */
  identity(root = S2): void {
    for (let at = 0x4000_0000; at < 0x7800_0000; at += 0x20_0000) this.map(root, at, at, { level: 2, low: 0x7fd });
  }

  dma(sid: number, address: number | U64, access = READ, ssid?: number): Response {
    const response = new Response();
    this.smmu.translate(requestOf({ sid, ssid, address: typeof address === 'number' ? fromNumber(address) : address, access }), response);
    return response;
  }

  /** The output address, or the name of the event, or 'abort'. */
  at(sid: number, address: number | U64, access = READ, ssid?: number): number | string {
    const response = this.dma(sid, address, access, ssid);
    if (response.status === 0) return (response.hi >>> 0) * 2 ** 32 + (response.lo >>> 0);
    const name = response.event === 0 ? undefined : eventOf([response.event])?.name;
    return name ?? ['ok', 'abort', 'raz-wi', 'stall'][response.status]!;
  }

  /** Puts a command into the queue and lets it run. */
  cmd(name: string, fields: FieldInput = {}): void {
    if (commandNamed(name) === undefined) throw new Error(name);
    this.rawCmd(encodeCommand(name, fields)!);
  }

  rawCmd(words: ArrayLike<number>): void {
    this.put(CMDQ + (this.#prod & 63) * 16, words);
    this.#prod = (this.#prod + 1) & 127;
    this.reg(0x98, this.#prod);
  }

  get cmdqError(): number {
    return (this.get(0x9c) >>> 24) & 0x7f;
  }

  /** The records that came since the last call, decoded; takes them out of the queue. */
  events(): Record<string, number | string>[] {
    const found: Record<string, number | string>[] = [];
    const prod = this.get(0x100a8) & 0x7f;
    while (this.#read !== prod) {
      const bytes = this.machine.memory.read(EVENTQ + (this.#read & 63) * 32, 32)!;
      const words = new Uint32Array(bytes.buffer);
      const type = eventOf(words);
      const fields = type === undefined ? {} : Object.fromEntries(decode(type.layout, words).map((v) => [v.field.name, v.value.hi * 2 ** 32 + v.value.lo]));
      found.push({ ...fields, name: type?.name ?? hexOfWords(words) });
      this.#read = (this.#read + 1) & 127;
    }
    this.reg(0x100ac, (this.get(0x100ac) & 0x8000_0000) + prod);
    return found;
  }

  watch(): Step[] {
    this.machine.observer = { step: (step) => this.steps.push(step) };
    return this.steps;
  }
}
