/**
 * Finding and reading a guest's STE in guest memory, linear or two-level, from the guest's own
 * registers. Nothing is judged here: an STE that cannot be found counts as an abort for the caller.
 */
import { fieldNamed, getField, numbers } from '../../../fields/layout.ts';
import { registerNamed } from '../../../fields/registers.ts';
import { L1STD } from '../../../fields/ste.ts';
import { REG, type RegisterStore } from '../../../registers/store.ts';
import { loadWords, type MemoryView } from '../../memoryView.ts';

/** Where a guest's stream table is. */
export interface GuestTable {
  readonly registers: RegisterStore;
  readonly memory: MemoryView;
  /** StreamID bits of the virtual SMMU. */
  readonly sidSize: number;
  /** Told of each read of guest memory. */
  readonly onRead: () => void;
}

const CONFIG = registerNamed('STRTAB_BASE_CFG');
const SPAN = fieldNamed(L1STD, 'Span');
const POINTER = fieldNamed(L1STD, 'L2Ptr');
const STE_BYTES = 64;
const MOST_SPAN = 11;

/** The guest-physical address of a stream's entry, or undefined. */
export function guestStePlace(table: GuestTable, sid: number): number | undefined {
  const { registers } = table;
  const shape = CONFIG === undefined ? {} : numbers(CONFIG.layout, [registers.get(REG.STRTAB_BASE_CFG)]);
  const log2 = Math.min(shape['LOG2SIZE'] ?? 0, table.sidSize);
  if (sid >= 2 ** log2) return undefined;
  const base = (registers.get(REG.STRTAB_BASE + 4) & 0xf_ffff) * 2 ** 32 + ((registers.get(REG.STRTAB_BASE) & -64) >>> 0);
  if (shape['FMT'] !== 1) return base - (base % (2 ** log2 * STE_BYTES)) + sid * STE_BYTES;
  return level2Place(table, { base, split: shape['SPLIT'] ?? 0, log2 }, sid);
}

function level2Place(table: GuestTable, shape: { readonly base: number; readonly split: number; readonly log2: number }, sid: number): number | undefined {
  const { base, split, log2 } = shape;
  const size = Math.max(64, 2 ** Math.max(0, log2 - split) * 8);
  table.onRead();
  const words = loadWords(table.memory, base - (base % size) + Math.floor(sid / 2 ** split) * 8, 2);
  if (words === undefined || SPAN === undefined || POINTER === undefined) return undefined;
  const span = getField(words, SPAN).lo;
  const index = sid % 2 ** split;
  if (span === 0 || span > MOST_SPAN || index >= 2 ** (span - 1)) return undefined;
  const pointer = getField(words, POINTER);
  const array = pointer.hi * 2 ** 32 + pointer.lo;
  return array - (array % (2 ** (span - 1) * STE_BYTES)) + index * STE_BYTES;
}

/** The 16 words of a stream's entry, or undefined where there is none. */
export function readGuestSte(table: GuestTable, sid: number): Uint32Array | undefined {
  const at = guestStePlace(table, sid);
  if (at === undefined) return undefined;
  table.onRead();
  return loadWords(table.memory, at, 16);
}
