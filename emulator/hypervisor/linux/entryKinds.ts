/**
 * What the Linux SMMUv3 driver knows of STEs and CDs when it changes one that hardware may be
 * reading: which bits count in a configuration, and which of them may change at any moment. The
 * driver's knowledge, not the architecture's: fields that it never sets are not listed.
 */
import { CD } from '../../fields/cd.ts';
import { fieldNamed, getField, type Layout } from '../../fields/layout.ts';
import { STE } from '../../fields/ste.ts';
import { addBits, dropBits, maskOf } from './masks.ts';

/** A kind of entry, as the update planner sees it. */
export interface EntryKind {
  readonly name: 'STE' | 'CD';
  /** The bits that hardware reads in the configuration that the entry itself names. */
  readonly used: (entry: Uint32Array) => Uint32Array;
  /** Bits in use that may differ from both values without harm while one is replaced by the other. */
  readonly safe: (from: Uint32Array, to: Uint32Array) => Uint32Array;
  /** Commands that a sync of this entry consists of. */
  readonly invalidation: 'CFGI_STE' | 'CFGI_CD';
}

const STAGE_1 = 1;
const STAGE_2 = 2;
const BYPASS = 4;
const S1DSS_BYPASS = 1;
const EATS_FULL = 1;

const ONLY_V = maskOf(STE, ['V']);
const ALWAYS = maskOf(STE, ['V', 'Config']);
const INCOMING = maskOf(STE, ['SHCFG']);
const FIRST = maskOf(STE, [
  'S1Fmt', 'S1ContextPtr', 'S1CDMax', 'S1DSS', 'S1CIR', 'S1COR', 'S1CSH', 'S1STALLD', 'STRW', 'EATS', 'MEV', 'S2VMID',
]);
const SECOND = maskOf(STE, [
  'S2FWB', 'EATS', 'SHCFG', 'MEV', 'S2VMID', 'S2T0SZ', 'S2SL0', 'S2IR0', 'S2OR0', 'S2SH0', 'S2TG', 'S2PS',
  'S2AA64', 'S2ENDI', 'S2PTW', 'S2S', 'S2R', 'S2TTB',
]);
const MERGE_EVENTS = maskOf(STE, ['MEV']);
const ATS = maskOf(STE, ['EATS']);

function value(of: Layout, entry: Uint32Array, name: string): number {
  const found = fieldNamed(of, name);
  return found === undefined ? 0 : getField(entry, found).lo;
}

function usedOfSte(entry: Uint32Array): Uint32Array {
  if (value(STE, entry, 'V') === 0) return ONLY_V.slice();
  const used = ALWAYS.slice();
  const config = value(STE, entry, 'Config');
  if ((config & BYPASS) === 0) return used;
  if ((config & STAGE_1) !== 0) {
    addBits(used, FIRST);
    // Traffic that skips stage 1 takes its attributes from the STE, as with a bypass STE.
    if (value(STE, entry, 'S1DSS') === S1DSS_BYPASS) addBits(used, INCOMING);
  }
  if ((config & STAGE_2) !== 0) addBits(used, SECOND);
  if (config === BYPASS) addBits(used, INCOMING);
  return used;
}

/** EATS may flicker between 0 and 1 only where no mix of it with other fields is illegal. */
function safeOfSte(from: Uint32Array, to: Uint32Array): Uint32Array {
  const safe = MERGE_EVENTS.slice();
  const isDelicate = [from, to].some((e) => value(STE, e, 'EATS') > EATS_FULL || value(STE, e, 'S2S') === 1);
  if (!isDelicate) addBits(safe, ATS);
  return safe;
}

/** Stream table entries. */
export const STE_KIND: EntryKind = { name: 'STE', used: usedOfSte, safe: safeOfSte, invalidation: 'CFGI_STE' };

const CD_ONLY_V = maskOf(CD, ['V']);
const LOWER_HALF = maskOf(CD, ['T0SZ', 'TG0', 'IR0', 'OR0', 'SH0', 'TTB0']);

function usedOfCd(entry: Uint32Array): Uint32Array {
  if (value(CD, entry, 'V') === 0) return CD_ONLY_V.slice();
  const used = new Uint32Array(CD.words).fill(0xffff_ffff);
  if (value(CD, entry, 'EPD0') === 1) dropBits(used, LOWER_HALF);
  return used;
}

/** Context descriptors. */
export const CD_KIND: EntryKind = { name: 'CD', used: usedOfCd, safe: () => new Uint32Array(CD.words), invalidation: 'CFGI_CD' };
