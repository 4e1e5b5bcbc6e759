/**
 * How the emulation finds and decodes a guest's stream table entry (fact sheet 1.5, 1.6). The walk
 * differs from the architecture's where the profile says so. Each structure is read once: nothing is
 * checked in one read and used from another.
 */
import { loadWords, type MemoryView } from '../../memoryView.ts';
import type { GuestConfig } from '../contexts.ts';
import type { XenProfile } from '../profiles.ts';
import { EMULATED } from './events.ts';
import { baseAddress, type VsmmuState } from './state.ts';

/** What the walk needs. */
export interface GuestSteParts {
  readonly state: VsmmuState;
  readonly profile: XenProfile;
  readonly memory: MemoryView;
  /** Told of each read of guest memory. */
  readonly onRead: (address: number) => void;
}

/** What a guest's entry asks for, or why it cannot be followed. */
export type GuestSte =
  | GuestConfig
  /** V is 0. */
  | { readonly kind: 'invalid' }
  /** Unusable; `event` is the code to report, 0 for none. */
  | { readonly kind: 'bad'; readonly event: number; readonly log: string }
  /** The entry hits an assertion of the posted code. */
  | { readonly kind: 'bug'; readonly log: string };

const POSTED_SPLIT = 8;
const MAX_SID_BITS = 16;
const ADDRESS_HI = 0xf_ffff;

function bad(event: number, log: string): GuestSte {
  return { kind: 'bad', event, log };
}

/** Reads and decodes the entry of a virtual stream. */
export function guestSte(parts: GuestSteParts, vsid: number): GuestSte {
  const at = stePlace(parts, vsid);
  if (typeof at !== 'number') return at;
  const words = read(parts, at, 4);
  return words === undefined ? bad(0, 'Cannot fetch pte at address') : decode(parts, words);
}

/** All words of the entry of a virtual stream as the guest wrote them; undefined where none can be found. */
export function guestSteWords(parts: GuestSteParts, vsid: number): Uint32Array | undefined {
  const at = stePlace(parts, vsid);
  return typeof at === 'number' ? read(parts, at, 16) : undefined;
}

/** Where the entry of a virtual stream is, or why it is nowhere. */
function stePlace(parts: GuestSteParts, vsid: number): number | GuestSte {
  const { state, profile } = parts;
  const bits = state.get('strtabCfg') & 63;
  if (vsid >= 2 ** Math.min(bits, MAX_SID_BITS)) return bad(profile.reportsBadStreamId ? EMULATED.C_BAD_STREAMID : EMULATED.C_BAD_STE, 'Bad StreamID');
  const isTwoLevel = profile.honoursTableFormat ? ((state.get('strtabCfg') >>> 16) & 3) === 1 : state.get('isTwoLevel') === 1;
  const base = baseAddress(state, 'strtabLo', 'strtabHi');
  return isTwoLevel ? twoLevel(parts, vsid, base) : base - (base % 2 ** (bits + 6)) + vsid * 64;
}

/** Address of the entry in a two-level table. */
function twoLevel(parts: GuestSteParts, vsid: number, base: number): number | GuestSte {
  const { state, profile } = parts;
  const split = state.get('split');
  const bits = state.get('strtabCfg') & 63;
  const shift = profile.honoursSplit ? split : POSTED_SPLIT;
  const low = Math.max(5, bits - split - 1 + 3);
  const words = read(parts, base - (base % 2 ** (low + 1)) + Math.floor(vsid / 2 ** shift) * 8, 2);
  if (words === undefined) return bad(0, 'Could not read L1PTR at');
  const [lo = 0, hi = 0] = words;
  const span = lo & 31;
  const noTable = profile.reportsBadStreamId ? EMULATED.C_BAD_STREAMID : 0;
  if (span === 0) return bad(noTable, 'Bad StreamID span');
  const index = vsid % 2 ** split;
  const last = profile.checksSpan ? 2 ** (span - 1) - 1 : 2 ** span - 1;
  if (index > last) return bad(EMULATED.C_BAD_STREAMID, 'StreamID beyond the level-2 table');
  return (hi & ADDRESS_HI) * 2 ** 32 + ((lo & -64) >>> 0) + index * 64;
}

function decode(parts: GuestSteParts, words: Uint32Array): GuestSte {
  const [lo = 0, hi = 0, attributes = 0] = words;
  if ((lo & 1) === 0) return { kind: 'invalid' };
  const config = (lo >>> 1) & 7;
  if (config === 0) return { kind: 'abort' };
  if (config === 4) return { kind: 'bypass' };
  if (config === 6) return bad(EMULATED.C_BAD_STE, 'vSMMUv3 does not support stage 2 yet');
  if (config !== 5) {
    if (!parts.profile.rejectsReservedConfig) return { kind: 'bug', log: 'Xen BUG at vsmmu-v3.c: invalid STE config' };
    return bad(EMULATED.C_BAD_STE, 'Invalid STE config type');
  }
  const cdMax = hi >>> 27;
  if (cdMax !== 0) return bad(EMULATED.C_BAD_STE, 'vSMMUv3 does not support multiple context descriptors');
  return { kind: 'stage1', stage1: { contextPtr: (hi & ADDRESS_HI) * 2 ** 32 + ((lo & -64) >>> 0), format: (lo >>> 4) & 3, cdMax, attributes } };
}

function read(parts: GuestSteParts, at: number, words: number): Uint32Array | undefined {
  parts.onRead(at);
  return loadWords(parts.memory, at, words);
}
