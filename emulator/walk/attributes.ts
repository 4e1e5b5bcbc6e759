/**
 * Memory attributes: the MAIR byte and a two-bit shareability, and how stages combine. Device types
 * are 0x00, 0x04, 0x08, 0x0c (nGnRnE, nGnRE, nGRE, GRE); Normal is outer << 4 | inner. Tagged and
 * reserved encodings become the types that the architecture lets them behave as.
 */

/** Normal write-back, read and write allocate: what a device that says nothing sends. */
export const WRITE_BACK = 0xff;
/** Normal non-cacheable. */
export const NON_CACHEABLE = 0x44;
const OUTER_SHAREABLE = 2;

/** A byte of MAIR, with reserved encodings resolved. */
export function mairByte(mair0: number, mair1: number, index: number): number {
  const byte = ((index < 4 ? mair0 : mair1) >>> ((index & 3) * 8)) & 0xff;
  if ((byte & 0xf0) === 0) return byte & 0x0c;
  return (byte & 0x0f) === 0 ? byte | 3 : byte;
}

/** The four-bit MemAttr coding of STE, GBPA and stage 2 as a MAIR-like byte. */
export function memAttrByte(memAttr: number): number {
  const outer = memAttr >>> 2;
  const inner = memAttr & 3;
  if (outer === 0) return inner << 2;
  if (inner === 0) return 0;
  return (cacheNibble(outer) << 4) | cacheNibble(inner);
}

/** 1 non-cacheable, 2 write-through, 3 write-back, as a MAIR nibble with allocation hints. */
function cacheNibble(code: number): number {
  return code === 1 ? 4 : code === 2 ? 0xb : 0xf;
}

function isDevice(attr: number): boolean {
  return attr < 0x10;
}

/** 0 non-cacheable, 1 write-through, 2 write-back. */
function strength(nibble: number): number {
  if (nibble === 4) return 0;
  return (nibble & 4) !== 0 ? 2 : 1;
}

function weakerNibble(s1: number, s2: number): number {
  // On a tie the stage-1 nibble stays, for its allocation hints.
  if (strength(s1) <= strength(s2)) return s1;
  return strength(s2) === 0 ? 4 : (s1 & 3) | 8;
}

/** The weaker of a stage-1 and a stage-2 type. */
export function combine(s1: number, s2: number): number {
  if (isDevice(s1) && isDevice(s2)) return Math.min(s1, s2);
  if (isDevice(s1)) return s1;
  if (isDevice(s2)) return s2;
  return (weakerNibble(s1 >>> 4, s2 >>> 4) << 4) | weakerNibble(s1 & 15, s2 & 15);
}

/** What a stage-2 leaf makes of a stage-1 type. `fwb` is the S2FWB coding of MemAttr. */
export function applyStage2(s1: number, memAttr: number, fwb: boolean): number {
  if (!fwb) return memAttr === 15 ? s1 : combine(s1, memAttrByte(memAttr));
  const code = memAttr & 7;
  if (code < 4) return combine(s1, code << 2);
  if (code === 5) return isDevice(s1) ? s1 : NON_CACHEABLE;
  if (code === 6) return isDevice(s1) ? WRITE_BACK : (s1 | 0xcc) & 0xff;
  return s1;
}

/** Whether a stage-2 leaf makes table accesses Device. */
export function isStage2Device(memAttr: number, fwb: boolean): boolean {
  return fwb ? (memAttr & 4) === 0 : memAttr >>> 2 === 0 || (memAttr & 3) === 0;
}

const SHARE_ORDER: readonly number[] = [0, 0, 2, 1];

/** The wider of two shareabilities: outer over inner over none. */
export function widerShare(a: number, b: number): number {
  return (SHARE_ORDER[a] ?? 0) >= (SHARE_ORDER[b] ?? 0) ? (a === 1 ? 0 : a) : b;
}

/** Device and fully non-cacheable memory is always outer shareable. */
export function effectiveShare(attr: number, share: number): number {
  return isDevice(attr) || attr === NON_CACHEABLE ? OUTER_SHAREABLE : share === 1 ? 0 : share;
}

const DEVICE_NAMES: readonly string[] = ['Device-nGnRnE', 'Device-nGnRE', 'Device-nGRE', 'Device-GRE'];

function cacheName(nibble: number): string {
  if (nibble === 4) return 'NC';
  const hints = `${(nibble & 2) !== 0 ? ' RA' : ''}${(nibble & 1) !== 0 ? ' WA' : ''}`;
  return `${strength(nibble) === 2 ? 'WB' : 'WT'}${nibble < 8 ? ' transient' : ''}${hints}`;
}

/** A type as people write it. */
export function attributeName(attr: number): string {
  if (isDevice(attr)) return DEVICE_NAMES[attr >>> 2] ?? 'Device-nGnRnE';
  const [outer, inner] = [cacheName(attr >>> 4), cacheName(attr & 15)];
  return outer === inner ? `Normal ${outer}` : `Normal outer ${outer}, inner ${inner}`;
}
