/**
 * The case format: one JSON object that describes a machine-level test from reset: memory contents,
 * register accesses, DMA. Reads what JSON parsing gave into typed steps, or says what is wrong and
 * where. What the steps do is in engine.ts.
 */
import { parseU64, toNumber, type U64 } from '../bits/u64.ts';

/** Which stages the SMMU of the case has. */
export type CaseStage = 'nested' | '1' | '2';

/** Writes memory from outside the SMMU. */
export interface MemStep {
  readonly op: 'mem';
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Reads or, with a value, writes a register; the offset is from the SMMU's base. */
export interface MmioStep {
  readonly op: 'mmio';
  readonly offset: number;
  readonly size: 4 | 8;
  readonly value: U64 | undefined;
}

/** A device reads or writes; `data` is what it writes, where the case says so. */
export interface DmaStep {
  readonly op: 'dma';
  readonly sid: number;
  readonly ssid: number | undefined;
  readonly iova: U64;
  readonly length: number;
  readonly isWrite: boolean;
  readonly isPrivileged: boolean;
  readonly isInstruction: boolean;
  readonly data: Uint8Array | undefined;
}

/** Reads memory from outside the SMMU. */
export interface ReadMemStep {
  readonly op: 'readmem';
  readonly at: number;
  readonly length: number;
}

/** One step of a case. */
export type CaseStep = MemStep | MmioStep | DmaStep | ReadMemStep;

/** A case. */
export interface ReplayCase {
  readonly id: string;
  readonly stage: CaseStage;
  readonly steps: readonly CaseStep[];
}

/** The most bytes that one step may fill, read or transfer. */
export const STEP_BYTES = 64 * 1024 * 1024;

class Malformed extends Error {}

type Raw = Readonly<Record<string, unknown>>;

function fail(what: string): never {
  throw new Malformed(what);
}

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wide(raw: Raw, key: string): U64 {
  const value = raw[key];
  const isPlain = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
  const read = typeof value === 'string' ? parseU64(value) : isPlain ? parseU64(String(value)) : undefined;
  return read ?? fail(`'${key}' is ${JSON.stringify(value) ?? 'missing'}, not a number of at most 64 bits`);
}

function limited(raw: Raw, key: string, limit: number): number {
  const value = toNumber(wide(raw, key));
  return value < limit ? value : fail(`'${key}' is too large`);
}

function length(raw: Raw, key: string): number {
  return limited(raw, key, STEP_BYTES + 1);
}

function bytes(raw: Raw, key: string): Uint8Array {
  const text = raw[key];
  if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})*$/i.test(text)) fail(`'${key}' is not pairs of hexadecimal digits`);
  if (text.length > STEP_BYTES * 2) fail(`'${key}' is too long`);
  const found = new Uint8Array(text.length / 2);
  for (let i = 0; i < found.length; i++) found[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return found;
}

function memStep(raw: Raw): MemStep {
  const at = limited(raw, 'addr', 2 ** 52);
  if (raw['hex'] !== undefined) return { op: 'mem', at, bytes: bytes(raw, 'hex') };
  if (raw['fill'] === undefined) fail("neither 'hex' nor 'fill'");
  return { op: 'mem', at, bytes: new Uint8Array(length(raw, 'len')).fill(limited(raw, 'fill', 256)) };
}

function mmioStep(raw: Raw): MmioStep {
  const size = raw['size'] === undefined ? 4 : limited(raw, 'size', 9);
  if (size !== 4 && size !== 8) fail(`'size' is ${size}, not 4 or 8`);
  return { op: 'mmio', offset: limited(raw, 'off', 2 ** 32), size, value: raw['val'] === undefined ? undefined : wide(raw, 'val') };
}

function dmaStep(raw: Raw): DmaStep {
  const rw = raw['rw'];
  if (rw !== 'r' && rw !== 'w') fail(`'rw' is ${JSON.stringify(rw) ?? 'missing'}, not "r" or "w"`);
  return {
    op: 'dma', sid: limited(raw, 'sid', 2 ** 32), ssid: raw['ssid'] === undefined ? undefined : limited(raw, 'ssid', 2 ** 20),
    iova: wide(raw, 'iova'), length: raw['len'] === undefined ? 1 : length(raw, 'len'), isWrite: rw === 'w',
    isPrivileged: raw['priv'] === true, isInstruction: raw['exec'] === true,
    data: raw['data'] === undefined ? undefined : bytes(raw, 'data'),
  };
}

function readMemStep(raw: Raw): ReadMemStep {
  return { op: 'readmem', at: limited(raw, 'addr', 2 ** 52), length: length(raw, 'len') };
}

const STEPS: ReadonlyMap<unknown, (raw: Raw) => CaseStep> = new Map<unknown, (raw: Raw) => CaseStep>([
  ['mem', memStep], ['mmio', mmioStep], ['dma', dmaStep], ['readmem', readMemStep],
]);

function step(raw: unknown, index: number): CaseStep {
  if (!isObject(raw)) fail(`step ${index} is no object`);
  const read = STEPS.get(raw['op']) ?? fail(`step ${index}: 'op' is ${JSON.stringify(raw['op']) ?? 'missing'}, not "mem", "mmio", "dma" or "readmem"`);
  try {
    return read(raw);
  } catch (error) {
    if (error instanceof Malformed) fail(`step ${index}: ${error.message}`);
    throw error;
  }
}

function parse(value: unknown): ReplayCase {
  const outer = isObject(value) ? value : fail('the line is no JSON object');
  const raw = isObject(outer['case']) ? outer['case'] : outer;
  const stage = raw['stage'] ?? 'nested';
  if (stage !== 'nested' && stage !== '1' && stage !== '2') fail(`'stage' is ${JSON.stringify(stage)}, not "nested", "1" or "2"`);
  const steps = raw['steps'];
  if (!Array.isArray(steps)) fail("'steps' is no list");
  return { id: typeof raw['id'] === 'string' ? raw['id'] : String(raw['id'] ?? ''), stage, steps: steps.map(step) };
}

/** Reads a case, or `{case: {...}}`, from parsed JSON; a string says what is wrong with it. */
export function parseCase(value: unknown): ReplayCase | string {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}
