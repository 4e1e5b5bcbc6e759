/**
 * Bit masks over a 64-byte entry, named by fields: what the Linux driver's rules speak of (bits in
 * use, bits that may change at any time, bits that a guest may set). Only masks; the rules are
 * elsewhere.
 */
import { fieldNamed, setField, type Layout } from '../../fields/layout.ts';

const ONES = { hi: 0xffff_ffff, lo: 0xffff_ffff };

/** A mask of the named fields of a structure; names that it does not have add nothing. */
export function maskOf(of: Layout, names: readonly string[]): Uint32Array {
  const mask = new Uint32Array(of.words);
  for (const name of names) {
    const found = fieldNamed(of, name);
    if (found !== undefined) setField(mask, found, ONES);
  }
  return mask;
}

/** Adds the bits of a mask to another. */
export function addBits(to: Uint32Array, bits: Uint32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) | (bits[i] ?? 0);
}

/** Takes the bits of a mask out of another. */
export function dropBits(from: Uint32Array, bits: Uint32Array): void {
  for (let i = 0; i < from.length; i++) from[i] = (from[i] ?? 0) & ~(bits[i] ?? 0);
}

/** The bits that both have. */
export function commonBits(a: Uint32Array, b: Uint32Array): Uint32Array {
  return a.map((word, i) => word & (b[i] ?? 0));
}

/** `chosen` where the mask is set, `other` elsewhere. */
export function mix(mask: Uint32Array, chosen: Uint32Array, other: Uint32Array): Uint32Array {
  return mask.map((bits, i) => ((chosen[i] ?? 0) & bits) | ((other[i] ?? 0) & ~bits));
}

/** Whether two entries have the same value in a 64-bit word. */
export function sameDword(a: Uint32Array, b: Uint32Array, dword: number): boolean {
  return a[dword * 2] === b[dword * 2] && a[dword * 2 + 1] === b[dword * 2 + 1];
}
