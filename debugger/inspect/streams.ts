/**
 * Stream table entries and context descriptors as they lie in memory, found the way the SMMU finds them
 * but without its caches. Where one cannot be reached, the event that this would be says why.
 */
import { toNumber } from '../../emulator/bits/u64.ts';
import type { CdConfig, SteConfig } from '../../emulator/config/compile.ts';
import { EVENTS } from '../../emulator/fields/events.ts';
import type { Machine } from '../../emulator/machine/machine.ts';
import { REG } from '../../emulator/registers/store.ts';
import type { FetchStep, Step, StructureName } from '../../emulator/steps/step.ts';
import { quietly } from './quiet.ts';

/** A structure in memory and the way to it. */
export interface Found<C> {
  readonly config: C | undefined;
  /** Physical address; undefined where it was not reached. */
  readonly address: number | undefined;
  readonly words: Uint32Array | undefined;
  /** The level-1 descriptor that leads to it, in two-level tables. */
  readonly level1: { readonly name: 'L1STD' | 'L1CD'; readonly address: number; readonly words: Uint32Array } | undefined;
  /** Why it was not reached, or is illegal. */
  readonly problem: string | undefined;
}

const OUTSIDE = 2;

/** What an event means, in a sentence with its name. */
function eventSentence(code: number): string {
  const type = EVENTS.find((e) => e.code === code);
  if (code === OUTSIDE) return 'C_BAD_STREAMID: the StreamID is outside the stream table, or its level-1 descriptor is not valid.';
  return type === undefined ? `event 0x${code.toString(16)}` : `${type.name}: ${type.layout.text}`;
}

/** The STE of a stream. */
export function readSte(machine: Machine, smmu: number, sid: number): Found<SteConfig> {
  const parts = machine.smmus[smmu]?.uncached;
  if (parts === undefined) return nothing(`there is no SMMU ${smmu}`);
  const steps: Step[] = [];
  const config = quietly(machine, () => parts.lookup.ste(sid), steps);
  return found(steps, { name: 'STE', level1: 'L1STD' }, config, parts.lookup.code);
}

/** The CD at an index of a stream's table; index 0 is that of traffic without SubstreamID. */
export function readCd(machine: Machine, stream: { readonly smmu: number; readonly sid: number }, index: number): Found<CdConfig> {
  const { smmu, sid } = stream;
  const parts = machine.smmus[smmu]?.uncached;
  const ste = readSte(machine, smmu, sid);
  if (parts === undefined || ste.config === undefined) return nothing(ste.problem);
  const { config } = ste;
  if (config.broken !== null) return nothing(`the STE is illegal: ${config.broken.wrong}`);
  if (!config.stage1) return nothing('the STE has no stage 1, so the stream has no CD');
  if (index >= 2 ** config.cdMax) return nothing(`the stream has ${2 ** config.cdMax === 1 ? 'one CD' : `${2 ** config.cdMax} CDs`} (STE.S1CDMax is ${config.cdMax})`);
  const steps: Step[] = [];
  const cd = quietly(machine, () => {
    if (config.stage2) parts.stage2.use(config, sid);
    return parts.lookup.cd(config, sid, index);
  }, steps);
  return found(steps, { name: 'CD', level1: 'L1CD' }, cd, parts.lookup.code);
}

function nothing<C>(problem: string | undefined): Found<C> {
  return { config: undefined, address: undefined, words: undefined, level1: undefined, problem };
}

type Breakable = { readonly broken: { readonly wrong: string; readonly fix: string } | null };

function found<C extends Breakable>(steps: readonly Step[], names: { readonly name: StructureName; readonly level1: 'L1STD' | 'L1CD' }, config: C | null, code: number): Found<C> {
  const fetch = (name: StructureName): FetchStep | undefined => steps.find((s): s is Step & FetchStep => s.kind === 'fetch' && s.structure === name);
  const [own, first] = [fetch(names.name), fetch(names.level1)];
  const isRead = own !== undefined && !own.isAborted;
  return {
    config: config ?? undefined,
    address: own === undefined ? undefined : toNumber(own.address),
    words: isRead ? own.words : undefined,
    level1: first === undefined || first.isAborted ? undefined : { name: names.level1, address: toNumber(first.address), words: first.words },
    problem: config === null ? eventSentence(code) : config.broken === null ? undefined : `${config.broken.wrong} ${config.broken.fix}`,
  };
}

/** Where the stream table of an SMMU lies, as its registers say. */
export interface StreamTable {
  readonly base: number;
  readonly isTwoLevel: boolean;
  /** StreamID bits. */
  readonly bits: number;
  /** StreamID bits of a level-2 array. */
  readonly split: number;
  /** Bytes of the (level-1) table. */
  readonly size: number;
}

/** Reads STRTAB_BASE and STRTAB_BASE_CFG. */
export function streamTable(machine: Machine, smmu: number): StreamTable | undefined {
  const parts = machine.smmus[smmu]?.parts;
  if (parts === undefined) return undefined;
  const { registers, features } = parts;
  const cfg = registers.get(REG.STRTAB_BASE_CFG);
  const bits = Math.min(cfg & 63, features.sidSize);
  const isTwoLevel = features.twoLevel && ((cfg >>> 16) & 3) === 1;
  const raw = (cfg >>> 6) & 31;
  const split = raw === 8 || raw === 10 ? raw : 6;
  const size = isTwoLevel ? 8 * 2 ** Math.max(0, bits - split) : 64 * 2 ** bits;
  const base = (registers.get(REG.STRTAB_BASE + 4) & 0xff_ffff) * 2 ** 32 + ((registers.get(REG.STRTAB_BASE) & -64) >>> 0);
  return { base: base - (base % Math.max(64, size)), isTwoLevel, bits, split, size };
}

/** A stretch of memory with one STE after the other. */
export interface SteArray {
  readonly base: number;
  /** StreamID of its first entry. */
  readonly first: number;
  readonly count: number;
}

/** Entries looked at when a table is searched for streams. */
const MOST_ENTRIES = 1 << 16;
/** Arrays and streams that a search finds at most. */
const MOST_FOUND = 1 << 10;

/** Where the STEs of a stream table lie: one array, or those of the second level. Bounded, whatever the table says of itself. */
export function steArrays(machine: Machine, smmu: number): SteArray[] {
  const table = streamTable(machine, smmu);
  if (table === undefined) return [];
  if (!table.isTwoLevel) return [{ base: table.base, first: 0, count: 2 ** table.bits }];
  const arrays: SteArray[] = [];
  for (let i = 0; i < Math.min(table.size / 8, MOST_ENTRIES) && arrays.length < MOST_FOUND; i++) {
    const low = lowWord(machine, table.base + i * 8);
    const span = low & 31;
    if (span === 0 || span > 11 || span > table.split + 1) continue;
    const at = (machine.memory.hi & 0xff_ffff) * 2 ** 32 + ((low & -64) >>> 0);
    arrays.push({ base: at - (at % 2 ** (5 + span)), first: i * 2 ** table.split, count: 2 ** (span - 1) });
  }
  return arrays;
}

/** The StreamIDs whose STEs let traffic through in some way: valid, and not simply aborting. Bounded. */
export function liveStreams(machine: Machine, smmu: number): number[] {
  const sids: number[] = [];
  let left = MOST_ENTRIES;
  for (const { base, first, count } of steArrays(machine, smmu)) {
    for (let i = 0; i < count && left > 0 && sids.length < MOST_FOUND; i++, left--) {
      const low = lowWord(machine, base + i * 64);
      if ((low & 1) === 1 && ((low >>> 1) & 7) >= 4) sids.push(first + i);
    }
  }
  return sids;
}

/** The low half of a 64-bit word; its high half is left in `memory.hi`. Zero where nothing can be read. */
function lowWord(machine: Machine, address: number): number {
  if (address >= 2 ** 52 || !machine.memory.load(Math.floor(address / 2 ** 32), address | 0)) return 0;
  return machine.memory.lo;
}
