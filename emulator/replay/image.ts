/**
 * A snapshot of a running SMMU: registers by name and the memory that matters, as debuggers and the
 * shared dumps hold them. Reads it from parsed JSON and puts it into a machine as it stands: no
 * register write protocol, no commands run. What the snapshot does not hold reads as zero.
 */
import { parseU64, toNumber, type U64 } from '../bits/u64.ts';
import { registerNamed } from '../fields/registers.ts';
import type { IdRegisters } from '../idr/features.ts';
import { Machine } from '../machine/machine.ts';
import type { Region } from '../memory/regions.ts';
import type { Smmu } from '../smmu/smmu.ts';
import type { CachePolicy, PolicyName } from '../tlb/policy.ts';

/** Bytes at an address. */
export interface ImageBlock {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A snapshot. */
export interface Image {
  readonly description: string;
  /** Register values by the names of the architecture. */
  readonly registers: ReadonlyMap<string, U64>;
  readonly memory: readonly ImageBlock[];
  /** Where memory answers; everywhere where the snapshot does not say. */
  readonly ram: readonly { readonly base: number; readonly size: number }[];
}

/** A machine that holds a snapshot. */
export interface LoadedImage {
  readonly machine: Machine;
  readonly smmu: Smmu;
}

const ADDRESS_SPACE = 2 ** 52;
const PAGE = 4096;

type Raw = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function number(value: unknown): U64 | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return parseU64(String(value));
  return typeof value === 'string' ? parseU64(value) : undefined;
}

/** Reads a snapshot from parsed JSON; a string says what is wrong with it. */
export function parseImage(value: unknown): Image | string {
  if (!isObject(value)) return 'the image is no JSON object';
  const registers = parseRegisters(value['regs']);
  if (typeof registers === 'string') return registers;
  const memory = parseMemory(value['mem']);
  if (typeof memory === 'string') return memory;
  const description = typeof value['description'] === 'string' ? value['description'] : '';
  const ram = parseRam(value);
  return typeof ram === 'string' ? ram : { description, registers, memory, ram };
}

function parseRegisters(value: unknown): Map<string, U64> | string {
  if (!isObject(value)) return "'regs' is no object of register values";
  const registers = new Map<string, U64>();
  for (const [name, text] of Object.entries(value)) {
    const read = number(text);
    if (read === undefined) return `'regs.${name}' is ${JSON.stringify(text)}, not a number of at most 64 bits`;
    registers.set(name, read);
  }
  const missing = ['IDR0', 'IDR1', 'IDR5'].filter((name) => !registers.has(name));
  return missing.length === 0 ? registers : `'regs' lacks ${missing.join(', ')}`;
}

function parseMemory(value: unknown): ImageBlock[] | string {
  if (!Array.isArray(value)) return "'mem' is no list of {addr, hex}";
  const blocks: ImageBlock[] = [];
  for (const [i, raw] of value.entries()) {
    const at = isObject(raw) ? number(raw['addr']) : undefined;
    const text = isObject(raw) ? raw['hex'] : undefined;
    if (at === undefined || toNumber(at) >= ADDRESS_SPACE) return `'mem[${i}].addr' is no physical address`;
    if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})*$/i.test(text)) return `'mem[${i}].hex' is not pairs of hexadecimal digits`;
    blocks.push({ at: toNumber(at), bytes: bytesOf(text) });
  }
  return blocks;
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** RAM from `ram: [{addr, len}]`, or from a machine text that says `RAM 0x40000000 + 512 MiB`. */
function parseRam(value: Raw): Image['ram'] | string {
  const list = value['ram'];
  if (Array.isArray(list)) {
    const ram = list.map((r: unknown) => ({ base: toNumber(number(isObject(r) ? r['addr'] : 0) ?? { hi: 0, lo: 0 }), size: toNumber(number(isObject(r) ? r['len'] : 0) ?? { hi: 0, lo: 0 }) }));
    return ram.every((r) => r.size > 0 && r.base + r.size <= ADDRESS_SPACE) ? ram : "'ram' is no list of {addr, len}";
  }
  const text = typeof value['machine'] === 'string' ? value['machine'] : '';
  const ram = [...text.matchAll(/\bRAM (0x[0-9a-f]+) \+ (\d+) ([KMG])iB/gi)].map((m) => ({
    base: toNumber(parseU64(m[1] ?? '') ?? { hi: 0, lo: 0 }), size: Number(m[2]) * (UNITS[(m[3] ?? '').toUpperCase()] ?? 0),
  }));
  return ram.length > 0 ? ram : [{ base: 0, size: ADDRESS_SPACE }];
}

/** Makes a machine of a snapshot. */
export function loadImage(image: Image, policy: PolicyName | CachePolicy = 'none'): LoadedImage {
  const ram = image.ram.map((r): Region => ({ name: 'ram', kind: 'ram', ...r }));
  // Memory that was dumped is there, whatever the machine text says.
  const dumped = image.memory.map(({ at, bytes }): Region => {
    const base = at - (at % PAGE);
    return { name: 'dumped', kind: 'ram', base, size: Math.ceil((at + bytes.length - base) / PAGE) * PAGE };
  });
  const machine = new Machine({ regions: [...dumped.filter((d) => d.size > 0), ...ram], smmus: [{ model: idRegisters(image), policy }] });
  for (const { at, bytes } of image.memory) machine.memory.write(at, bytes);
  const [smmu] = machine.smmus;
  if (smmu === undefined) throw new Error('a machine has the SMMUs that it was made with');
  presetRegisters(image, smmu);
  return { machine, smmu };
}

function idRegisters(image: Image): IdRegisters {
  const of = (name: string): number => image.registers.get(name)?.lo ?? 0;
  return {
    IDR0: of('IDR0'), IDR1: of('IDR1'), IDR2: of('IDR2'), IDR3: of('IDR3'), IDR4: of('IDR4'), IDR5: of('IDR5'), IIDR: of('IIDR'), AIDR: of('AIDR'),
    gbpaReset: of('GBPA'),
  };
}

/** Puts the values in place; a snapshot without CR0ACK or IRQ_CTRLACK had settled. */
function presetRegisters(image: Image, smmu: Smmu): void {
  const { registers } = smmu.parts;
  const values = new Map(image.registers);
  for (const name of ['CR0', 'IRQ_CTRL']) {
    const value = values.get(name);
    if (value !== undefined && !values.has(`${name}ACK`)) values.set(`${name}ACK`, value);
  }
  for (const [name, value] of values) {
    const register = registerNamed(name);
    if (register === undefined || register.offset < 0x20) continue;
    registers.set(register.offset & 0xffff, value.lo);
    if (register.width === 64) registers.set((register.offset & 0xffff) + 4, value.hi);
  }
}
