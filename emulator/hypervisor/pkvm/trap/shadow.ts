/**
 * From the host's stream table to the one that the hardware uses (fact sheet A.8): V=0 stays V=0,
 * abort stays abort, bypass becomes stage 2 only, stage 1 becomes nested, and words 2 and 3 are always
 * those of EL2. An entry is copied at CFGI_STE only; the host's table is not watched.
 */
import { u64 } from '../../../bits/u64.ts';
import { fieldNamed, getField, setField, type Field } from '../../../fields/layout.ts';
import { L1STD, STE } from '../../../fields/ste.ts';
import { loadWords, storeWords, type MemoryView } from '../../memoryView.ts';
import { commandWords, type El2Smmu } from '../el2Smmu.ts';
import type { PageOwnership } from '../ownership.ts';
import type { TrapProfile } from './profiles.ts';
import { sharePages, unsharePages } from './sharing.ts';

const SPLIT = 8;
const LEVEL_2_SIZE = 2 ** SPLIT * 64;
const STE_WORDS = 16;
const INCOMING = 1;
const STAGE_2 = 2;
const ABORT = 0;

/** Where the host says that its table is. */
export interface HostTable {
  readonly base: number;
  readonly isTwoLevel: boolean;
  readonly sidBits: number;
}

/** What shadowing works with. */
export interface ShadowParts {
  readonly hardware: El2Smmu;
  /** Physical memory. */
  readonly memory: MemoryView;
  readonly ownership: PageOwnership;
  readonly profile: TrapProfile;
  /** The words 2 and 3 of EL2. */
  readonly stage2: () => Uint32Array;
  /** Told of each read of the host's memory. */
  readonly onRead: (address: number) => void;
}

/** What became of an entry: undefined where all is well, else why the contract is broken. */
export type ShadowProblem = string | undefined;

function steField(name: 'Config' | 'SHCFG' | 'EATS'): Field {
  return fieldNamed(STE, name) ?? { name, dword: 0, msb: 0, lsb: 0, text: '', address: false, values: {} };
}

const CONFIG = steField('Config');
const SHCFG = steField('SHCFG');
const EATS = steField('EATS');

function isValid(words: ArrayLike<number>): boolean {
  return ((words[0] ?? 0) & 1) === 1;
}

/** The entry that the hardware gets for an entry of the host; undefined for one that asks for stage 2. */
export function shadowOf(host: Uint32Array, stage2: Uint32Array, profile: TrapProfile): Uint32Array | undefined {
  const target = host.slice();
  const config = getField(host, CONFIG).lo;
  const isLive = isValid(host) && config !== ABORT;
  if (isLive && config >= 4 && (config & STAGE_2) !== 0) return undefined;
  for (let i = 4; i < 8; i++) target[i] = isLive ? (stage2[i] ?? 0) : 0;
  if (profile.hidesAts) setField(target, EATS, u64(0, 0));
  if (!isLive) return target;
  setField(target, SHCFG, u64(0, INCOMING));
  setField(target, CONFIG, u64(0, config | STAGE_2));
  return target;
}

/** Reads a stream's entry of the host without touching ownership or counting; undefined where there is none. */
export function hostEntry(memory: MemoryView, table: HostTable, sid: number): Uint32Array | undefined {
  const at = level2Of(memory, table, sid);
  return at === undefined ? undefined : loadWords(memory, at.table + at.index * 64, STE_WORDS);
}

function level2Of(memory: MemoryView, table: HostTable, sid: number): { readonly table: number; readonly index: number } | undefined {
  if (sid >= 2 ** table.sidBits) return undefined;
  if (!table.isTwoLevel) return { table: table.base, index: sid };
  const words = loadWords(memory, table.base + (sid >>> SPLIT) * 8, 2);
  const [span, pointer] = [fieldNamed(L1STD, 'Span'), fieldNamed(L1STD, 'L2Ptr')];
  if (words === undefined || span === undefined || pointer === undefined || getField(words, span).lo === 0) return undefined;
  const { hi, lo } = getField(words, pointer);
  return { table: hi * 2 ** 32 + lo, index: sid % 2 ** SPLIT };
}

/** Copies a stream's entry at CFGI_STE. */
export function reshadow(parts: ShadowParts, table: HostTable, sid: number): ShadowProblem {
  const { hardware, memory, ownership, onRead } = parts;
  if (sid >= 2 ** table.sidBits) return `stream 0x${sid.toString(16)} is outside of the host's table`;
  if (table.isTwoLevel) onRead(table.base + (sid >>> SPLIT) * 8);
  const place = level2Of(memory, table, sid);
  if (place === undefined) return `the host has no level-2 table for stream 0x${sid.toString(16)}`;
  if (table.isTwoLevel && !sharePages(ownership, place.table, LEVEL_2_SIZE)) return `the level-2 table at 0x${place.table.toString(16)} cannot be shared`;
  onRead(place.table + place.index * 64);
  const host = loadWords(memory, place.table + place.index * 64, STE_WORDS);
  if (table.isTwoLevel) unsharePages(ownership, place.table, LEVEL_2_SIZE);
  const at = hardware.streams.entry(sid);
  if (host === undefined || at === undefined) return `there is no memory for the entry of stream 0x${sid.toString(16)}`;
  const target = shadowOf(host, parts.stage2(), parts.profile);
  if (target === undefined) return `the entry of stream 0x${sid.toString(16)} asks for stage 2, which the host does not have`;
  return install(parts, { at, sid, target }) ? undefined : 'CMD_CFGI_STE was not consumed';
}

/** V comes last and goes first, and each half is made known; between two live entries one copy will do. */
function install({ hardware, memory }: ShadowParts, { at, sid, target }: { readonly at: number; readonly sid: number; readonly target: Uint32Array }): boolean {
  const command = ['CFGI_STE', { StreamID: sid, Leaf: 1 }] as const;
  const wasValid = isValid(loadWords(memory, at, 2) ?? []);
  if (wasValid !== isValid(target)) return hardware.write({ at, words: target, isClear: wasValid, command });
  storeWords(memory, at, target);
  hardware.noteWrite('STE', at);
  return hardware.send([commandWords(...command)]);
}
