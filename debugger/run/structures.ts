/**
 * Where configuration structures lie, found as the SMMU finds them: from the registers of whoever asks
 * and memory as those registers mean it. A string says why there is none.
 */
import { fieldNamed, getField } from '../../emulator/fields/layout.ts';
import { STE } from '../../emulator/fields/ste.ts';
import { toNumber, u64, type U64 } from '../../emulator/bits/u64.ts';
import { loadWords } from '../../emulator/hypervisor/memoryView.ts';
import { REG } from '../../emulator/registers/store.ts';
import type { SmmuAccess } from '../system/system.ts';

/** Bytes of an STE and of a CD. */
const ENTRY_BYTES = 64;

const STRTAB_ADDRESS = 2 ** 52;

function read(smmu: SmmuAccess, offset: number, size: 4 | 8): U64 | undefined {
  return smmu.port.read(offset, size);
}

/** The address in a base register: bits 51 to 6. */
function tableBase(value: U64): number {
  return toNumber(u64(value.hi & 0xf_ffff, value.lo & -64)) % STRTAB_ADDRESS;
}

/** Address of a stream's entry. */
export function steAddress(smmu: SmmuAccess, sid: number): number | string {
  const config = read(smmu, REG.STRTAB_BASE_CFG, 4)?.lo;
  const base = read(smmu, REG.STRTAB_BASE, 8);
  if (config === undefined || base === undefined) return 'the registers of the stream table cannot be read';
  const log2 = config & 63;
  if (tableBase(base) === 0) return `${smmu.name} has no stream table yet: probe it first`;
  if (sid >= 2 ** log2) return `the stream table of ${smmu.name} has ${2 ** log2} entries, so none for StreamID 0x${sid.toString(16)}`;
  if (((config >>> 16) & 3) !== 1) return tableBase(base) + sid * ENTRY_BYTES;
  return throughLevel1(smmu, { base: tableBase(base), split: (config >>> 6) & 31, sid });
}

function throughLevel1(smmu: SmmuAccess, { base, split, sid }: { readonly base: number; readonly split: number; readonly sid: number }): number | string {
  // The driver makes level-2 tables where they are missing, as it does when a device is attached.
  const made = smmu.driver?.streams.registers.base === base ? smmu.driver.streams.entry(sid) : undefined;
  if (made !== undefined) return made;
  const value = smmu.memory.load(base + Math.floor(sid / 2 ** split) * 8);
  const span = (value?.lo ?? 0) & 31;
  const index = sid % 2 ** split;
  if (value === undefined || span === 0 || index >= 2 ** (span - 1)) return `the level-1 descriptor for StreamID 0x${sid.toString(16)} leads to no entry`;
  return tableBase(value) + index * ENTRY_BYTES;
}

function fieldOf(words: ArrayLike<number>, name: string): number {
  const field = fieldNamed(STE, name);
  return field === undefined ? 0 : toNumber(getField(words, field));
}

/** CDs in a second-level table, by S1Fmt. */
const CDS_PER_TABLE: Readonly<Record<number, number>> = { 1: 64, 2: 1024 };

/** A context descriptor by its stream; `physical` finds it through stage 2 for whoever acts at physical addresses. */
export interface CdPlace {
  readonly sid: number;
  readonly ssid: number;
  readonly physical?: (() => number | undefined) | undefined;
}

/** Address of a context descriptor. */
export function cdAddress(smmu: SmmuAccess, { sid, ssid, physical }: CdPlace): number | string {
  const at = steAddress(smmu, sid);
  if (typeof at === 'string') return at;
  const words = loadWords(smmu.memory, at, 16);
  if (words === undefined) return 'the STE cannot be read';
  const config = fieldOf(words, 'Config');
  if ((fieldOf(words, 'V') & 1) === 0 || (config & 1) === 0 || config < 4) return `the STE of 0x${sid.toString(16)} has no stage 1, so no context descriptor`;
  if (config === 7 && physical !== undefined) return physical() ?? 'stage 2 leads to no context descriptor: S1ContextPtr is an IPA, map it in stage 2 first';
  if (ssid >= 2 ** fieldOf(words, 'S1CDMax')) return `the STE has ${2 ** fieldOf(words, 'S1CDMax')} context descriptors`;
  const table = fieldOf(words, 'S1ContextPtr');
  const perTable = CDS_PER_TABLE[fieldOf(words, 'S1Fmt')];
  if (perTable === undefined || fieldOf(words, 'S1CDMax') === 0) return table + ssid * ENTRY_BYTES;
  const level1 = smmu.memory.load(table + Math.floor(ssid / perTable) * 8);
  if (level1 === undefined || (level1.lo & 1) === 0) return `the level-1 descriptor for SubstreamID ${ssid} is not valid`;
  return toNumber(u64(level1.hi & 0xf_ffff, level1.lo & -4096)) + (ssid % perTable) * ENTRY_BYTES;
}
